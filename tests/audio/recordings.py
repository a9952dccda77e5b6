"""Reading a recording back, and a clock for making one."""

from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000


class Clock:
    """Goes on only when a test says so."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def read_back(recording: Path | BinaryIO) -> NDArray[np.float32]:
    """Both channels of a recording, shape (2, n), full scale 1, at `RATE_HZ`: Opus always decodes to that."""
    with av.open(str(recording) if isinstance(recording, Path) else recording, "r") as file:
        planes = [frame.to_ndarray() for frame in file.decode(audio=0)]
    return np.concatenate(planes, axis=1)


def click(rate_hz: int, length_ms: int = 20) -> NDArray[np.int16]:
    """A piece of sound that is loud for its first millisecond."""
    samples = np.zeros(rate_hz * length_ms // 1000, np.int16)
    samples[: rate_hz // 1000] = 20_000
    return samples


def clicks_s(channel: NDArray[np.float32], apart_s: float = 0.1) -> list[float]:
    """When clicks are heard in a channel."""
    loud = np.flatnonzero(np.abs(channel) > 0.25)
    starts = loud[np.diff(loud, prepend=-RATE_HZ) > apart_s * RATE_HZ]
    return [float(start) / RATE_HZ for start in starts]
