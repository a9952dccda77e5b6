"""The background thread whose asyncio loop serves all calls.

Apart from Streamlit's loop, on which the browser's media runs: a slow page or a busy media path
never delays the sockets to the agent, nor the other way round.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_JOIN_TIMEOUT_S = 5.0


class CallLoop:
    """An asyncio loop in a daemon thread. `start` and `stop` once each, from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="calls", daemon=True)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop itself, for `call_soon_threadsafe`."""
        return self._loop

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the loop; the future may be awaited from another thread or loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self) -> None:
        """Stop the loop after what it is doing now, and wait for the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_JOIN_TIMEOUT_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
