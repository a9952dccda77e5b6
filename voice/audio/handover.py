"""Bounded hand-over of audio chunks from any thread to one asyncio task.

Owns the crossing between aiortc's loop and the call loop. Never blocks the producer: when the
consumer falls behind, the oldest chunk goes, since late speech is worth less than fresh speech.
"""

import asyncio
import contextlib
import threading
from collections import deque


class ChunkQueue:
    """A queue of at most `max_chunks` chunks with any number of producers and one consumer.

    When full, the oldest chunk is dropped and counted in `dropped`.
    """

    def __init__(self, max_chunks: int) -> None:
        if max_chunks < 1:
            raise ValueError(f"A chunk queue needs room for at least one chunk, got {max_chunks}.")
        self._lock = threading.Lock()
        self._chunks: deque[bytes] = deque()
        self._max_chunks = max_chunks
        self._dropped = 0
        self._closed = False
        self._waiter: asyncio.Future[None] | None = None

    @property
    def dropped(self) -> int:
        """How many chunks were dropped because the consumer was behind."""
        return self._dropped

    def __len__(self) -> int:
        return len(self._chunks)

    def put(self, chunk: bytes) -> None:
        """Add a chunk without blocking, from any thread. Ignored once the queue is closed."""
        with self._lock:
            if self._closed:
                return
            if len(self._chunks) >= self._max_chunks:
                self._chunks.popleft()
                self._dropped += 1
            self._chunks.append(chunk)
            waiter, self._waiter = self._waiter, None
        _wake(waiter)

    async def get(self) -> bytes | None:
        """Return the oldest chunk, waiting for one; `None` once the queue is closed and empty.

        Raises:
            RuntimeError: another task is already waiting.
        """
        while True:
            with self._lock:
                if self._chunks:
                    return self._chunks.popleft()
                if self._closed:
                    return None
                if self._waiter is not None:
                    raise RuntimeError("Another task is already waiting on this chunk queue; it serves one.")
                waiter = self._waiter = asyncio.get_running_loop().create_future()
            try:
                await waiter
            finally:
                with self._lock:
                    if self._waiter is waiter:
                        self._waiter = None

    def clear(self) -> None:
        """Forget all queued chunks; they do not count as dropped."""
        with self._lock:
            self._chunks.clear()

    def close(self) -> None:
        """Take no more chunks. What is queued can still be got, then `get` returns `None`."""
        with self._lock:
            self._closed = True
            waiter, self._waiter = self._waiter, None
        _wake(waiter)


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is None:
        return
    # The consumer's loop may be closed already while media still comes in: then nobody is left to wake.
    with contextlib.suppress(RuntimeError):
        waiter.get_loop().call_soon_threadsafe(_resolve, waiter)


def _resolve(waiter: asyncio.Future[None]) -> None:
    # The consumer may have been cancelled between the put and this callback.
    if not waiter.done():
        waiter.set_result(None)
