"""How a session ends, well or badly. Pure handlers for `voice.protocol.session`."""

from msgspec.structs import replace

from voice.conversation import agent_turns, tool_turns, user_turns
from voice.protocol.client_events import SessionEnd
from voice.protocol.effects import AnyEffect, CloseLink, FinishReply, Send
from voice.protocol.errors import ConnectionLost, VoiceAgentError
from voice.protocol.inputs import Failed, HangUp
from voice.protocol.interruption import cut_queued
from voice.protocol.session_state import Phase, Session, Step, with_notice

_MAX_REASON_CHARS = 120


def hang_up(session: Session, _: HangUp, now: float) -> Step:
    """Silence at once; a bare close would be billed 30 s more, so the end is told and awaited."""
    if session.ended or session.phase is Phase.ENDING:
        return session, ()
    session, flushed = cut_queued(session, now)
    if not session.link_open:
        return over(session, Phase.ENDED, now, (*flushed, CloseLink()))
    # A restart has told the agent already.
    farewell = () if session.phase is Phase.RESTARTING else (Send(SessionEnd()),)
    leaving = replace(session, phase=Phase.ENDING, ended_at=now, texts=())
    return leaving, (*flushed, *farewell)


def failed_outside(session: Session, failure: Failed, now: float) -> Step:
    """The browser's audio or the socket failed: nobody can be heard any more, so the session is ended."""
    if session.ended or session.phase is Phase.ENDING:
        return session, ()
    error = failure.error
    if not error.fatal:
        return with_notice(session, now, error.sentence, error.next_step, error.code), ()
    session, flushed = cut_queued(session, now)
    told = not session.link_open or session.phase is Phase.RESTARTING
    farewell = () if told else (Send(SessionEnd()),)
    session, effects = failed(session, error, now)
    return session, (*flushed, *farewell, *effects)


def failed(session: Session, error: VoiceAgentError, now: float) -> Step:
    """The first failure is the one to show; what follows from it is not."""
    if session.ended or session.phase is Phase.ENDING:
        return session, ()
    return over(replace(session, failure=error), Phase.FAILED, now, (CloseLink(),))


def connection_lost(code: str, reason: str) -> ConnectionLost:
    """The socket closed without a good-bye, and there is no going on."""
    said = f" ({reason[:_MAX_REASON_CHARS]})" if reason else ""
    return ConnectionLost(
        f"The connection to the agent was lost{said}.",
        "What was said so far is kept. Connect again to go on talking.",
        code=code,
    )


def over(session: Session, phase: Phase, now: float, effects: tuple[AnyEffect, ...]) -> Step:
    """No more will come. What is queued is still played to its end."""
    unfinished = [reply for reply in session.playout.open if not reply.finished]
    playout = session.playout
    for reply in unfinished:
        playout = (
            playout.with_reply(replace(reply, finished=True)) if reply.has_audio else playout.without(reply)
        )
    transcript = tool_turns.closed(user_turns.closed(session.transcript, now), now)
    ended = replace(
        session,
        phase=phase,
        playout=playout,
        transcript=agent_turns.closed(transcript),
        user_speaking=False,
        thinking_since=None,
        pending_tools=(),
        texts=(),
        loss=None,
        closing=None,
        ended_at=now if session.ended_at is None else session.ended_at,
    )
    return ended, (*(FinishReply(reply.id) for reply in unfinished if reply.has_audio), *effects)
