"""Something that goes on in the background: how far it is, how it ended, and the wish to stop it.

Written by the thread that does it and read by pages; each value is set as a whole.
"""

import threading
from typing import Generic, TypeVar

from voice.history.records import HistoryProblem
from voice.service.problems import Stopped

T = TypeVar("T")


class Job(Generic[T]):
    """`doing` says what happens now; `done` of `total` in whatever is counted, `total` 0 while unknown.

    Once it is over, there is a `result`, or a `problem`, or neither if it was stopped.
    """

    def __init__(self) -> None:
        self.doing = "Waiting for its turn …"
        self.done = self.total = 0
        self.result: T | None = None
        self.problem: HistoryProblem | None = None
        self._over = threading.Event()
        self._stopped = threading.Event()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self._over.is_set()

    @property
    def is_stopped(self) -> bool:
        """Whether somebody wanted it to end."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Have it end at the next place where it can."""
        self._stopped.set()

    def wait(self, within_s: float) -> bool:
        """Wait for its end; False if it goes on."""
        return self._over.wait(within_s)

    def end(self) -> None:
        """It is over."""
        self._over.set()

    # For the thread that does it.

    def tell(self, doing: str, done: int = 0, total: int = 0) -> None:
        """Say how far it is. Raises `Stopped` when it should end."""
        self.doing, self.done, self.total = doing, done, total
        self.go_on()

    def go_on(self) -> None:
        """Raise `Stopped` when it should end."""
        if self._stopped.is_set():
            raise Stopped

    def pause(self, for_s: float) -> None:
        """Let time go by. Raises `Stopped` when it should end."""
        if self._stopped.wait(for_s):
            raise Stopped
