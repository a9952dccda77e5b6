"""A run of the probe in a thread and on a loop of its own, so that no call or page waits for it."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

_log = logging.getLogger(__name__)

# A run costs money, and two at once could meet the account's limit of sessions.
_one_at_a_time = threading.Lock()


class BackgroundProbe:
    """Runs `run` once. `ended` is done when it has cleaned up behind itself, however it ended."""

    def __init__(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.stopped = False
        self.ended: Future[None] = Future()
        # Nobody who stops waiting may cancel it.
        self.ended.set_running_or_notify_cancel()
        self._run = run
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> bool:
        """Start the thread; False when another run is under way in this process."""
        if not _one_at_a_time.acquire(blocking=False):
            return False
        threading.Thread(target=self._work, name="probe", daemon=True).start()
        return True

    def stop(self) -> None:
        """Have it end its calls and clean up; returns at once, and does nothing once it has ended."""
        with self._lock:
            self.stopped = self.stopped or not self.ended.done()
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._cancel)

    def _work(self) -> None:
        try:
            asyncio.run(self._main())
        except asyncio.CancelledError:
            pass
        except Exception:  # noqa: BLE001 - it has nobody above it who could be told
            _log.exception("the probe failed")
        finally:
            _one_at_a_time.release()
            self.ended.set_result(None)

    async def _main(self) -> None:
        self._task = asyncio.current_task()
        with self._lock:
            if self.stopped:
                return
            self._loop = asyncio.get_running_loop()
        try:
            await self._run()
        finally:
            with self._lock:
                self._loop = None

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
