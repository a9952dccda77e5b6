"""What an agent's service keeps of a session once it is over: the shapes of the Sessions API.

Both sides use them, the client and the local agent. Decoding is tolerant, as with events: unknown fields are
ignored, a null counts as a field left out, and the service leaves empty lists out (2026-09).
"""

import codecs
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import msgspec

T = TypeVar("T")
ArtifactKind = Literal["audio", "timeline", "metadata"]
Trigger = Literal["greeting", "user_speech", "tool_result", "reply_create"]

# The service's bounds of a page of the list (2026-09).
MIN_PAGE = 1
MAX_PAGE = 200
DEFAULT_PAGE = 50

# `status` of a session with an open socket, and of one that is over (seen 2026-09).
LIVE = "created"
COMPLETED = "completed"

# Fields whose values belong to somebody else and are kept as they are, nulls included.
_OPAQUE = frozenset({"arguments", "result", "config", "config_changes"})


def decoded(content: bytes, shape: type[T], clean: Callable[[Any], Any] | None = None) -> T:
    """One of the shapes below from JSON in UTF-8, with or without a byte order mark.

    `clean` changes the plain values before they are checked. Raises `ValueError` for anything else.
    """
    try:
        plain = msgspec.json.decode(content.removeprefix(codecs.BOM_UTF8))
        return msgspec.convert(_without_nulls(clean(plain) if clean else plain), shape)
    except (ValueError, RecursionError):
        # The reason may quote what was sent.
        raise ValueError(f"no JSON of a {shape.__name__}") from None


def _without_nulls(plain: Any) -> Any:
    if isinstance(plain, dict):
        return {
            name: value if name in _OPAQUE else _without_nulls(value)
            for name, value in plain.items()
            if value is not None
        }
    if isinstance(plain, list):
        return [_without_nulls(value) for value in plain if value is not None]
    return plain


class Artifact(msgspec.Struct, frozen=True):
    """A file of a session. `url` is pre-signed and good for an hour: it is a credential, and takes none."""

    type: str = ""
    url: str = ""
    content_type: str = ""


class StoredSession(msgspec.Struct, frozen=True, kw_only=True):
    """One session in the list. Moments are ISO 8601 text; what a live session does not know yet is None."""

    id: str
    status: str = ""
    agent_id: str | None = None
    public_close_reason: str | None = None
    duration_seconds: float | None = None
    created_at: str | None = None
    ended_at: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether there will be no more of it."""
        return self.status == COMPLETED or self.ended_at is not None


class FullSession(StoredSession, frozen=True, kw_only=True):
    """One session, asked for by its id. Artifacts come some seconds after the end."""

    config: dict[str, Any] | None = None
    artifacts: list[Artifact] = []

    def artifact(self, kind: ArtifactKind) -> Artifact | None:
        """The file of this kind, if it is there by now."""
        return next((file for file in self.artifacts if file.type == kind and file.url), None)


class PageOf(msgspec.Struct, frozen=True):
    """Where a list goes on: `next_cursor` is given back as `cursor`; empty at the end."""

    next_cursor: str = ""


class SessionPage(msgspec.Struct, frozen=True):
    """A page of the list, the newest session first. `has_more` is None where the service doesn't say."""

    sessions: list[StoredSession] = []
    has_more: bool | None = None
    response_metadata: PageOf = PageOf()


class TimelineToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that a turn called. Moments are as in `TimelineTurn`."""

    call_id: str = ""
    name: str = ""
    arguments: Any = None
    result: Any = None
    dispatched_at_ms: float | None = None
    result_received_at_ms: float | None = None
    duration_ms: float | None = None
    is_error: bool = False
    timed_out: bool = False
    parallel_call_id: str | None = None


class TimelineTurn(msgspec.Struct, frozen=True, kw_only=True):
    """What one side said and the other answered.

    Moments (`*_at_ms`) are Unix epoch milliseconds (2026-11); `timeline_clock` counts them from the start.
    `user_speech_ended_at_ms` is when the turn was committed, which is later than the end of the voice;
    `agent_text` may hold words that were never spoken (both seen 2026-09). `time_to_first_audio_ms` counts to
    the first audible sample. It is None for a turn that calls a tool; a `tool_result` turn has neither it nor
    `agent_reply_started_at_ms`.
    """

    turn_id: str = ""
    item_id: str | None = None
    status: str = ""
    trigger: str = ""
    requested_instructions: str | None = None
    user_transcript: str | None = None
    user_speech_started_at_ms: float | None = None
    user_speech_ended_at_ms: float | None = None
    user_confidence: float | None = None
    agent_text: str | None = None
    agent_reply_started_at_ms: float | None = None
    agent_reply_ended_at_ms: float | None = None
    interrupted_at_ms: float | None = None
    time_to_first_audio_ms: float | None = None
    tool_calls: list[TimelineToolCall] = []


class TimelineEnd(msgspec.Struct, frozen=True):
    """How a session ended."""

    reason: str = ""
    public_reason: str = ""
    duration_seconds: float | None = None


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """The file of kind `timeline`: a session turn by turn, from the service's side.

    Kept as it was given, so what its moments mean can be decided anew whenever it is read.
    """

    session_id: str = ""
    started_at_unix_ms: float | None = None
    turns: list[TimelineTurn] = []
    config_changes: list[Any] = []
    ended: TimelineEnd | None = None


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """The file of kind `metadata`: about the recording."""

    session_id: str = ""
    started_at: str | None = None
    ended_at: str | None = None
    format: str = ""
    channels: int = 0
    channel_layout: str = ""
    sample_rate: int = 0
    file: str = ""
    uploaded_chunks: int = 0
    dropped_chunks: int = 0
