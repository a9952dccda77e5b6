"""A stereo Opus stream in an Ogg file that plays up to its last page, however the writing ended.

Owns codec, bit rate and paging. Never buffers beyond one page, and closes nothing that it did not open.
"""

from typing import Protocol

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from voice.audio.lane import RECORDING_RATE_HZ


def frame_samples(rate_hz: int) -> int:
    """Samples of the 20 ms that are encoded at a time."""
    return rate_hz * 20 // 1000


FRAME_SAMPLES = frame_samples(RECORDING_RATE_HZ)
# Two voices that hardly ever speak at once: nothing is heard of the coding. A minute of talk takes 0.47 MB,
# one of room tone 0.25 MB.
BIT_RATE = 48_000
# Two pages are held back at most, so that a killed process loses half a second.
_PAGE_US = 250_000


class Writable(Protocol):
    """What an open binary file has."""

    def write(self, data: bytes, /) -> int:
        """Add bytes; gives how many were taken."""
        ...


class OggOpusWriter:
    """Writes to an open binary file, which should be unbuffered. Raises `OSError` as the file does.

    `rate_hz` is one that Opus knows: 48, 24, 16, 12 or 8 kHz.
    """

    def __init__(self, file: Writable, rate_hz: int = RECORDING_RATE_HZ) -> None:
        self._container = av.open(
            file, "w", format="ogg", options={"page_duration": str(_PAGE_US), "flush_packets": "1"}
        )
        stream = self._container.add_stream("libopus", rate=rate_hz, layout="stereo")
        assert isinstance(stream, AudioStream)  # noqa: S101 - tells the type checker what libopus is
        stream.bit_rate = BIT_RATE
        self._stream = stream
        self._rate_hz = rate_hz
        self._frame = frame_samples(rate_hz)
        self._samples = 0

    def write(self, left: NDArray[np.int16], right: NDArray[np.int16]) -> None:
        """Add both channels, int16 of the same length, whole frames of `frame_samples`."""
        both = np.column_stack((left, right))
        for start in range(0, len(both), self._frame):
            piece = np.ascontiguousarray(both[start : start + self._frame]).reshape(1, -1)
            frame = AudioFrame.from_ndarray(piece, "s16", "stereo")
            frame.sample_rate = self._rate_hz
            frame.pts = self._samples
            self._samples += self._frame
            self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write what the encoder holds and end the stream."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
