"""How a session opens, becomes ready, fails and ends. Pure handlers for `voice.protocol.session`."""

from typing import Any

from msgspec.structs import replace

from voice.conversation import agent_turns, user_turns
from voice.protocol.client_events import SessionEnd, SessionUpdate
from voice.protocol.effects import AnyEffect, CloseLink, FinishReply, Send
from voice.protocol.errors import (
    ConfigRefused,
    ConnectionLost,
    VoiceAgentError,
    VoiceRefused,
    from_session_error,
)
from voice.protocol.inputs import Failed, HangUp, LinkClosed, LinkOpened
from voice.protocol.interruption import cut_queued
from voice.protocol.server_events import SessionEnded, SessionError, SessionReady, SessionUpdated
from voice.protocol.session_state import Phase, Session, Step, with_notice

_MAX_REASON_CHARS = 120


def link_opened(session: Session, opened: LinkOpened, now: float) -> Step:
    """The first message of a session configures it; the agent is silent until then."""
    if session.phase is not Phase.NEW:
        return session, (CloseLink(),) if session.ended else ()
    config, patch = session.config.open(now)
    session = replace(
        session,
        phase=Phase.CONNECTING,
        link_open=True,
        billed_from=now,
        usd_per_hour=opened.usd_per_hour,
        config=config,
    )
    return session, (Send(SessionUpdate(session=patch)),)


def link_closed(session: Session, closed: LinkClosed, now: float) -> Step:
    """After a good-bye the session has ended; without one the connection was lost."""
    session = replace(session, link_open=False)
    if session.ended:
        return session, ()
    if session.phase is Phase.ENDING:
        return _over(session, Phase.ENDED, now, ())
    code = "" if closed.code is None else str(closed.code)
    said = f" ({closed.reason[:_MAX_REASON_CHARS]})" if closed.reason else ""
    lost = ConnectionLost(
        f"The connection to the agent was lost{said}.",
        "What was said so far is kept. Connect again to go on talking.",
        code=code,
    )
    session, effects = failed(session, lost, now)
    return session, tuple(effect for effect in effects if effect != CloseLink())


def ready(session: Session, event: SessionReady, now: float) -> Step:
    """Audio may flow, and what the person changed meanwhile goes out."""
    known = replace(session, session_id=event.session_id, expires_at=event.expires_at)
    if session.phase is not Phase.CONNECTING:
        return known, ()
    config = session.config.confirmed_by(event.config, ready=True)
    hosted = _hosted(event.config, known)
    live = replace(known, phase=Phase.LIVE, ready_at=now, agreed_at=now, config=config, hosted_tools=hosted)
    return send_changes(live, now)


def updated(session: Session, event: SessionUpdated, now: float) -> Step:
    """An update was applied; the next one may go."""
    config = session.config.confirmed_by(event.config)
    return send_changes(replace(session, config=config, hosted_tools=_hosted(event.config, session)), now)


def send_changes(session: Session, now: float) -> Step:
    """Send what is wanted and not yet there, one update at a time."""
    if not session.ready:
        return session, ()
    config, patch = session.config.next_update(now)
    effects = (Send(SessionUpdate(session=patch)),) if patch is not None else ()
    return replace(session, config=config), effects


def refused(session: Session, event: SessionError, now: float) -> Step:
    """Sort an error: a refused setting, the end of the session, or only a notice."""
    error = from_session_error(event)
    if isinstance(error, VoiceRefused):
        session = replace(session, valid_voices=error.valid_voices)
    if _is_about_update(session, event, error):
        config = session.config.refused_by(event.param, event.message or event.code)
        session = replace(session, config=config)
        # Without a first update that was taken the session never becomes ready; mostly the agent closes it.
        return send_changes(session, now) if session.ready else failed(session, error, now)
    if error.fatal:
        return failed(session, error, now)
    return with_notice(session, now, error.sentence, error.next_step, error.code), ()


def ended(session: Session, _: SessionEnded, now: float) -> Step:
    """The agent said good-bye, by itself or because it was asked to."""
    if session.phase is not Phase.ENDING:
        session = with_notice(session, now, "The agent ended the call.")
    return _over(session, Phase.ENDED, now, (CloseLink(),))


def hang_up(session: Session, _: HangUp, now: float) -> Step:
    """Silence at once; a bare close would be billed 30 s more, so the end is told and awaited."""
    if session.ended or session.phase is Phase.ENDING:
        return session, ()
    session, flushed = cut_queued(session, now)
    if not session.link_open:
        return _over(session, Phase.ENDED, now, (*flushed, CloseLink()))
    leaving = replace(session, phase=Phase.ENDING, ended_at=now)
    return leaving, (*flushed, Send(SessionEnd()))


def failed_outside(session: Session, failure: Failed, now: float) -> Step:
    """The browser's audio or the socket failed: nobody can be heard any more, so the session is ended."""
    if session.ended or session.phase is Phase.ENDING:
        return session, ()
    error = failure.error
    if not error.fatal:
        return with_notice(session, now, error.sentence, error.next_step, error.code), ()
    session, flushed = cut_queued(session, now)
    farewell = (Send(SessionEnd()),) if session.link_open else ()
    session, effects = failed(session, error, now)
    return session, (*flushed, *farewell, *effects)


def failed(session: Session, error: VoiceAgentError, now: float) -> Step:
    """The first failure is the one to show; what follows from it is not."""
    if session.ended or session.phase is Phase.ENDING:
        return session, ()
    return _over(replace(session, failure=error), Phase.FAILED, now, (CloseLink(),))


def _over(session: Session, phase: Phase, now: float, effects: tuple[AnyEffect, ...]) -> Step:
    """No more will come. What is queued is still played to its end."""
    unfinished = [reply for reply in session.playout.open if not reply.finished]
    playout = session.playout
    for reply in unfinished:
        playout = (
            playout.with_reply(replace(reply, finished=True)) if reply.has_audio else playout.without(reply)
        )
    over = replace(
        session,
        phase=phase,
        playout=playout,
        transcript=agent_turns.closed(user_turns.closed(session.transcript, now)),
        user_speaking=False,
        thinking_since=None,
        pending_tools=(),
        ended_at=now if session.ended_at is None else session.ended_at,
    )
    return over, (*(FinishReply(reply.id) for reply in unfinished if reply.has_audio), *effects)


def _is_about_update(session: Session, event: SessionError, error: VoiceAgentError) -> bool:
    if not session.ready:
        return isinstance(error, ConfigRefused) or "session.update" in event.message
    if session.config.in_flight is None:
        return False
    # Older servers said `server_error` when applying an update raised an exception, and went on.
    codes_of_updates = ("server_error", "invalid_format")
    named = event.code in codes_of_updates and (
        "session.update" in event.message or event.code == "server_error"
    )
    return isinstance(error, ConfigRefused) or named


def _hosted(echo: dict[str, Any] | None, session: Session) -> frozenset[str]:
    """Names of the tools that the service calls by HTTP itself; it tells of their calls all the same."""
    tools = (echo or {}).get("tools")
    if not isinstance(tools, list):
        return session.hosted_tools
    named = (tool for tool in tools if isinstance(tool, dict) and tool.get("http") is not None)
    return frozenset(str(tool.get("name")) for tool in named)
