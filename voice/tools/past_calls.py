"""What was said in the person's earlier calls, as far as a tool may look it up."""

import re
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

MAX_CALLS = 20
MAX_LINES_PER_CALL = 500
MAX_LINE_CHARS = 500
MAX_FOUND = 5
# Words that stand in every line and find nothing; so do those of one or two letters.
_COMMON = frozenset(
    ["the", "and", "for", "was", "you", "are", "what", "did", "have", "about", "that", "with", "call"]
)
_MIN_WORD_CHARS = 3


@dataclass(frozen=True)
class Passage:
    """One line of a past call: `at` is when that call ended, in seconds since the epoch."""

    at: float
    speaker: str
    text: str


class PastCalls(Protocol):
    """Where past calls are kept."""

    def search(self, text: str) -> Sequence[Passage]:
        """The best passages about `text`, at most `MAX_FOUND`, best first. Thread-safe; may take a while."""
        ...


class TabPastCalls:
    """The earlier calls of one browser tab, in memory. Beyond `MAX_CALLS` the oldest is forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[tuple[Passage, ...]] = deque(maxlen=MAX_CALLS)

    def remember(self, at: float, lines: Iterable[tuple[str, str]]) -> None:
        """Keep the lines (speaker and text) of a call that ended at `at`: the last ones, each cut short."""
        kept = [Passage(at, speaker, text[:MAX_LINE_CHARS]) for speaker, text in lines if text.strip()]
        if kept:
            with self._lock:
                self._calls.append(tuple(kept[-MAX_LINES_PER_CALL:]))

    def search(self, text: str) -> Sequence[Passage]:
        """Lines that share the most words with `text`; of equal ones, the newest."""
        wanted = _words(text)
        with self._lock:
            lines = [line for call in self._calls for line in call]
        shared = [(len(wanted & _words(line.text)), index) for index, line in enumerate(lines)]
        best = sorted((found for found in shared if found[0]), reverse=True)[:MAX_FOUND]
        return [lines[index] for _, index in best]


def _words(text: str) -> frozenset[str]:
    words = re.findall(r"\w+", text.casefold())
    telling = (word for word in words if len(word) >= _MIN_WORD_CHARS or word.isdigit())
    return frozenset(word.removesuffix("s") for word in telling if word not in _COMMON) - _COMMON
