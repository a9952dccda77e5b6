"""Notices when the agent keeps interrupting itself, because the microphone hears the loudspeaker. Pure.

A reply that comes back as an echo is cut about as soon as it can be heard, and so is the next one. A person
who talks over the agent does so now and then, or lets it say something first.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from voice.protocol.playout import Reply
from voice.protocol.session_state import Session, with_notice

# The agent decides 1.1 to 2.2 s after the sound began (the service, 2026-09), of which its silent lead-in and
# the way of the sound are not heard: a reply that hears itself is cut about a second after its first sound.
CUT_EARLY_S = 1.5
# Two could be a person who is in a hurry.
EARLY_CUTS = 3
INTERRUPTION_OFF = "interruption_off"

_SENTENCE = "The agent seems to hear itself: its last replies were cut as soon as they began."
_NEXT_STEP = "Use a headset, or turn the loudspeaker down. Or let nothing interrupt the agent."


def after_barge_in(session: Session, cut: Sequence[Reply], now: float) -> Session:
    """Count what speech has cut; the call goes on, with a notice once it looks like an echo."""
    heard = [reply for reply in cut if reply.audible]
    if not heard:
        return session
    early = all(now - reply.audible_at <= CUT_EARLY_S for reply in heard)
    session = replace(session, early_cuts=session.early_cuts + 1 if early else 0)
    if session.early_cuts < EARLY_CUTS:
        return session
    return with_notice(session, now, _SENTENCE, _NEXT_STEP, action=INTERRUPTION_OFF)


def after_whole_reply(session: Session) -> Session:
    """A reply was heard to its end, so nothing interrupts the agent all the time."""
    return replace(session, early_cuts=0) if session.early_cuts else session


def after_update(session: Session) -> Session:
    """Once the agent has confirmed that nothing interrupts it, the notice has done its work."""
    if not session.uninterruptible:
        return session
    notices = tuple(notice for notice in session.notices if notice.action != INTERRUPTION_OFF)
    return session if notices == session.notices else replace(session, notices=notices)
