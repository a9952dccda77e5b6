"""When a call that goes on by itself is ended: nobody speaks any more, or it reached its cap. Pure.

The end is announced some time before, and any word or one click puts it off.
"""

from msgspec.structs import replace

from voice.conversation.state import CallState
from voice.protocol.ending import hang_up
from voice.protocol.inputs import HangUp, LimitsSet, Stay
from voice.protocol.session_state import Closing, Phase, Session, Step, with_notice

WARN_S = 30.0
# What one click on Stay adds to the cap.
STAY_S = 10 * 60.0


def limits_set(session: Session, wanted: LimitsSet, now: float) -> Step:
    """Other limits from now on; a shorter one does not end the call without its warning."""
    if wanted.limits == session.limits:
        return session, ()
    return replace(session, limits=wanted.limits, limits_at=now), ()


def stay(session: Session, _: Stay, now: float) -> Step:
    """The person is there and wants to go on."""
    if session.closing is not None and session.closing.reason == "cap":
        return replace(session, cap_added_s=session.cap_added_s + STAY_S), ()
    return replace(session, stayed_at=now), ()


def announced(session: Session, now: float) -> Session:
    """With the end that is near, or without one that is no longer."""
    closing = _closing(session, now)
    return session if closing == session.closing else replace(session, closing=closing)


def ended_at_limit(session: Session, now: float) -> Step:
    """The announced moment has come."""
    closing = session.closing
    if closing is None or now < closing.at:
        return session, ()
    session = with_notice(session, now, _sentence(session, closing), "Connect again to go on talking.")
    return hang_up(session, HangUp(), now)


def _closing(session: Session, now: float) -> Closing | None:
    if session.phase is not Phase.LIVE:
        return None
    ends = [end for end in (_idle_end(session), _cap_end(session)) if end is not None]
    first = min(ends, key=lambda end: end.at, default=None)
    return first if first is not None and now >= first.at - WARN_S else None


def _idle_end(session: Session) -> Closing | None:
    if session.limits.idle_s <= 0 or session.state is not CallState.LISTENING or session.since is None:
        return None
    alone_since = max(session.since, session.stayed_at, session.turn_ended_at)
    return Closing(_warned(session, alone_since + session.limits.idle_s), "idle")


def _cap_end(session: Session) -> Closing | None:
    if session.limits.cap_s <= 0 or session.ready_at is None:
        return None
    return Closing(_warned(session, session.ready_at + session.limits.cap_s + session.cap_added_s), "cap")


def _warned(session: Session, at: float) -> float:
    return max(at, session.limits_at + WARN_S)


def _sentence(session: Session, closing: Closing) -> str:
    if closing.reason == "idle":
        return f"The call was ended because nobody spoke for {_minutes(session.limits.idle_s)}."
    return f"The call was ended at its limit of {_minutes(session.limits.cap_s + session.cap_added_s)}."


def _minutes(seconds: float) -> str:
    minutes = seconds / 60
    return "1 minute" if minutes == 1 else f"{minutes:g} minutes"
