"""An event loop whose time is virtual: waiting costs nothing, and computing takes no time.

The clock stands still while there is anything to do, a job of an executor included, and then jumps to the
next timer. So a test that plays ten seconds of speech takes as long as computing them, and a slow machine
changes nothing. Sockets are real, but both ends of each belong on this loop. Other processes, and threads
that are not an executor's, go on in real time; a test that waits for one can't use virtual time.
"""

import asyncio
import selectors
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

# Loopback delivers before `send` returns. A kernel that puts it off may catch up in this share of each jump.
_PAUSE_PER_JUMP = 0.02
_MAX_PAUSE_S = 0.001
# No job of the tests takes nearly as long.
_STUCK_AFTER_S = 120.0

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Time begins at the machine's monotonic clock, so nothing stamped with that before lies ahead."""

    def __init__(self) -> None:
        self.now_s = time.monotonic()
        self.jobs = 0
        super().__init__(_Selector(self))

    def time(self) -> float:
        """Virtual seconds."""
        return self.now_s

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*_Ts], _T], *args: *_Ts
    ) -> "asyncio.Future[_T]":
        """Run in a thread. No time passes until that is done."""
        job = super().run_in_executor(executor, func, *args)
        self.jobs += 1
        job.add_done_callback(self._job_done)
        return job

    def _job_done(self, _job: "asyncio.Future[Any]") -> None:
        self.jobs -= 1

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncio's
        """Wait for the threads without letting the time allowed for that pass."""
        self.jobs += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self.jobs -= 1


class _Selector(selectors.DefaultSelector):
    """Jumps ahead instead of waiting for a timer."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now, or when a thread has gone on if only those can; nothing, after a jump."""
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or self._loop.jobs:
            return self._wait_for_threads()
        time.sleep(min(timeout * _PAUSE_PER_JUMP, _MAX_PAUSE_S))
        ready = super().select(0)
        if not ready:
            self._loop.now_s += timeout
        return ready

    def _wait_for_threads(self) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(_STUCK_AFTER_S)
        if not ready:
            raise RuntimeError(f"nothing has happened for {_STUCK_AFTER_S:.0f} s: the test waits in vain")
        return ready
