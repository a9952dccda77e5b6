"""What waits to be sent to one client: encoded, stamped, in order, bounded.

Owns the queue between a session and its socket. When it is full, reply audio waits for room, so a slow
client slows its own reply; anything else would have to be dropped, so the connection is given up instead.
"""

import asyncio
from typing import Any, Final

import msgspec

from voice.agent.clock import Clock
from voice.protocol.codec import encode
from voice.protocol.server_events import (
    ReplyAudio,
    ServerEvent,
    SessionError,
)

# Two and a half seconds of 10 ms frames: more than any hiccup of a network that can carry a call at all.
MAX_WAITING: Final = 256
_PROTOCOL_CODES: Final = frozenset({"invalid_format", "invalid_audio", "audio_rate_violation"})


def wire_text(event: ServerEvent, timestamp: float) -> str:
    """One event as the service writes it."""
    stamped = msgspec.structs.replace(event, timestamp=timestamp)
    if isinstance(event, SessionError):
        return _error_text(stamped)
    return encode(stamped)


def _error_text(stamped: ServerEvent) -> str:
    plain: dict[str, Any] = msgspec.to_builtins(stamped)
    if plain["code"] in _PROTOCOL_CODES:
        # Errors about the form of a message carry neither parameter nor session.
        plain = {k: v for k, v in plain.items() if k not in ("param", "session_id")}
    return msgspec.json.encode(plain).decode()


class Outbox:
    """Messages for one connection. `overflowed` is set once something had to be given up."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: asyncio.Queue[str] = asyncio.Queue(MAX_WAITING)
        self.overflowed = asyncio.Event()

    def send(self, event: ServerEvent) -> None:
        """Queue an event; gives the connection up when there is no room."""
        try:
            self._waiting.put_nowait(self._text(event))
        except asyncio.QueueFull:
            self.overflowed.set()

    async def send_audio(self, event: ReplyAudio) -> None:
        """Queue a frame, waiting for room."""
        await self._waiting.put(self._text(event))

    async def next_text(self) -> str:
        """The oldest message, waiting for one."""
        return await self._waiting.get()

    def drain(self) -> list[str]:
        """Everything that still waits, oldest first."""
        return [self._waiting.get_nowait() for _ in range(self._waiting.qsize())]

    def _text(self, event: ServerEvent) -> str:
        return wire_text(event, self._clock.wall())
