"""The one thread that encodes the sound of all sessions.

Owns the thread and its rounds. It never holds up the event loop: what it takes was queued there.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from voice.agent.archive.recording import Recording

# Seldom, since each time it takes the interpreter from speech for a moment.
ROUND_S: Final = 0.2


class Encoder:
    """Encodes while there are recordings, and sleeps otherwise. Used on the event loop, by its clock."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recordings")
        self._recordings: list[Recording] = []
        self._wanted = asyncio.Event()
        self._rounds: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the rounds."""
        self._rounds = asyncio.create_task(self._run())

    def add(self, recording: Recording) -> None:
        """Encode this one until it is finished."""
        self._recordings.append(recording)
        self._wanted.set()

    async def close(self) -> None:
        """Stop in the middle of whatever there is, and wait for the round under way."""
        if self._rounds is not None:
            self._rounds.cancel()
            await asyncio.wait([self._rounds])
        await asyncio.to_thread(self._thread.shutdown)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wanted.wait()
            await loop.run_in_executor(self._thread, _encode, tuple(self._recordings), loop.time())
            self._recordings = [recording for recording in self._recordings if not recording.finished]
            if not self._recordings:
                self._wanted.clear()
            await asyncio.sleep(ROUND_S)


def _encode(recordings: tuple[Recording, ...], now: float) -> None:
    for recording in recordings:
        recording.encode(now)
