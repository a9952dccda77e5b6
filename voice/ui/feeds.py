"""What a page watches besides the view: one task a feed, from `watch_<name>` until `unwatch_<name>`.

Owns the tasks. Never sends anything itself.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping

from starlette.websockets import WebSocketDisconnect

from voice.call.line import Line

Message = dict[str, object]
Send = Callable[[Message], Awaitable[None]]
# Sends until it is cancelled.
Feed = Callable[[Line, Send], Coroutine[None, None, None]]

_WATCH = "watch_"
_UNWATCH = "unwatch_"


class Feeds:
    """The feeds of one page; each runs at most once."""

    def __init__(self, known: Mapping[str, Feed], line: Line, send: Send) -> None:
        self._known = known
        self._line = line
        self._send = send
        self._running: dict[str, asyncio.Task[None]] = {}

    def obey(self, command: str) -> bool:
        """Start or stop a feed; whether the command was about one."""
        started = command.removeprefix(_WATCH) if command.startswith(_WATCH) else ""
        stopped = command.removeprefix(_UNWATCH) if command.startswith(_UNWATCH) else ""
        if started in self._known and started not in self._running:
            self._running[started] = asyncio.create_task(self._run(self._known[started]))
        elif stopped in self._running:
            self._running.pop(stopped).cancel()
        return started in self._known or stopped in self._known

    def once(self, name: str, feed: Feed) -> None:
        """Have a feed that ends by itself run, unless it still does."""
        running = self._running.get(name)
        if running is None or running.done():
            self._running[name] = asyncio.create_task(self._run(feed))

    def stop(self) -> None:
        """Stop all of them: the page is gone."""
        for task in self._running.values():
            task.cancel()
        self._running.clear()

    async def _run(self, feed: Feed) -> None:
        # The page may leave while something is sent to it.
        with contextlib.suppress(WebSocketDisconnect):
            await feed(self._line, self._send)
