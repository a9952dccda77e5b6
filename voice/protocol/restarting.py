"""A new session in place of the present one, with the talk so far. Pure handlers.

The old session is ended politely, then another one is opened over the same browser audio. The agent is
told what was said before, as a record at the end of its prompt.
"""

from msgspec.structs import replace

from voice.conversation import agent_turns, tool_turns, user_turns
from voice.conversation.transcript import Transcript
from voice.protocol.client_events import SessionEnd, SessionUpdate
from voice.protocol.earlier import Said, earlier_part
from voice.protocol.effects import OpenLink, Send
from voice.protocol.inputs import Restart
from voice.protocol.interruption import cut, cut_queued
from voice.protocol.session_state import Phase, Session, Step, TurnEvent

# As long as a hang-up waits for `session.ended`.
FAREWELL_S = 2.0
_SPEAKERS = ("user", "agent")


def restart(session: Session, _: Restart, now: float) -> Step:
    """End the session; outside a live one there is nothing to restart."""
    if session.phase is not Phase.LIVE:
        return session, ()
    session, flushed = cut_queued(session, now)
    session = cut(session, session.playout.open, now)
    leaving = replace(
        session,
        phase=Phase.RESTARTING,
        asked_at=now,
        agreed_at=None,
        user_speaking=False,
        thinking_since=None,
    )
    return leaving, (*flushed, Send(SessionEnd()))


def reopen(session: Session, now: float) -> Step:
    """The old session is over: nothing of it is waited for any more."""
    if session.phase is not Phase.RESTARTING:
        return session, ()
    return fresh(session, now), (OpenLink(),)


def fresh(session: Session, now: float) -> Session:
    """A new session in the same call, for which a socket is to be opened."""
    transcript = tool_turns.closed(user_turns.closed(session.transcript, now), now)
    transcript = agent_turns.closed(transcript)
    return replace(
        session,
        phase=Phase.REOPENING,
        link_open=False,
        session_id=None,
        has_resume_token=False,
        expires_at=None,
        transcript=transcript,
        config=session.config.restarted(earlier_part(_said(transcript))),
        turn_event=TurnEvent.NONE,
        pending_tools=(),
        unanswered=(),
        asked_text=None,
        hosted_tools=frozenset(),
    )


def expired(session: Session, now: float) -> Step:
    """An agent that does not confirm the end is not waited for."""
    asked = session.asked_at
    if session.phase is not Phase.RESTARTING or asked is None or now - asked < FAREWELL_S:
        return session, ()
    return reopen(session, now)


def opened(session: Session, now: float) -> Step:
    """The new session is configured like any other; the price of the call goes on."""
    config, patch = session.config.open(now)
    connecting = replace(session, phase=Phase.CONNECTING, link_open=True, opened_at=now, config=config)
    return connecting, (Send(SessionUpdate(session=patch)),)


def _said(transcript: Transcript) -> list[Said]:
    return [(turn.speaker, turn.text) for turn in transcript.turns if turn.text and turn.speaker in _SPEAKERS]
