"""Keeps a client to real time: all its audio together may be a second ahead of the clock, no more.

Pure: time is passed in. What a stalled client could not send earns credit, so its backlog passes.
"""

from typing import Final

SLACK_MS: Final = 1_000.0
# A sound card's clock may be 0.1 % fast: without an allowance a long call would use up the slack.
CLOCK_TOLERANCE: Final = 0.01


class RateGate:
    """The audio of one session against the time since `now`, in seconds, when the session became ready."""

    def __init__(self, now: float) -> None:
        self._ready_at = now
        self._admitted_ms = 0.0

    def admit_ms(self, duration_ms: float, now: float) -> float:
        """How much of audio this long may pass at `now` (seconds); the rest is surplus."""
        elapsed_ms = (now - self._ready_at) * 1000
        room_ms = elapsed_ms * (1 + CLOCK_TOLERANCE) + SLACK_MS - self._admitted_ms
        admitted = min(duration_ms, max(0.0, room_ms))
        self._admitted_ms += admitted
        return admitted
