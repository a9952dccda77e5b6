"""A stereo Opus stream in an Ogg file that plays up to its last page, however the writing ended.

Owns codec, bit rate and paging. Never buffers beyond one page, and closes nothing that it did not open.
"""

from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from voice.audio.lane import RECORDING_RATE_HZ

FRAME_SAMPLES = RECORDING_RATE_HZ * 20 // 1000
# Two voices that hardly ever speak at once: nothing is heard of the coding. A minute of talk takes 0.47 MB,
# one of room tone 0.25 MB.
BIT_RATE = 48_000
# Two pages are held back at most, so that a killed process loses half a second.
_PAGE_US = 250_000


class OggOpusWriter:
    """Writes to an open binary file, which should be unbuffered. Raises `OSError` as the file does."""

    def __init__(self, file: BinaryIO) -> None:
        self._container = av.open(
            file, "w", format="ogg", options={"page_duration": str(_PAGE_US), "flush_packets": "1"}
        )
        stream = self._container.add_stream("libopus", rate=RECORDING_RATE_HZ, layout="stereo")
        assert isinstance(stream, AudioStream)  # noqa: S101 - tells the type checker what libopus is
        stream.bit_rate = BIT_RATE
        self._stream = stream
        self._samples = 0

    def write(self, left: NDArray[np.int16], right: NDArray[np.int16]) -> None:
        """Add both channels, int16 of the same length, which is a multiple of `FRAME_SAMPLES`."""
        both = np.column_stack((left, right))
        for start in range(0, len(both), FRAME_SAMPLES):
            piece = np.ascontiguousarray(both[start : start + FRAME_SAMPLES]).reshape(1, -1)
            frame = AudioFrame.from_ndarray(piece, "s16", "stereo")
            frame.sample_rate = RECORDING_RATE_HZ
            frame.pts = self._samples
            self._samples += FRAME_SAMPLES
            self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write what the encoder holds and end the stream."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
