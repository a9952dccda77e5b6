"""What a session wants done. The adapter does these in order; none of them reports back but as an input."""

from dataclasses import dataclass
from typing import Any

from voice.protocol.client_events import ClientEvent


@dataclass(frozen=True, slots=True)
class Send:
    """Send one event to the agent."""

    event: ClientEvent


@dataclass(frozen=True, slots=True)
class Play:
    """Queue audio of a reply, in the session's output encoding, behind what is queued."""

    reply_id: str
    pcm: bytes


@dataclass(frozen=True, slots=True)
class FinishReply:
    """No more audio of this reply will come: report `ReplyDrained` when its last sample was played."""

    reply_id: str


@dataclass(frozen=True, slots=True)
class FlushPlayout:
    """Drop all queued audio now and report `PlayoutFlushed`."""


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Open a socket in place of the one there is, after at most `wait_s`, and report `LinkOpened` or
    `LinkFailed`. Opening it may take `within_s`; None leaves that to the socket. With `resume_token` the
    latest token to resume the session is the credential.
    """

    wait_s: float = 0.0
    within_s: float | None = None
    resume_token: bool = False


@dataclass(frozen=True, slots=True)
class CloseLink:
    """Close the socket, after what was sent before."""


@dataclass(frozen=True, slots=True)
class RunTool:
    """Run a tool the agent called, with arguments as it sent them, and report `ToolFinished`."""

    call_id: str
    name: str
    arguments: Any


AnyEffect = Send | Play | FinishReply | FlushPlayout | OpenLink | CloseLink | RunTool
