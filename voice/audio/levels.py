"""How loud samples are. Pure arithmetic; keeps no state."""

import math

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 32768.0
SILENCE_DBFS = -100.0
# Recorded room tone and dithered silence lie below this, the quietest speech sounds above it.
AUDIBLE_DBFS = -50.0


def level_dbfs(samples: NDArray[np.int16]) -> float:
    """Return the RMS level of int16 samples of any shape, in dB relative to full scale.

    A full-scale sine is -3.0 dBFS. `SILENCE_DBFS` is the floor, and the level of no samples.
    """
    if not samples.size:
        return SILENCE_DBFS
    values = samples.reshape(-1).astype(np.float32)
    rms = math.sqrt(float(np.dot(values, values)) / samples.size) / FULL_SCALE
    if rms <= 0.0:
        return SILENCE_DBFS
    return max(SILENCE_DBFS, 20.0 * math.log10(rms))


def first_audible(samples: NDArray[np.int16], window: int) -> int | None:
    """Return where the first window of int16 samples louder than `AUDIBLE_DBFS` begins; None without one.

    Args:
        samples: shape (n,).
        window: samples per window; the last window may be shorter.
    """
    starts = range(0, len(samples), window)
    return next(
        (start for start in starts if level_dbfs(samples[start : start + window]) > AUDIBLE_DBFS), None
    )
