"""A second voice in the reply track: frames that are heard beside the agent's and never counted as its own.

Owns the hand-over between the thread that speaks and the loop that plays. Never waits.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from voice.audio.frames import INT16_MAX, INT16_MIN

# Two frames wait before the first is played: both ends keep time by themselves, a few milliseconds apart.
_HEAD_START = 2
_MAX_FRAMES = 6
# Under the agent's voice: it is the one to be followed.
_GAIN = 0.5


class Aside:
    """At most six frames of equal length; when full, the oldest is dropped. One thread puts, one mixes."""

    def __init__(self) -> None:
        self._frames: deque[NDArray[np.int16]] = deque(maxlen=_MAX_FRAMES)
        self._flowing = False

    def put(self, frame: NDArray[np.int16]) -> None:
        """Add the next frame, of as many samples as are mixed at a time."""
        self._frames.append(frame)

    def mixed_with(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """The samples with the next frame on top; as they are when there is none."""
        self._flowing = bool(self._frames) and (self._flowing or len(self._frames) >= _HEAD_START)
        if not self._flowing:
            return samples
        both = samples + self._frames.popleft() * _GAIN
        return np.clip(both, INT16_MIN, INT16_MAX).astype(np.int16)
