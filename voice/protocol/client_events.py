"""What a client says to the agent: one frozen class per event, encoded with `voice.protocol.codec`."""

from typing import Literal

import msgspec

from voice.protocol.config import SessionPatch


class ClientEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of everything that goes up the socket."""


class SessionUpdate(ClientEvent, frozen=True, tag="session.update"):
    """First message of a new session; later, changes of the fields that may still change."""

    session: SessionPatch


class SessionResume(ClientEvent, frozen=True, tag="session.resume"):
    """First message on a new socket within 30 s of a drop."""

    session_id: str


class SessionEnd(ClientEvent, frozen=True, tag="session.end"):
    """Ends the session and its billing at once; a bare close is billed 30 s more."""


class InputAudio(ClientEvent, frozen=True, tag="input.audio"):
    """A piece of the person's speech in the session's input encoding, only after `session.ready`."""

    audio: bytes


class ToolResult(ClientEvent, frozen=True, tag="tool.result"):
    """The answer to a `tool.call`; `result` is text, by custom JSON."""

    call_id: str
    result: str
    is_error: bool = False


class ReplyCreate(ClientEvent, frozen=True, tag="reply.create"):
    """Asks for a reply now, with a one-shot instruction if given."""

    instructions: str | None = None


class ConversationMessage(ClientEvent, frozen=True, tag="conversation.message"):
    """Context without a reply. Documented, yet its content was seen not to reach the model (2026-09)."""

    role: Literal["user", "system"]
    content: str


class ReplyCancel(ClientEvent, frozen=True, tag="reply.cancel"):
    """In the service's schema only; its effect is not documented."""

    reply_id: str


AnyClientEvent = (
    SessionUpdate
    | SessionResume
    | SessionEnd
    | InputAudio
    | ToolResult
    | ReplyCreate
    | ConversationMessage
    | ReplyCancel
)
