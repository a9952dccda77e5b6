"""How loud both speakers of a recording were, in equal parts of time. Pure."""

import numpy as np
from numpy.typing import NDArray

BIN_MS = 50
# Of the loudest part that there can be.
LOUDEST = 255
_INT16_PEAK = 32_768

Stereo = NDArray[np.int16]
Bins = NDArray[np.uint8]


class Loudness:
    """Gathers the loudest sample of every `BIN_MS`, 0 to `LOUDEST`, linear: two bytes for each."""

    def __init__(self, rate_hz: int) -> None:
        self._bin_samples = rate_hz * BIN_MS // 1000
        self._rest: Stereo = np.empty((2, 0), np.int16)
        self._bins: list[Bins] = []

    def add(self, samples: Stereo) -> None:
        """Add samples of shape (2, n), left the person and right the agent."""
        samples = np.concatenate((self._rest, samples), axis=1)
        whole = samples.shape[1] // self._bin_samples * self._bin_samples
        if whole:
            self._bins.append(self._loudest(samples[:, :whole]))
        self._rest = samples[:, whole:]

    def bins(self) -> Bins:
        """All so far, of shape (2, parts); the last part may be a shorter one."""
        missing = -self._rest.shape[1] % self._bin_samples
        last = self._loudest(np.pad(self._rest, ((0, 0), (0, missing))))
        return np.concatenate([*self._bins, last], axis=1)

    def _loudest(self, samples: Stereo) -> Bins:
        parts = samples.reshape(2, -1, self._bin_samples)
        # Wider than int16, in which the lowest value has no opposite.
        highest = parts.max(axis=2, initial=0).astype(np.int32)
        lowest = parts.min(axis=2, initial=0).astype(np.int32)
        loudest: NDArray[np.int32] = np.maximum(highest, -lowest)
        return (loudest * LOUDEST // _INT16_PEAK).astype(np.uint8)
