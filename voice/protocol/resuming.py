"""How a call goes on after its socket is lost. Pure handlers.

The session is asked for with its resume token, then with the key. If the agent does not give it back, a new
session carries the conversation on. The service keeps a session for 30 s after a drop, but was seen to refuse
every resume with the key (2026-11), so nothing may depend on one. A call that was hung up never comes here.
"""

from msgspec.structs import replace

from voice.conversation import user_turns
from voice.conversation.state import duration_text
from voice.conversation.transcript import Turn
from voice.protocol import ending
from voice.protocol.client_events import SessionResume
from voice.protocol.configuring import hosted, send_changes
from voice.protocol.effects import OpenLink, Send
from voice.protocol.errors import AgentBusy, AgentFailed, VoiceAgentError, from_close_reason
from voice.protocol.inputs import LinkClosed, LinkFailed
from voice.protocol.interruption import cut, cut_queued
from voice.protocol.restarting import fresh
from voice.protocol.server_events import SessionReady
from voice.protocol.session_state import Loss, Phase, Session, Step, TurnEvent, Way, with_notice
from voice.protocol.tooling import send_results

# At once first, since most drops are short; the last repeats for as long as nobody is there.
WAITS_S = (0.0, 0.25, 0.5, 1.0, 2.0)
# One address that does not answer must leave time for another attempt.
OPEN_WITHIN_S = 5.0
# A resume is answered within half a second, if at all.
ANSWER_WITHIN_S = 3.0
# The service gives up on a session that is not ready after 10 s.
READY_WITHIN_S = 15.0
# Of the 30 s that a session is kept; a drop may have been noticed 9 s late.
RESUME_WITHIN_S = 20.0
GIVE_UP_AFTER_S = 35.0
# A session lost sooner than this counts as never having worked; so many in a row, and the next would be too.
SHORT_LIFE_S = 5.0
MAX_SHORT_LIVES = 3
_POLICY = 1008


def lost(session: Session, closed: LinkClosed, now: float) -> Step:
    """The socket closed without a good-bye, in a session that is live or about to be."""
    code = "" if closed.code is None else str(closed.code)
    if session.phase is Phase.CONNECTING:
        said = from_close_reason(closed.reason, session.key_refusal)
        if said is not None or closed.code == _POLICY:
            return ending.failed(session, said or ending.connection_lost(code, closed.reason), now)
    return begin(session, Loss(now, code, closed.reason, closed.silent_s), now)


def begin(session: Session, loss: Loss, now: float) -> Step:
    """What was in flight is over, and the transcript keeps what was heard. Carry on."""
    if session.phase is Phase.LIVE:
        loss = replace(loss, owed=_owed(session), way=_first_way(session))
        short_lives = session.short_lives + 1 if now - session.live_at < SHORT_LIFE_S else 0
    else:
        known = session.loss or loss
        loss = replace(known, code=loss.code, reason=loss.reason, failures=known.failures + 1)
        short_lives = session.short_lives + 1
    session, flushed = cut_queued(session, now)
    session = cut(session, session.playout.open, now)
    waiting = session.texts if session.asked_text is None else (session.asked_text, *session.texts)
    session = replace(
        session,
        phase=Phase.RESUMING,
        loss=loss,
        short_lives=short_lives,
        transcript=user_turns.closed(session.transcript, now),
        user_speaking=False,
        texts=waiting,
        asked_text=None,
        config=session.config.link_lost(),
    )
    if short_lives >= MAX_SHORT_LIVES:
        session, effects = give_up(session, now)
    else:
        session, effects = _next(session, now)
    return session, (*flushed, *effects)


def opened(session: Session, now: float) -> Step:
    """Another socket is there: ask for the session. Its configuration is still there."""
    asking = replace(session, link_open=True, opened_at=now)
    return asking, (Send(SessionResume(session_id=session.session_id or "")),)


def ready(session: Session, event: SessionReady, now: float) -> Step:
    """The session goes on: what could not be sent in the gap goes now."""
    results = tuple(Send(result) for result in session.unanswered)
    live = replace(
        session,
        phase=Phase.LIVE,
        live_at=now,
        session_id=event.session_id or session.session_id,
        has_resume_token=bool(event.resume_token),
        expires_at=event.expires_at,
        hosted_tools=hosted(event.config, session),
        turn_event=TurnEvent.REPLY_DONE,
        unanswered=(),
        turn_ended_at=now,
    )
    live, due = send_results(live, now)
    live, changes = send_changes(back(live, now), now)
    return live, (*results, *due, *changes)


