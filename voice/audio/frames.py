"""Audio frames of any shape to mono 16-bit samples. Pure; keeps the sample rate."""

from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

INT16_MIN = -32768
INT16_MAX = 32767

# By NumPy type: what to subtract, then what to multiply by, to reach the 16-bit scale.
_TO_INT16_SCALE: dict[str, tuple[float, float]] = {
    "uint8": (128.0, 256.0),
    "int16": (0.0, 1.0),
    "int32": (0.0, 1.0 / 65536.0),
    "float32": (0.0, 32768.0),
    "float64": (0.0, 32768.0),
}


def mono_samples(frame: AudioFrame) -> NDArray[np.int16]:
    """Return the mean of a frame's channels as int16 samples of shape (frame.samples,).

    Raises:
        ValueError: the sample format is not one of u8, s16, s32, flt, dbl or their planar forms.
    """
    array: NDArray[Any] = frame.to_ndarray()
    if array.dtype.name not in _TO_INT16_SCALE:
        raise ValueError(f"Audio frames of format {frame.format.name} are not supported.")
    channels = frame.layout.nb_channels
    planes = array if frame.format.is_planar else array.reshape(-1, channels).T
    if channels == 1 and array.dtype == np.int16:
        samples: NDArray[np.int16] = planes[0]
        return samples
    offset, scale = _TO_INT16_SCALE[array.dtype.name]
    # A product with weights, as the mean along an axis of interleaved samples takes five times as long.
    weights = np.full(channels, 1.0 / channels)
    mixed = (weights @ planes.astype(np.float64) - offset) * scale
    clipped: NDArray[np.float64] = np.clip(np.rint(mixed), INT16_MIN, INT16_MAX)
    return clipped.astype(np.int16)
