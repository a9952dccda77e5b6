"""Test signals and their measurement."""

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

Pcm = NDArray[np.int16]


def sine(frequency_hz: float, rate_hz: int, seconds: float, peak: float = 16000) -> Pcm:
    time_s = np.arange(round(rate_hz * seconds)) / rate_hz
    return np.rint(peak * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.int16)


def noise(samples: int, seed: int = 1, rms: float = 3000) -> Pcm:
    return (np.random.default_rng(seed).standard_normal(samples) * rms).clip(-32768, 32767).astype(np.int16)


def tone_dbfs(samples: Pcm, rate_hz: int, frequency_hz: float) -> float:
    """Level of one frequency; a full-scale sine is 0."""
    window = np.blackman(len(samples))
    time_s = np.arange(len(samples)) / rate_hz
    carrier = np.exp(-2j * np.pi * frequency_hz * time_s)
    amplitude = 2 * abs(np.sum(samples * window * carrier)) / window.sum()
    return float(20 * np.log10(max(amplitude, 1e-6) / 32768))


def frame_of(samples: Pcm, rate_hz: int = 48_000, layout: str = "mono") -> AudioFrame:
    """A packed s16 frame; for stereo the samples go to both channels."""
    channels = av.AudioLayout(layout).nb_channels
    frame = AudioFrame.from_ndarray(np.repeat(samples, channels).reshape(1, -1), "s16", layout)
    frame.sample_rate = rate_hz
    return frame


def samples_of(chunk: bytes) -> Pcm:
    return np.frombuffer(chunk, "<i2").astype(np.int16)
