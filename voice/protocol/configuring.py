"""What the agent says of the configuration, and the updates that are sent. Pure handlers."""

from typing import Any

from msgspec.structs import replace

from voice.protocol import echo
from voice.protocol.client_events import SessionUpdate
from voice.protocol.effects import Send
from voice.protocol.errors import ConfigRefused, VoiceAgentError
from voice.protocol.inputs import ConfigWanted
from voice.protocol.server_events import SessionError, SessionUpdated
from voice.protocol.session_state import Session, Step


def wanted(session: Session, config: ConfigWanted, now: float) -> Step:
    """The person wants this configuration: what may change in a call goes out."""
    if session.ended:
        return session, ()
    return send_changes(replace(session, config=session.config.want(config.patch)), now)


def updated(session: Session, event: SessionUpdated, now: float) -> Step:
    """An update was applied; the next one may go."""
    config = session.config.confirmed_by(event.config)
    applied = replace(session, config=config, hosted_tools=hosted(event.config, session))
    return send_changes(echo.after_update(applied), now)


def send_changes(session: Session, now: float) -> Step:
    """Send what is wanted and not yet there, one update at a time."""
    if not session.ready:
        return session, ()
    config, patch = session.config.next_update(now)
    effects = (Send(SessionUpdate(session=patch)),) if patch is not None else ()
    return replace(session, config=config), effects


def is_about_update(session: Session, event: SessionError, error: VoiceAgentError) -> bool:
    """Whether an error is the answer to an update."""
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


def hosted(shown: dict[str, Any] | None, session: Session) -> frozenset[str]:
    """Names of the tools that the service calls by HTTP itself; it tells of their calls all the same."""
    tools = (shown or {}).get("tools")
    if not isinstance(tools, list):
        return session.hosted_tools
    named = (tool for tool in tools if isinstance(tool, dict) and tool.get("http") is not None)
    return frozenset(str(tool.get("name")) for tool in named)
