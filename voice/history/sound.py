"""Reading recordings: both channels as samples, piece by piece, and a sentence where there are none.

Never holds more of a recording than a second. Writes nothing.
"""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from voice.history.records import HistoryProblem

Stereo = NDArray[np.int16]

_MISSING = "The recording of this call is not there."
_DAMAGED = "The recording of this call is damaged."
_NO_CURE = "What was said can still be read."


def read_sound(path: Path, rate_hz: int) -> Iterator[Stereo]:
    """Pieces of shape (2, n) at `rate_hz`, left the person and right the agent.

    A recording that was cut or is damaged further on is read as far as it goes.

    Raises:
        HistoryProblem: the file is missing, or nothing of it can be read.
    """
    found = False
    try:
        with av.open(str(path)) as file:
            resampler = av.AudioResampler("s16p", "stereo", rate_hz)
            for frame in file.decode(audio=0):
                for piece in resampler.resample(frame):
                    found = True
                    yield piece.to_ndarray().astype(np.int16, copy=False)
            for piece in resampler.resample(None):
                yield piece.to_ndarray().astype(np.int16, copy=False)
    except FileNotFoundError:
        raise HistoryProblem(_MISSING, _NO_CURE) from None
    except (FFmpegError, OSError, IndexError, ValueError):
        # An IndexError or ValueError: a file of another kind, without any sound.
        if not found:
            raise HistoryProblem(_DAMAGED, _NO_CURE) from None
    if not found:
        raise HistoryProblem(_DAMAGED, _NO_CURE)
