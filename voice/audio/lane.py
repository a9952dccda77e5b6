"""One speaker in a recording: pieces of sound with the time they came in, one unbroken run of samples out.

Owns alignment to the clock: gaps become silence, and what is ahead of the clock is shortened. Pure; reads
no clock and keeps no more than the pieces that were not taken yet.
"""

from collections import deque
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

RECORDING_RATE_HZ = 48_000
# A piece is moved only when all that follow it agree that it is off by more than this: less is the jitter of
# threads and networks, and every correction can be heard.
TOLERANCE_MS = 20

Pcm = NDArray[np.int16]


class Lane:
    """A run of mono samples from position 0 on. Not thread-safe; whoever adds must also take."""

    def __init__(self, rate_hz: int = RECORDING_RATE_HZ) -> None:
        self._tolerance = rate_hz * TOLERANCE_MS // 1000
        self._pending: deque[tuple[int, Pcm]] = deque()
        self._placed: deque[Pcm] = deque()
        # Where the next piece goes, and up to where was taken.
        self._end = 0
        self._taken = 0
        # After silence the next piece can go exactly to its place: there is no sound to be disturbed.
        self._after_silence = True

    @property
    def end(self) -> int:
        """Position behind the last sample that is known of."""
        late = self._pending[-1] if self._pending else None
        return max(self._end, late[0] + len(late[1]) if late else 0)

    def add(self, position: int, samples: Pcm) -> None:
        """Add the next piece, which came in as if its first sample belonged at `position`."""
        self._pending.append((position, samples))

    def drop_from(self, position: int) -> None:
        """Forget what was added for `position` and later and is not taken yet."""
        kept = [(begins, samples[: max(0, position - begins)]) for begins, samples in self._pending]
        self._pending = deque(piece for piece in kept if len(piece[1]))

    def take(self, until: int) -> Pcm:
        """Return the samples from where the last call ended up to `until`, silence where there are none.

        Pieces that lie behind `until` are looked at to tell a piece that came late, with the ones behind it
        catching up, from a gap. So leave some time between the newest piece and `until`.
        """
        while self._end < until:
            if not self._place_next(until):
                self._silence(until)
        return self._cut(until)

    def _place_next(self, until: int) -> bool:
        """Place the next piece, if it begins before `until`."""
        if not self._pending:
            return False
        off = self._off()
        tolerance = 0 if self._after_silence else self._tolerance
        if off > tolerance:
            if self._end + off >= until:
                return False
            self._silence(self._end + off)
        _, samples = self._pending.popleft()
        if off < -tolerance:
            samples = samples[-off:]
        if len(samples):
            self._placed.append(samples)
            self._end += len(samples)
            self._after_silence = False
        return True

    def _off(self) -> int:
        """How much later than here the pending pieces belong, by the one that was delayed least."""
        place = self._end
        least = self._pending[0][0] - place
        for (_, before), (position, _) in pairwise(self._pending):
            place += len(before)
            least = min(least, position - place)
        return least

    def _silence(self, until: int) -> None:
        self._placed.append(np.zeros(until - self._end, np.int16))
        self._end = until
        self._after_silence = True

    def _cut(self, until: int) -> Pcm:
        if until <= self._taken:
            return np.empty(0, np.int16)
        placed = np.concatenate(self._placed)
        taken, rest = placed[: until - self._taken], placed[until - self._taken :]
        self._placed = deque([rest] if len(rest) else [])
        self._taken = until
        return taken
