"""A reply that ended without a sound: whether the person must be told. Pure.

Most such replies have a reason, which may come just after their end: the agent calls a tool and the answer
is the next reply, or the person goes on speaking and the service holds the reply it had begun too early.
"""

from msgspec.structs import replace

from voice.protocol.server_events import InputSpeechStarted, ToolCall, TranscriptUser, TranscriptUserDelta
from voice.protocol.session_state import Session, with_notice

# The reason was seen to come within milliseconds; a merged turn's words come several times a second.
TELL_AFTER_S = 1.5
# The beginning of another reply is a reason, too.
REASONS = frozenset({ToolCall, InputSpeechStarted, TranscriptUserDelta, TranscriptUser})


def explained(session: Session, event: object) -> Session:
    """The agent said something that may be the reason."""
    if session.unheard_at is None or type(event) not in REASONS:
        return session
    return replace(session, unheard_at=None)


def told(session: Session, now: float) -> Session:
    """Tell of it when no reason has come."""
    at = session.unheard_at
    if at is None or now - at < TELL_AFTER_S:
        return session
    session = replace(session, unheard_at=None)
    if not session.ready or session.user_speaking or _is_silence_normal(session):
        return session
    return with_notice(session, now, "The agent replied without a sound.", "Say it again.")


def _is_silence_normal(session: Session) -> bool:
    """At volume 0 replies are silent by wish. Tools that the service calls itself it need not tell of."""
    return bool(session.hosted_tools) or bool(session.config.applied_value("output.volume") == 0)
