"""What can happen to a session: from the socket, the browser's audio, the page, or the clock."""

from dataclasses import dataclass

from voice.protocol.codec import Malformed, Unknown
from voice.protocol.config import SessionPatch
from voice.protocol.errors import KEY_REFUSED, AuthRefused, VoiceAgentError
from voice.protocol.limits import Limits
from voice.protocol.server_events import AnyServerEvent


@dataclass(frozen=True, slots=True)
class LinkOpened:
    """The socket to the agent is open. `usd_per_hour` is the price of an open socket, None when unknown;
    `refusal` is what to say when this agent refuses the key.
    """

    usd_per_hour: float | None = None
    refusal: AuthRefused = KEY_REFUSED


@dataclass(frozen=True, slots=True)
class LinkFailed:
    """The socket to the agent could not be opened."""

    error: VoiceAgentError


@dataclass(frozen=True, slots=True)
class LinkClosed:
    """The socket was closed, by anyone; `code` is None when there was no close frame. `silent_s` is for how
    long nothing had come over it when it was given up, 0 when it closed by itself.
    """

    code: int | None
    reason: str
    silent_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Received:
    """A message of the agent, decoded."""

    event: AnyServerEvent | Unknown | Malformed


@dataclass(frozen=True, slots=True)
class MediaConnected:
    """The first frame of the browser's microphone arrived."""


@dataclass(frozen=True, slots=True)
class VoiceHeard:
    """The person's voice began at `at`, by the microphone alone."""

    at: float


@dataclass(frozen=True, slots=True)
class VoicePaused:
    """The person's voice ended at `at`, by the microphone alone; they may go on."""

    at: float


@dataclass(frozen=True, slots=True)
class ReplyAudible:
    """The first sample of a reply that is not silence was played, after `lead_in_ms` of silence of its own.

    `at` is when, if that differs from when it is told.
    """

    reply_id: str
    lead_in_ms: float = 0.0
    at: float | None = None


@dataclass(frozen=True, slots=True)
class ReplyDrained:
    """The last sample of a finished reply was played; `played_ms` counts its audio from its first sample."""

    reply_id: str
    played_ms: float


@dataclass(frozen=True, slots=True)
class PlayoutFlushed:
    """Queued audio was dropped. `reply_id` was playing then, None for none; `played_ms` of it were played.

    It answers `FlushPlayout`, and may also come on its own when the browser's side cut the reply itself.
    """

    reply_id: str | None
    played_ms: float


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool has run, or could not; `result` is JSON text for the agent. It answers `RunTool`."""

    call_id: str
    result: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class ConfigWanted:
    """The whole configuration the person wants now."""

    patch: SessionPatch


@dataclass(frozen=True, slots=True)
class MuteSet:
    """The person muted or unmuted their microphone."""

    muted: bool


@dataclass(frozen=True, slots=True)
class AgentMuteSet:
    """The person muted or unmuted the agent's sound. The agent goes on speaking, as its clock does."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Said:
    """The person typed a text for the agent."""

    text: str


@dataclass(frozen=True, slots=True)
class LimitsSet:
    """How long the call may go on without anybody, and at all."""

    limits: Limits


@dataclass(frozen=True, slots=True)
class Stay:
    """The person wants to go on, though the call is about to end at a limit."""


@dataclass(frozen=True, slots=True)
class Restart:
    """End the session and begin a new one with everything wanted now; the talk goes on where it was."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """The person ends the call."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something outside the protocol failed: media lost, agent unreachable."""

    error: VoiceAgentError


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; to be sent about four times a second."""


AnyInput = (
    LinkOpened
    | LinkFailed
    | LinkClosed
    | Received
    | MediaConnected
    | VoiceHeard
    | VoicePaused
    | ReplyAudible
    | ReplyDrained
    | PlayoutFlushed
    | ToolFinished
    | ConfigWanted
    | MuteSet
    | AgentMuteSet
    | Said
    | LimitsSet
    | Stay
    | Restart
    | HangUp
    | Failed
    | Tick
)
