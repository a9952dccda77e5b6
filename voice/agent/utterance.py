"""The sound of one utterance, kept in a bounded buffer that recognition can read while it grows.

Owns the pre-roll, the trimming of long silences and the cut into segments. It recognises nothing.
"""

from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

from voice.agent.recognizer import quietest_point
from voice.agent.vad import FRAME_MS, SAMPLE_RATE_HZ

Signal = npt.NDArray[np.float32]

# A soft first consonant (f, h, s) comes some 100 ms before the detector is sure, and the onset debounce
# takes another 128 ms.
PRE_ROLL_MS: Final = 320
# Speech over the agent is kept whole until it is decided: a second of delay, spread over many short words.
_MAX_WAITING_MS: Final = 15_000
# Enough for the model to hear an ending; more silence only invites it to make words up.
_KEPT_SILENCE_MS: Final = 480
# A partial transcript costs time in proportion to the open segment, so a long utterance is closed off
# in parts whose words are recognised once. Longer parts are more accurate: 8 s holds a whole sentence.
_SEGMENT_SAMPLES: Final = 8 * SAMPLE_RATE_HZ
_SEGMENT_SEARCH_SAMPLES: Final = 3 * SAMPLE_RATE_HZ


class Utterance:
    """Gathers frames of 512 samples (16 kHz); bounded by the longest turn that endpointing allows."""

    def __init__(self) -> None:
        self._waiting: deque[Signal] = deque(maxlen=_MAX_WAITING_MS // FRAME_MS)
        self.clear()

    def clear(self) -> None:
        """Drop the sound gathered, but keep the latest frames as the pre-roll of what comes next."""
        self._closed: list[Signal] = []
        self._open: list[Signal] = []
        self._open_samples = 0

    def wait(self, frame: Signal, *, onset_pending: bool = False) -> None:
        """Keep a frame in case speech follows. Without a pending onset only the pre-roll is kept."""
        self._waiting.append(frame)
        while not onset_pending and len(self._waiting) > PRE_ROLL_MS // FRAME_MS:
            self._waiting.popleft()

    def add(self, frame: Signal, *, silence_ms: int) -> None:
        """Append a frame of an open turn, after any pre-roll; a long silence goes to the pre-roll instead."""
        if silence_ms > _KEPT_SILENCE_MS:
            self.wait(frame)
            return
        for part in (*self._waiting, frame):
            self._open.append(part)
            self._open_samples += len(part)
        self._waiting.clear()
        if self._open_samples >= _SEGMENT_SAMPLES + _SEGMENT_SEARCH_SAMPLES:
            self._close_segment()

    def segments(self) -> tuple[Signal, ...]:
        """Return the sound so far, in segments of which all but the last will not change any more."""
        self._open = [np.concatenate(self._open)] if self._open else []
        return (*self._closed, *self._open)

    def _close_segment(self) -> None:
        signal = np.concatenate(self._open)
        cut = quietest_point(signal, _SEGMENT_SAMPLES - _SEGMENT_SEARCH_SAMPLES, len(signal))
        self._closed.append(signal[:cut])
        self._open = [signal[cut:]]
        self._open_samples = len(signal) - cut
