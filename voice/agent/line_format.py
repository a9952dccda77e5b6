"""The encoding of one direction of a call: 24 kHz PCM, or G.711 at 8 kHz.

Pure. Owns rates, frame sizes and the bytes on the wire. It never paces or mixes.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from voice.agent.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from voice.audio.resample import Resampler

Samples = npt.NDArray[np.int16]

SPEECH_RATE_HZ: Final = 24_000
_FULL_VOLUME: Final = 100.0


class BadAudio(ValueError):
    """The bytes are no whole number of samples."""


@dataclass(frozen=True, slots=True)
class LineFormat:
    """One encoding. `frame_samples` is what one `reply.audio` holds on the service."""

    encoding: str
    rate_hz: int
    frame_samples: int

    def decode(self, data: bytes) -> Samples:
        """Bytes of the wire to int16 samples of shape (n,) at `rate_hz`. Raises `BadAudio`."""
        if self.encoding == "audio/pcmu":
            return decode_ulaw(data)
        if self.encoding == "audio/pcma":
            return decode_alaw(data)
        if len(data) % 2:
            raise BadAudio("16-bit audio must have an even number of bytes")
        return np.frombuffer(data, "<i2").astype(np.int16, copy=False)

    def encode(self, samples: Samples, volume: float = _FULL_VOLUME) -> bytes:
        """Int16 samples at `rate_hz` to bytes of the wire, at `volume` percent of their loudness."""
        if volume != _FULL_VOLUME:
            samples = (samples * (volume / _FULL_VOLUME)).astype(np.int16)
        if self.encoding == "audio/pcmu":
            return encode_ulaw(samples)
        if self.encoding == "audio/pcma":
            return encode_alaw(samples)
        return samples.astype("<i2", copy=False).tobytes()

    def from_speech(self, speech: Samples) -> Samples:
        """Synthesised 24 kHz speech at this format's rate. Takes milliseconds: not for an event loop."""
        if self.rate_hz == SPEECH_RATE_HZ:
            return speech
        resampler = Resampler(SPEECH_RATE_HZ, self.rate_hz)
        return np.concatenate([resampler.process(speech), resampler.flush()])

    def duration_ms(self, samples: int) -> float:
        """How long this many samples last."""
        return samples * 1000 / self.rate_hz


# 480 bytes (10 ms) of PCM and 300 bytes (37.5 ms) of G.711 a frame, as the service was seen to send.
FORMATS: Final = {
    "audio/pcm": LineFormat("audio/pcm", 24_000, 240),
    "audio/pcmu": LineFormat("audio/pcmu", 8_000, 300),
    "audio/pcma": LineFormat("audio/pcma", 8_000, 300),
}
