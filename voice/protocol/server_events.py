"""What the agent says to a client: one frozen class per event.

These are the current names and types. What servers leave out has a default, and a field without one is
what the event is useless without. `voice.protocol.spellings` reads what other servers write instead.
"""

from typing import Any

import msgspec


class ServerEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of everything that comes down the socket. `timestamp` is in epoch seconds."""

    timestamp: float | None = None


class SessionReady(ServerEvent, frozen=True, tag="session.ready"):
    """Audio may flow from here on. A session without an id can't be resumed."""

    session_id: str = ""
    config: dict[str, Any] | None = None
    expires_at: float | None = None
    resume_token: str | None = None


class SessionUpdated(ServerEvent, frozen=True, tag="session.updated"):
    """An update was applied; `config` echoes the whole configuration."""

    config: dict[str, Any] | None = None


class SessionEnded(ServerEvent, frozen=True, tag="session.ended"):
    """Last event of a session; the server closes the socket after it."""

    session_duration_seconds: float | None = None
    audio_duration_seconds: float | None = None


class SessionError(ServerEvent, frozen=True, tag="session.error"):
    """A refusal or a failure; which of them end the session is known by `voice.protocol.errors`."""

    code: str = ""
    message: str = ""
    param: str | None = None
    session_id: str | None = None


class BareError(SessionError, frozen=True, tag="error"):
    """The same under the type that the vendor's own browser sample also handles."""


class InputSpeechStarted(ServerEvent, frozen=True, tag="input.speech.started"):
    """The person was heard; while the agent speaks it means that barge-in was decided."""


class InputSpeechStopped(ServerEvent, frozen=True, tag="input.speech.stopped"):
    """The end of the turn was committed, which is later than its acoustic end. May come twice."""


class TranscriptUserDelta(ServerEvent, frozen=True, tag="transcript.user.delta"):
    """The utterance so far, whole: replace, do not append."""

    item_id: str = ""
    text: str = ""


class TranscriptUser(ServerEvent, frozen=True, tag="transcript.user"):
    """The final words of a user turn; empty for a noise."""

    text: str = ""
    item_id: str = ""


class ReplyStarted(ServerEvent, frozen=True, tag="reply.started"):
    """A reply begins; its first audio is silence for up to a second or more."""

    reply_id: str = ""
    item_id: str = ""


class ReplyAudio(ServerEvent, frozen=True, tag="reply.audio"):
    """Audio of a reply in the session's output encoding."""

    data: bytes
    reply_id: str = ""


class TranscriptAgentDelta(ServerEvent, frozen=True, tag="transcript.agent.delta"):
    """One word of a reply, with its place in the reply's audio."""

    delta: str
    reply_id: str = ""
    item_id: str = ""
    start_ms: float | None = None
    end_ms: float | None = None


class TranscriptAgent(ServerEvent, frozen=True, tag="transcript.agent"):
    """The text of a reply, trimmed by the server when it was interrupted. None: it does not say."""

    text: str | None = None
    reply_id: str = ""
    item_id: str = ""
    interrupted: bool = False


class ReplyDone(ServerEvent, frozen=True, tag="reply.done"):
    """A reply has been sent whole (`completed`, also when the server says nothing) or was `interrupted`."""

    reply_id: str = ""
    status: str = "completed"


class ReplyError(ServerEvent, frozen=True, tag="reply.error"):
    """The language model behind a reply failed; `reply.done` follows."""

    reply_id: str = ""
    code: str = ""
    message: str = ""
    retryable: bool = False
    status_code: int | None = None
    provider_code: str | None = None
    provider_param: str | None = None


class ToolCall(ServerEvent, frozen=True, tag="tool.call"):
    """The agent asks for a function.

    A model may send other arguments than an object; the call must be answered all the same.
    """

    call_id: str
    name: str = ""
    arguments: Any = msgspec.field(default_factory=dict)


AnyServerEvent = (
    SessionReady
    | SessionUpdated
    | SessionEnded
    | SessionError
    | BareError
    | InputSpeechStarted
    | InputSpeechStopped
    | TranscriptUserDelta
    | TranscriptUser
    | ReplyStarted
    | ReplyAudio
    | TranscriptAgentDelta
    | TranscriptAgent
    | ReplyDone
    | ReplyError
    | ToolCall
)
