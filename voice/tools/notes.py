"""Notes that the agent takes during a call. They live as long as their call is on the page."""

import threading

MAX_NOTES = 50
MAX_NOTE_CHARS = 500


class Notes:
    """Thread-safe: tools write it, each in its own thread. A full one takes no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: list[str] = []

    def add(self, text: str) -> bool:
        """Keep one more note, cut to `MAX_NOTE_CHARS`; False when there are `MAX_NOTES` already."""
        with self._lock:
            if len(self._texts) >= MAX_NOTES:
                return False
            self._texts.append(text[:MAX_NOTE_CHARS])
            return True

    def clear(self) -> None:
        """Begin anew: another call starts."""
        with self._lock:
            self._texts.clear()

    @property
    def texts(self) -> tuple[str, ...]:
        """All notes, oldest first."""
        with self._lock:
            return tuple(self._texts)
