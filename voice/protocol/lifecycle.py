"""How a session opens, becomes ready and hears of its end; what a socket means depends on the phase.

Pure handlers for `voice.protocol.session`.
"""

from msgspec.structs import replace

from voice.protocol import configuring, ending, restarting, resuming
from voice.protocol.client_events import SessionUpdate
from voice.protocol.effects import CloseLink, Send
from voice.protocol.errors import VoiceRefused, from_session_error
from voice.protocol.inputs import Failed, LinkClosed, LinkFailed, LinkOpened
from voice.protocol.server_events import SessionEnded, SessionError, SessionReady
from voice.protocol.session_state import Phase, Session, Step, with_notice


def link_opened(session: Session, opened: LinkOpened, now: float) -> Step:
    """The first message of a session configures it; the agent is silent until then."""
    session = replace(session, key_refusal=opened.refusal)
    if session.phase is Phase.RESUMING:
        return resuming.opened(session, now)
    if session.phase is Phase.REOPENING:
        return restarting.opened(session, now)
    if session.phase is not Phase.NEW:
        return session, (CloseLink(),) if session.ended else ()
    config, patch = session.config.open(now)
    session = replace(
        session,
        phase=Phase.CONNECTING,
        link_open=True,
        opened_at=now,
        billed_from=now,
        usd_per_hour=opened.usd_per_hour,
        config=config,
    )
    return session, (Send(SessionUpdate(session=patch)),)


def link_failed(session: Session, failure: LinkFailed, now: float) -> Step:
    """No socket: a call that was never live fails, another one may still be carried on."""
    if session.phase in (Phase.RESUMING, Phase.REOPENING):
        return resuming.unreachable(session, failure, now)
    return ending.failed_outside(session, Failed(failure.error), now)


def link_closed(session: Session, closed: LinkClosed, now: float) -> Step:
    """After a good-bye the session has ended; without one the call is carried on."""
    if not session.link_open:
        # The socket was given up already, and another one ordered.
        return session, ()
    session = replace(session, link_open=False)
    if session.ended:
        return session, ()
    if session.phase is Phase.ENDING:
        return ending.over(session, Phase.ENDED, now, ())
    if session.phase is Phase.RESTARTING:
        return restarting.reopen(session, now)
    if session.phase is Phase.RESUMING:
        return resuming.other_way(session, now)
    session, effects = resuming.lost(session, closed, now)
    # It is closed already.
    return session, tuple(effect for effect in effects if effect != CloseLink())


def ready(session: Session, event: SessionReady, now: float) -> Step:
    """Audio may flow, and what the person changed meanwhile goes out."""
    if session.phase is Phase.RESUMING:
        return resuming.ready(session, event, now)
    known = replace(
        session,
        session_id=event.session_id or None,
        has_resume_token=bool(event.resume_token),
        expires_at=event.expires_at,
    )
    if session.phase is not Phase.CONNECTING:
        return known, ()
    live = replace(
        known,
        phase=Phase.LIVE,
        live_at=now,
        agreed_at=now,
        # A greeting follows within milliseconds; what was typed before must not take its place.
        turn_ended_at=now,
        config=session.config.confirmed_by(event.config, ready=True),
        hosted_tools=configuring.hosted(event.config, known),
    )
    live = resuming.back(live, now)
    live = replace(live, ready_at=now if live.ready_at is None else live.ready_at)
    return configuring.send_changes(live, now)


def refused(session: Session, event: SessionError, now: float) -> Step:
    """Sort an error: a refused setting, the end of the session or of the call, or only a notice."""
    error = from_session_error(event, session.key_refusal)
    if session.phase is Phase.RESUMING:
        return resuming.refused(session, error, now)
    if isinstance(error, VoiceRefused):
        session = replace(session, valid_voices=error.valid_voices)
    if configuring.is_about_update(session, event, error):
        config = session.config.refused_by(event.param, event.message or event.code)
        session = replace(session, config=config)
        # Without a first update that was taken the session never becomes ready; mostly the agent closes it.
        if session.ready:
            return configuring.send_changes(session, now)
        return ending.failed(session, error, now)
    if error.fatal and error.retryable and (session.ready or session.loss is not None):
        return resuming.agent_failed(session, error, now)
    if error.fatal:
        return ending.failed(session, error, now)
    return with_notice(session, now, error.sentence, error.next_step, error.code), ()


def ended(session: Session, _: SessionEnded, now: float) -> Step:
    """The agent said good-bye, by itself or because it was asked to."""
    if session.phase is Phase.RESTARTING:
        return restarting.reopen(session, now)
    if session.phase is Phase.RESUMING:
        return resuming.other_way(session, now)
    if session.phase is not Phase.ENDING:
        session = with_notice(session, now, "The agent ended the call.")
    return ending.over(session, Phase.ENDED, now, (CloseLink(),))
