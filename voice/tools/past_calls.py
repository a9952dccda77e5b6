"""What was said in the person's earlier calls, as far as a tool may look it up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

MAX_FOUND = 5


@dataclass(frozen=True)
class Passage:
    """One line of a past call: `at` is when that call ended, in seconds since the epoch."""

    at: float
    speaker: str
    text: str


class PastCalls(Protocol):
    """Where past calls are kept."""

    def search(self, text: str) -> Sequence[Passage]:
        """The best passages about `text`, at most `MAX_FOUND`, best first. Thread-safe; may take a while.

        Raises `ToolProblem` where they can't be searched.
        """
        ...


class NoPastCalls:
    """Where no calls are kept."""

    def search(self, text: str) -> Sequence[Passage]:
        """Nothing."""
        return ()
