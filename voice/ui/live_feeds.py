"""What a page may watch on its line besides the view, for as long as it asks: `{"do": "watch_events"}` starts
it and `{"do": "unwatch_events"}` ends it. A page that watches again begins anew.

Nothing is kept for a page that is slow: what a feed has to say is worked out when it can be sent.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

from voice.call.event_log import EventLog
from voice.call.line import Line

Message = dict[str, object]
Send = Callable[[Message], Awaitable[None]]

# At most ten messages a second and feed.
_PERIOD_S = 0.1
# A message of these is encoded in well under 5 ms.
_EVENTS_PER_MESSAGE = 200


class Feed(Protocol):
    """Something to watch, asked for its next message ten times a second; at once while there is `more`."""

    more: bool

    def next(self) -> Message | None:
        """What the page does not know yet, or None. Must be quick: it runs on Streamlit's loop."""
        ...


class EventFeed:
    """The line's event log, piece by piece: `{"events": [Entry, …], "first": n}`.

    `first` is the number of the oldest entry that is kept. A message with `reset` begins a log: what was
    there before is of another call. Entries that have grown come again under their number.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._log: EventLog | None = None
        self._cursor = 0
        self._begun = False
        self.more = False

    def next(self) -> Message | None:
        """The next piece of what is new."""
        log = self._line.log
        reset = log is not self._log or not self._begun
        if reset:
            self._log, self._cursor, self._begun = log, 0, True
        if log is None:
            return {"events": [], "first": 1, "reset": True} if reset else None
        changes = log.changes(self._cursor, _EVENTS_PER_MESSAGE)
        self._cursor, self.more = changes.cursor, changes.more
        if not (changes.entries or reset):
            return None
        message: Message = {"events": changes.entries, "first": changes.first}
        return message | {"reset": True, "began_at": log.began_at} if reset else message


FEEDS: dict[str, Callable[[Line], Feed]] = {"events": EventFeed}


class Feeds:
    """What one page watches now, by name. `send` may be called for several feeds at once."""

    def __init__(self, line: Line, send: Send) -> None:
        self._line = line
        self._send = send
        self._running: dict[str, asyncio.Task[None]] = {}

    async def watch(self, name: str) -> None:
        """Begin a feed, or begin it anew. Raises `KeyError` for one that does not exist."""
        feed = FEEDS[name](self._line)
        await self.unwatch(name)
        self._running[name] = asyncio.create_task(self._run(feed))

    async def unwatch(self, name: str) -> None:
        """End a feed, if it runs."""
        task = self._running.pop(name, None)
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def close(self) -> None:
        """End all feeds."""
        for name in list(self._running):
            await self.unwatch(name)

    async def _run(self, feed: Feed) -> None:
        while True:
            message = feed.next()
            if message is not None:
                try:
                    await self._send(message)
                except (RuntimeError, OSError):  # the page has gone, which is noticed where it is read
                    return
            if not feed.more:
                await asyncio.sleep(_PERIOD_S)
