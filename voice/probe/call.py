"""One socket of the probe: sends, keeps every event with its moment, and waits for one within a time.

Owns no judgement. Moments are seconds on the event loop's clock.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from voice.call.link import Link
from voice.protocol.client_events import ClientEvent, SessionEnd
from voice.protocol.codec import Malformed, Unknown
from voice.protocol.server_events import (
    AnyServerEvent,
    BareError,
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    ServerEvent,
    SessionEnded,
    SessionError,
)

E = TypeVar("E", bound=ServerEvent)


@dataclass(frozen=True)
class Heard:
    """An event and when it came."""

    at: float
    event: AnyServerEvent | Unknown | Malformed


class ProbeCall:
    """Wraps an open link; `close` or `hang_up` must be called. Belongs to one event loop."""

    def __init__(self, link: Link) -> None:
        self.heard: list[Heard] = []
        self._link = link
        self._over = False
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def send(self, event: ClientEvent) -> None:
        """Send one event; dropped on a closed socket."""
        await self._link.send(event)

    def mark(self) -> int:
        """The number of events so far, to wait for later ones only."""
        return len(self.heard)

    async def wait(
        self, kind: type[E], within_s: float, since: int = 0, wanted: Callable[[E], bool] | None = None
    ) -> E | None:
        """The first event of a kind from `since` on; None when it does not come in time."""
        found = await self.wait_heard(kind, within_s, since, wanted)
        return found[1] if found else None

    async def wait_heard(
        self, kind: type[E], within_s: float, since: int = 0, wanted: Callable[[E], bool] | None = None
    ) -> tuple[float, E] | None:
        """The same, with the moment it came."""

        def found() -> tuple[float, E] | None:
            matches = ((h.at, h.event) for h in self.heard[since:] if isinstance(h.event, kind))
            return next(((at, e) for at, e in matches if wanted is None or wanted(e)), None)

        await self.until(lambda: found() is not None, within_s)
        return found()

    async def until(self, done: Callable[[], bool], within_s: float) -> bool:
        """Wait until something holds, looking after each event. False if time or call are over first."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + within_s
        while not done():
            if self._over or loop.time() >= ends:
                return False
            self._news.clear()
            try:
                async with asyncio.timeout_at(ends):
                    await self._news.wait()
            except TimeoutError:
                return done()
        return True

    async def closed(self, within_s: float) -> int | None:
        """The close code; None while the socket is still open after that time."""
        await self.until(lambda: self._over, within_s)
        return self._link.close_code if self._over else None

    @property
    def close_reason(self) -> str:
        """What the closing side said."""
        return self._link.close_reason

    def all(self, kind: type[E], since: int = 0) -> list[E]:
        """Every event of a kind so far."""
        return [h.event for h in self.heard[since:] if isinstance(h.event, kind)]

    def place(self, kind: type[E], wanted: Callable[[E], bool] | None = None) -> int | None:
        """Where in the order of events the first of a kind is."""
        places = (
            n
            for n, h in enumerate(self.heard)
            if isinstance(h.event, kind) and (wanted is None or wanted(h.event))
        )
        return next(places, None)

    def errors(self, since: int = 0) -> list[SessionError]:
        """The errors so far."""
        return [e for kind in (SessionError, BareError) for e in self.all(kind, since) if type(e) is kind]

    def audio(self, reply_id: str) -> bytes:
        """The sound of a reply so far."""
        return b"".join(e.data for e in self.all(ReplyAudio) if e.reply_id == reply_id)

    def is_quiet(self) -> bool:
        """Whether every reply that was started is done."""
        done = {e.reply_id for e in self.all(ReplyDone)}
        return all(e.reply_id in done for e in self.all(ReplyStarted))

    async def drop(self) -> None:
        """Close without ending the session, as a network does."""
        await self._link.close()
        await self._reader

    async def hang_up(self, within_s: float) -> None:
        """End the session, which ends its billing, and close; does nothing on a closed socket.

        An agent that takes longer is not waited for: the order to end is sent, and so is the close.
        """
        try:
            async with asyncio.timeout(within_s):
                if not self._over and not self.all(SessionEnded):
                    await self.send(SessionEnd())
                    await self.wait(SessionEnded, within_s)
                await self.drop()
        except TimeoutError:
            self._reader.cancel()

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        async for event in self._link.receive():
            self.heard.append(Heard(loop.time(), event))
            self._news.set()
        self._over = True
        self._news.set()
