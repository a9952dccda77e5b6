"""What the person types instead of saying it. Pure handlers.

A text is shown at once and put to the agent when nobody speaks: asked too early, the agent would answer
twice, once the spoken turn and once this.
"""

from msgspec.structs import replace

from voice.conversation import user_turns
from voice.protocol.client_events import ConversationMessage, ReplyCreate
from voice.protocol.effects import Send
from voice.protocol.inputs import Said
from voice.protocol.session_state import Phase, Session, Step, with_notice
from voice.protocol.typed_text import instructions_for

MAX_CHARS = 2_000
MAX_WAITING = 8
# The reply to a spoken turn begins within milliseconds of its end; 150 ms was seen to be enough (2026-09).
SETTLE_S = 0.15


def said(session: Session, typed: Said, now: float) -> Step:
    """Show the text and let it wait for its moment. Too long or one too many: told, and not sent."""
    text = typed.text.strip()
    if not text or session.ended or session.phase is Phase.ENDING:
        return session, ()
    if len(text) > MAX_CHARS:
        sentence = (
            f"Your message was not sent: it has {len(text):,} characters, and {MAX_CHARS:,} can be sent."
        )
        return with_notice(session, now, sentence, "Make it shorter, or send it in parts."), ()
    if len(session.texts) >= MAX_WAITING:
        sentence = f"Your message was not sent: {MAX_WAITING} are waiting for the agent already."
        return with_notice(session, now, sentence, "Wait until it has answered, then send it again."), ()
    transcript = user_turns.typed(session.transcript, text, now)
    return replace(session, transcript=transcript, texts=(*session.texts, text), stayed_at=now), ()


def send_next(session: Session, now: float) -> Step:
    """Put the text that waits longest to the agent, if nobody speaks and no answer is due."""
    if not session.texts or not _idle(session, now):
        return session, ()
    text, *later = session.texts
    asked = replace(session, texts=tuple(later), asked_text=text, thinking_since=now)
    message = ConversationMessage(role="user", content=text)
    return asked, (Send(message), Send(ReplyCreate(instructions=instructions_for(text))))


def _idle(session: Session, now: float) -> bool:
    return (
        session.ready
        and not session.playout.open
        and not session.user_speaking
        and session.thinking_since is None
        and now - session.turn_ended_at >= SETTLE_S
    )
