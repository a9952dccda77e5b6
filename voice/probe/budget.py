"""What the probe may cost: the seconds each of its sockets may stay open, and the price of all together.

A socket's time is limited by this plan, so the bound holds whatever the agent does. Pure: time is passed in.
"""

from typing import Final

_S_PER_HOUR: Final = 3600

# Between `session.end` and the closed socket; part of each socket's time.
GOODBYE_S: Final = 0.5
# The service keeps a dropped session for this long, and bills it.
GRACE_S: Final = 30.0
# How long each kind of socket may be open, and how many of each there are. Longer than the service was seen
# to need (2026-09); what one does not use, later ones may.
_SOCKETS: Final = {
    "first": (2.0, 1),
    "resume": (1.0, 3),
    "unknown": (1.0, 1),
    "fresh": (2.0, 2),
    "wrong_key": (1.5, 1),
    "voice": (1.5, 1),
    "greeting": (7.0, 1),
    "turn": (10.0, 1),
    "typed": (8.0, 1),
    "tools": (11.0, 1),
}
PLANNED_S: Final = GRACE_S + sum(seconds * sockets for seconds, sockets in _SOCKETS.values())


def usd(seconds: float, usd_per_hour: float) -> float:
    """The price of so much open socket."""
    return seconds * usd_per_hour / _S_PER_HOUR


class Budget:
    """Counts the seconds of open socket, the grace of a dropped session included."""

    def __init__(self) -> None:
        self._spent_s = 0.0
        self._planned_s = 0.0
        self._dropped_at: float | None = None

    def allow(self, socket: str) -> float:
        """How many seconds the next socket may be open: its own, and what earlier ones left over."""
        self._planned_s += _SOCKETS[socket][0]
        return self._planned_s - self._spent_s

    def spend(self, seconds: float) -> None:
        """A socket was open for so long."""
        self._spent_s += seconds

    def dropped(self, now: float) -> None:
        """The session that is to be resumed has lost its socket."""
        self._dropped_at = now

    def resumed(self, now: float) -> None:
        """It is back."""
        self.spend(self.grace_spent_s(now))
        self._dropped_at = None

    def grace_left_s(self, now: float) -> float:
        """How long a session that has lost its socket may still live."""
        return 0.0 if self._dropped_at is None else max(0.0, self._dropped_at + GRACE_S - now)

    def grace_spent_s(self, now: float) -> float:
        """How long it has lived without."""
        return 0.0 if self._dropped_at is None else min(now - self._dropped_at, GRACE_S)

    @property
    def spent_s(self) -> float:
        """What counts by now; a session that is not back is billed to the end of its grace."""
        return self._spent_s + (0.0 if self._dropped_at is None else GRACE_S)
