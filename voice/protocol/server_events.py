"""What the agent says to a client: one frozen class per event.

Decoding is tolerant: unknown fields are ignored, both spellings seen in the wild are accepted, and
what newer or older servers leave out has a default. `voice.protocol.codec` turns text into these.
"""

from typing import Any, Literal

import msgspec


class ServerEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of everything that comes down the socket.

    `timestamp` is in epoch seconds; older servers sent ISO text on errors.
    """

    timestamp: float | str | None = None


class SessionReady(ServerEvent, frozen=True, tag="session.ready"):
    """Audio may flow from here on. Early-2026 servers sent the id alone."""

    session_id: str
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

    code: str = "internal_error"
    message: str = ""
    param: str | None = None
    session_id: str | None = None

    def __post_init__(self) -> None:
        # The documentation writes codes in upper case, the service sends lower case (2026-09).
        msgspec.structs.force_setattr(self, "code", self.code.lower())


class BareError(SessionError, frozen=True, tag="error"):
    """The same under the type that the vendor's own browser sample also handles."""


class InputSpeechStarted(ServerEvent, frozen=True, tag="input.speech.started"):
    """The person was heard; while the agent speaks it means that barge-in was decided."""


class InputSpeechStopped(ServerEvent, frozen=True, tag="input.speech.stopped"):
    """The end of the turn was committed, which is later than its acoustic end. May come twice."""


class TranscriptUserDelta(ServerEvent, frozen=True, tag="transcript.user.delta"):
    """The utterance so far, whole: replace, do not append."""

    item_id: str = ""
    text: str | None = None
    delta: str | None = None

    @property
    def words(self) -> str:
        """The text under either spelling; one documentation page calls the field `delta`."""
        return self.text if self.text is not None else self.delta or ""


class TranscriptUser(ServerEvent, frozen=True, tag="transcript.user"):
    """The final words of a user turn."""

    text: str
    item_id: str = ""


class ReplyStarted(ServerEvent, frozen=True, tag="reply.started"):
    """A reply begins; its first audio is silence for up to a second or more."""

    reply_id: str
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
    """The text of a reply, trimmed by the server when it was interrupted."""

    text: str
    reply_id: str = ""
    item_id: str = ""
    interrupted: bool = False


class ReplyDone(ServerEvent, frozen=True, tag="reply.done"):
    """A reply has been sent whole, or was cut. Early servers left `status` out when completed."""

    reply_id: str = ""
    status: Literal["completed", "interrupted"] | str = "completed"


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
    """The agent asks for a function. Early-2026 servers called `arguments` `args`.

    A model may send other arguments than an object; the call must be answered all the same.
    """

    call_id: str
    name: str
    arguments: Any = None
    args: Any = None

    @property
    def values(self) -> Any:
        """The arguments under either spelling, none as an empty object."""
        given = self.arguments if self.arguments is not None else self.args
        return {} if given is None else given


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
