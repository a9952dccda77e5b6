"""Streaming sample-rate conversion of mono PCM.

Owns the choice of filter. Never changes level, never drops or invents samples, and imports nothing
else of Parley, so that any part may use it.
"""

from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

# The resampler's default filter lets 13 kHz fold to 11 kHz at -34 dB on the way from 48 to 24 kHz. A
# longer filter with its corner below the Nyquist frequency puts that under the 16-bit floor and holds 1.4 ms.
FILTER_TAPS = 64
FILTER_CUTOFF = 0.93


class Resampler:
    """Converts one stream of mono 16-bit samples from one rate to another.

    Output is delayed by the filter (about 1.4 ms at 24 and 48 kHz): the first calls return fewer samples
    than the ratio says, and `flush` returns the rest. The result does not depend on how the input is cut.
    Not thread-safe.
    """

    def __init__(self, in_rate_hz: int, out_rate_hz: int) -> None:
        if in_rate_hz <= 0 or out_rate_hz <= 0:
            raise ValueError(f"Sample rates must be positive, got {in_rate_hz} and {out_rate_hz} Hz.")
        self.in_rate_hz = in_rate_hz
        self.out_rate_hz = out_rate_hz
        self._time_base = Fraction(1, in_rate_hz)
        self._samples_in = 0
        self._flushed = False
        # Kept here because its nodes do not keep it alive: without it, pushing to them crashes the process.
        self._graph = Graph()
        self._source = self._graph.add_abuffer(
            sample_rate=in_rate_hz, format="s16", layout="mono", time_base=self._time_base
        )
        convert = self._graph.add(
            "aresample", f"{out_rate_hz}:filter_size={FILTER_TAPS}:cutoff={FILTER_CUTOFF}"
        )
        # Without this the filter may settle on another sample format at its output.
        keep_format = self._graph.add("aformat", "sample_fmts=s16:channel_layouts=mono")
        self._sink = self._graph.add("abuffersink")
        self._graph.link_nodes(self._source, convert, keep_format, self._sink).configure()

    def process(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Take samples in, return those that are ready.

        Args:
            samples: shape (n,), at `in_rate_hz`; may be empty.

        Returns:
            Shape (m,), at `out_rate_hz`; m may be 0.

        Raises:
            ValueError: the samples are not a one-dimensional int16 array, or the stream was flushed.
        """
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise ValueError(f"Expected mono int16 samples, got {samples.dtype} of shape {samples.shape}.")
        if self._flushed:
            raise ValueError("This resampler was flushed. Make a new one for a new stream.")
        if not len(samples):
            return np.empty(0, np.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
        frame.sample_rate = self.in_rate_hz
        frame.time_base = self._time_base
        frame.pts = self._samples_in
        self._samples_in += len(samples)
        self._source.push(frame)
        return self._pull()

    def flush(self) -> NDArray[np.int16]:
        """End the stream and return what the filter still held; shape (m,). Further calls return nothing."""
        if self._flushed:
            return np.empty(0, np.int16)
        self._flushed = True
        if not self._samples_in:
            return np.empty(0, np.int16)
        self._source.push(None)
        return self._pull()

    def _pull(self) -> NDArray[np.int16]:
        ready = []
        while True:
            try:
                frame = self._sink.pull()
            except (av.BlockingIOError, av.EOFError):
                break
            assert isinstance(frame, AudioFrame)  # noqa: S101 - tells the type checker what an audio sink gives
            ready.append(frame.to_ndarray().reshape(-1).astype(np.int16, copy=False))
        if len(ready) == 1:
            return ready[0]
        return np.concatenate(ready) if ready else np.empty(0, np.int16)