def back(session: Session, now: float) -> Session:
    """The call is live again: tell in one line what happened and how much was not heard."""
    loss = session.loss
    if loss is None:
        return session
    session = replace(session, loss=None)
    if session.ready_at is None:
        return session
    gap = duration_text(max(1.0, round(now - loss.at + loss.silent_s)))
    how = " in a new session that continues the conversation" if loss.way is Way.NEW_SESSION else ""
    sentence = f"Reconnected{how}. The agent heard nothing for {gap}."
    # Another loss of the same length is news again.
    others = tuple(notice for notice in session.notices if notice.sentence != sentence)
    return with_notice(replace(session, notices=others), now, sentence, "Repeat what you said then.")


def unreachable(session: Session, failure: LinkFailed, now: float) -> Step:
    """No socket: nobody may be there for a moment, or this credential does not open one."""
    if failure.error.retryable and session.ready_at is not None:
        return again(session, now)
    if session.phase is Phase.RESUMING:
        return other_way(session, now)
    return ending.failed(session, failure.error, now)


def refused(session: Session, error: VoiceAgentError, now: float) -> Step:
    """The agent does not give the session back; a full house may have room a little later."""
    return again(session, now) if isinstance(error, AgentBusy) else other_way(session, now)


def agent_failed(session: Session, error: VoiceAgentError, now: float) -> Step:
    """The agent will close the socket, being broken or full. Another socket, or another session, may do."""
    if session.phase is Phase.LIVE:
        return begin(session, Loss(now, error.code, error.sentence), now)
    return again(session, now)


def other_way(session: Session, now: float) -> Step:
    """Carry on by the next way, at once."""
    loss = session.loss or Loss(now)
    way = Way.RESUME_BY_KEY if loss.way is Way.RESUME_BY_TOKEN else Way.NEW_SESSION
    return _next(replace(session, loss=replace(loss, way=way, failures=0)), now)


def again(session: Session, now: float) -> Step:
    """Try the same way a little later."""
    loss = session.loss or Loss(now)
    return _next(replace(session, loss=replace(loss, failures=loss.failures + 1)), now)


def give_up(session: Session, now: float) -> Step:
    """Neither the session nor a new one can be had."""
    loss = session.loss
    said = ending.connection_lost(loss.code, loss.reason) if loss else ending.connection_lost("", "")
    return ending.failed(session, said, now)


def expired(session: Session, now: float) -> Step:
    """An agent that takes the socket and then says nothing is not waited for."""
    waited_s = now - session.opened_at if session.link_open else 0.0
    if session.phase is Phase.RESUMING and waited_s >= ANSWER_WITHIN_S:
        return other_way(session, now)
    if session.phase is Phase.CONNECTING and waited_s >= READY_WITHIN_S:
        return ending.failed(session, _never_ready(), now) if session.loss is None else again(session, now)
    if session.loss is not None and not session.link_open and now - session.loss.at >= GIVE_UP_AFTER_S:
        return give_up(session, now)
    return session, ()


def _never_ready() -> AgentFailed:
    return AgentFailed(
        f"The agent did not become ready within {READY_WITHIN_S:.0f} seconds.", "Connect again."
    )


def _first_way(session: Session) -> Way:
    if not session.session_id:
        return Way.NEW_SESSION
    return Way.RESUME_BY_TOKEN if session.has_resume_token else Way.RESUME_BY_KEY


def _next(session: Session, now: float) -> Step:
    """Order another socket."""
    loss = session.loss or Loss(now)
    if now - loss.at >= GIVE_UP_AFTER_S:
        return give_up(session, now)
    if now - loss.at >= RESUME_WITHIN_S:
        loss = replace(loss, way=Way.NEW_SESSION)
    session = replace(session, link_open=False, loss=replace(loss, attempt=loss.attempt + 1))
    if loss.way is Way.NEW_SESSION and session.phase is not Phase.REOPENING:
        session = _carried_on(session, loss, now)
    wait_s = WAITS_S[min(loss.failures, len(WAITS_S) - 1)]
    return session, (OpenLink(wait_s, OPEN_WITHIN_S, resume_token=loss.way is Way.RESUME_BY_TOKEN),)


def _carried_on(session: Session, loss: Loss, now: float) -> Session:
    """A new session, which is asked what the old one did not answer."""
    texts = (loss.owed, *session.texts) if loss.owed else session.texts
    carried = replace(fresh(session, now), asked_at=now, agreed_at=None, texts=texts)
    return replace(carried, loss=replace(carried.loss or loss, owed=""))


def _owed(session: Session) -> str:
    """The spoken words that the agent was about to answer. Typed ones are asked again anyway."""
    spoken = session.transcript.last(_is_speech)
    due = session.thinking_since is not None and session.asked_text is None
    return spoken.text if due and spoken is not None and spoken.speaker == "user" and not spoken.typed else ""


def _is_speech(turn: Turn) -> bool:
    return turn.speaker != "tool" and bool(turn.text)
