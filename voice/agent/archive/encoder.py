"""The one thread that encodes the sound of all sessions.

Owns the thread and its rounds. It never holds up the event loop: what it takes was queued there.
"""

import threading
import time
from typing import Final

from voice.agent.archive.recording import Recording

# Seldom, since each time it takes the interpreter from speech for a moment.
ROUND_S: Final = 0.2


class Encoder:
    """Encodes while there are recordings, and sleeps otherwise. Its clock is that of asyncio's loops."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recordings: list[Recording] = []
        self._closed = threading.Event()
        self._wanted = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def add(self, recording: Recording) -> None:
        """Encode this one until it is finished."""
        with self._lock:
            self._recordings.append(recording)
        self._wanted.set()

    def close(self) -> None:
        """Stop in the middle of whatever there is, and wait for the round under way."""
        self._closed.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._wanted.wait()
            for recording in self._round():
                recording.encode(time.monotonic())
            self._closed.wait(ROUND_S)

    def _round(self) -> list[Recording]:
        with self._lock:
            self._recordings = [recording for recording in self._recordings if not recording.finished]
            if not self._recordings and not self._closed.is_set():
                self._wanted.clear()
            return list(self._recordings)
