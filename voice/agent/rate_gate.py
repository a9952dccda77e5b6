"""Keeps a client to real time: audio may run ahead of the clock by a second, no more.

Pure: a leaky bucket over time passed in.
"""

from typing import Final

SLACK_MS: Final = 1_000.0


class RateGate:
    """The lead of one stream over the clock. A pause earns no credit."""

    def __init__(self, now: float) -> None:
        self._lead_ms = 0.0
        self._seen = now

    def admit_ms(self, duration_ms: float, now: float) -> float:
        """How much of audio this long may pass at `now` (seconds); the rest is surplus."""
        self._lead_ms = max(0.0, self._lead_ms - (now - self._seen) * 1000)
        self._seen = now
        admitted = min(duration_ms, max(0.0, SLACK_MS - self._lead_ms))
        self._lead_ms += admitted
        return admitted
