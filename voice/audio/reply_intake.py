"""The agent's bytes to samples for playout, one reply at a time.

Owns odd bytes and the change of rate on the way in, so that past this point every sample belongs to
exactly one reply. Not thread-safe.
"""

import numpy as np
from numpy.typing import NDArray

from voice.audio.resample import Resampler

REPLY_RATE_HZ = 24_000
PLAYOUT_RATE_HZ = 48_000


class ReplyIntake:
    """Converts one reply's 24 kHz mono little-endian PCM16 bytes to 48 kHz samples."""

    def __init__(self, reply_id: str) -> None:
        self.reply_id = reply_id
        self._resampler = Resampler(REPLY_RATE_HZ, PLAYOUT_RATE_HZ)
        self._odd_byte = b""

    def feed(self, pcm24k: bytes) -> NDArray[np.int16]:
        """Take bytes cut anywhere, return the samples that are ready; shape (n,), n may be 0."""
        data = self._odd_byte + pcm24k
        whole = len(data) - len(data) % 2
        self._odd_byte = data[whole:]
        samples = np.frombuffer(data[:whole], "<i2").astype(np.int16)
        return self._resampler.process(samples)

    def end(self) -> NDArray[np.int16]:
        """Return the last 1.3 ms, which the filter held; half a sample left over is dropped."""
        return self._resampler.flush()
