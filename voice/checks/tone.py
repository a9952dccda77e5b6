"""Which tone is heard in samples, and how loud. Pure arithmetic."""

import numpy as np
from numpy.typing import NDArray

from voice.audio.levels import AUDIBLE_DBFS, level_dbfs


def frequency_hz(samples: NDArray[np.int16], rate_hz: int) -> float | None:
    """The strongest frequency of int16 samples of shape (n,), to a fraction of `rate_hz / n`; `None` when
    they are silent or too few to tell.
    """
    if len(samples) < rate_hz // 10 or level_dbfs(samples) < AUDIBLE_DBFS:
        return None
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    peak = int(spectrum[1:-1].argmax()) + 1
    # A parabola through the logarithms of the peak and its neighbours has its top at the true frequency.
    left, top, right = np.log(spectrum[peak - 1 : peak + 2] + 1e-9)
    bend = left - 2 * top + right
    offset = 0.5 * (left - right) / bend if bend else 0.0
    return float((peak + offset) * rate_hz / len(samples))
