"""The one place of the local agent that reads a clock, so that tests can turn it.

Owns wall time and monotonic time. It never sleeps.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Two readings of the present."""

    def wall(self) -> float:
        """Seconds since the epoch, for people and for `timestamp`."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow, for durations and deadlines."""
        ...


class SystemClock:
    """The machine's clocks."""

    def wall(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()
