"""Results of tools on their way: none is lost with a socket. Pure.

A result counts as delivered when the agent begins to reply. One that was sent into a socket just before
it broke is sent again on the next one.
"""

from msgspec.structs import replace

from voice.protocol.client_events import ToolResult
from voice.protocol.effects import AnyEffect, Send
from voice.protocol.session_state import MAX_PENDING_TOOLS, Phase, Session, Step


def followed(session: Session, effects: tuple[AnyEffect, ...]) -> Step:
    """Remember the results among `effects`; without a socket they are kept back."""
    results = tuple(
        effect.event
        for effect in effects
        if isinstance(effect, Send) and isinstance(effect.event, ToolResult)
    )
    if not results:
        return session, effects
    session = replace(session, unanswered=(*session.unanswered, *results)[-MAX_PENDING_TOOLS:])
    if session.phase is Phase.RESUMING:
        sent = {Send(result) for result in results}
        effects = tuple(effect for effect in effects if effect not in sent)
    return session, effects
