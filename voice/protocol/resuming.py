"""A session that lost its socket and is looked for on another one. Pure handlers.

The agent keeps a session for 30 s after a drop. Nothing here may bring back a session that was hung up.
"""

from msgspec.structs import replace

from voice.conversation import user_turns
from voice.conversation.state import duration_text
from voice.protocol.client_events import SessionResume
from voice.protocol.configuring import hosted, send_changes
from voice.protocol.effects import OpenLink, Send
from voice.protocol.ending import connection_lost, failed
from voice.protocol.errors import AuthRefused, VoiceAgentError
from voice.protocol.inputs import LinkClosed
from voice.protocol.interruption import cut, cut_queued
from voice.protocol.server_events import SessionReady
from voice.protocol.session_state import Loss, Phase, Session, Step, TurnEvent, with_notice
from voice.protocol.tooling import send_results

# Quick at first, for most drops are short, then spread over the window; with a quarter of jitter 21 s.
WAITS_S = (0.25, 0.75, 2.0, 5.0, 9.0)
# One address that does not answer must leave time for another attempt.
OPEN_WITHIN_S = 5.0
# Of the 30 s; a drop may have been noticed some seconds late.
BUDGET_S = 25.0
# A clean close and a breach of policy: coming back would bring the same, or nobody.
_TERMINAL_CODES = frozenset({1000, 1008})


def may_resume(session: Session, closed: LinkClosed) -> bool:
    """Whether a socket that closed without a good-bye may be replaced."""
    return (
        session.phase is Phase.LIVE and session.session_id is not None and closed.code not in _TERMINAL_CODES
    )


def begin(session: Session, closed: LinkClosed, now: float) -> Step:
    """The socket is gone. What was in flight is over: the transcript keeps what was heard."""
    session, flushed = cut_queued(session, now)
    session = cut(session, session.playout.open, now)
    waiting = session.texts if session.asked_text is None else (session.asked_text, *session.texts)
    code = "" if closed.code is None else str(closed.code)
    session = replace(
        session,
        phase=Phase.RESUMING,
        loss=Loss(now, code, closed.reason),
        transcript=user_turns.closed(session.transcript, now),
        user_speaking=False,
        texts=waiting,
        asked_text=None,
        config=session.config.link_lost(),
    )
    session, effects = try_again(session, now)
    return session, (*flushed, *effects)


def try_again(session: Session, now: float) -> Step:
    """Open another socket, unless that was tried often enough."""
    loss = session.loss
    if loss is None or loss.attempt >= len(WAITS_S):
        return give_up(session, now)
    order = OpenLink(WAITS_S[loss.attempt], OPEN_WITHIN_S)
    return replace(session, loss=replace(loss, attempt=loss.attempt + 1)), (order,)


def opened(session: Session) -> Step:
    """Another socket is there: ask for the session. Its configuration is still there."""
    if session.session_id is None:
        return session, ()
    return replace(session, link_open=True), (Send(SessionResume(session_id=session.session_id)),)


def ready(session: Session, event: SessionReady, now: float) -> Step:
    """The session goes on: what could not be sent in the gap goes now."""
    gap_s = now - session.loss.at if session.loss else 0.0
    results = tuple(Send(result) for result in session.unanswered)
    live = replace(
        session,
        phase=Phase.LIVE,
        loss=None,
        session_id=event.session_id,
        expires_at=event.expires_at,
        hosted_tools=hosted(event.config, session),
        turn_event=TurnEvent.REPLY_DONE,
        unanswered=(),
        turn_ended_at=now,
    )
    live, due = send_results(live, now)
    live, changes = send_changes(_told(live, gap_s, now), now)
    return live, (*results, *due, *changes)


def refused(session: Session, error: VoiceAgentError, now: float) -> Step:
    """The agent does not give the session back; a full house may have room a little later."""
    if error.retryable:
        return try_again(replace(session, link_open=False), now)
    if isinstance(error, AuthRefused):
        return failed(session, error, now)
    return give_up(session, now)


def give_up(session: Session, now: float) -> Step:
    """The session can't be had any more."""
    loss = session.loss
    lost = connection_lost(loss.code, loss.reason) if loss else connection_lost("", "")
    return failed(session, lost, now)


def expired(session: Session, now: float) -> Step:
    """The agent keeps the session only for so long."""
    if session.loss is None or now - session.loss.at < BUDGET_S:
        return session, ()
    return give_up(session, now)


def _told(session: Session, gap_s: float, now: float) -> Session:
    gap = duration_text(max(1.0, round(gap_s)))
    sentence = f"The connection was lost for {gap}; what you said in that time was not heard."
    return with_notice(session, now, sentence)
