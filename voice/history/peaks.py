"""How loud both speakers were along a recording, for drawing it.

Owns the cache beside the recording, which is made once: decoding an hour takes seconds. Whatever is wrong
with the cache, it is made anew.
"""

import contextlib
import os
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from voice.history.records import HistoryProblem
from voice.history.sound import Stereo, read_sound

# As it was recorded: converting would take longer than looking at every sample.
_RATE_HZ = 48_000
BIN_MS = 50
_BIN_SAMPLES = _RATE_HZ * BIN_MS // 1000
_PIECES_AT_ONCE = 50
LOUDEST = 255
_INT16_PEAK = 32_768
# The size of the recording that the cache was made of.
_HEADER = struct.Struct("<Q")

Bins = NDArray[np.uint8]


class Peaks(msgspec.Struct, frozen=True):
    """The loudest sample in each of equal parts of the recording, 0 to `LOUDEST`, linear."""

    left: list[int]
    right: list[int]
    seconds: float


def peaks(path: Path, buckets: int) -> Peaks:
    """Return the loudness of a recording in at most `buckets` parts; the first time it is decoded.

    That blocks for about 10 s of an hour.

    Raises:
        HistoryProblem: the recording is missing, or nothing of it can be read.
        ValueError: `buckets` is less than 1.
    """
    if buckets < 1:
        raise ValueError(f"A waveform needs at least one part, got {buckets}.")
    try:
        size = path.stat().st_size
    except OSError:
        raise HistoryProblem("The recording of this call is not there.") from None
    cache = path.with_suffix(".peaks")
    bins = _read(cache, size)
    if bins is None:
        bins = np.concatenate(list(_measured(path)), axis=1)
        # Without the cache it is only slower next time.
        with contextlib.suppress(OSError):
            _write(cache, size, bins)
    left, right = _in_parts(bins, buckets)
    return Peaks(left.tolist(), right.tolist(), bins.shape[1] * BIN_MS / 1000)


def _measured(path: Path) -> Iterator[Bins]:
    waiting: list[Stereo] = []
    for piece in read_sound(path, _RATE_HZ):
        waiting.append(piece)
        if len(waiting) >= _PIECES_AT_ONCE:
            samples = np.concatenate(waiting, axis=1)
            whole = samples.shape[1] // _BIN_SAMPLES * _BIN_SAMPLES
            yield _loudest(samples[:, :whole])
            waiting = [samples[:, whole:]]
    samples = np.concatenate(waiting, axis=1)
    yield _loudest(np.pad(samples, ((0, 0), (0, -samples.shape[1] % _BIN_SAMPLES))))


def _loudest(samples: Stereo) -> Bins:
    bins = samples.reshape(2, -1, _BIN_SAMPLES)
    # Wider than int16, in which the lowest value has no opposite.
    highest, lowest = bins.max(axis=2).astype(np.int32), bins.min(axis=2).astype(np.int32)
    loudest: NDArray[np.int32] = np.maximum(highest, -lowest)
    return (loudest * LOUDEST // _INT16_PEAK).astype(np.uint8)


def _in_parts(bins: Bins, buckets: int) -> Bins:
    count = bins.shape[1]
    if count <= buckets:
        return bins
    starts = np.arange(buckets) * count // buckets
    loudest: Bins = np.maximum.reduceat(bins, starts, axis=1)
    return loudest


def _read(cache: Path, size: int) -> Bins | None:
    try:
        kept = cache.read_bytes()
    except OSError:
        return None
    body = kept[_HEADER.size :]
    if len(kept) <= _HEADER.size or len(body) % 2 or _HEADER.unpack_from(kept) != (size,):
        return None
    return np.frombuffer(body, np.uint8).reshape(2, -1)


def _write(cache: Path, size: int, bins: Bins) -> None:
    with tempfile.NamedTemporaryFile(dir=cache.parent, prefix=f"{cache.stem}.", delete=False) as scratch:
        try:
            scratch.write(_HEADER.pack(size) + bins.tobytes())
            scratch.close()
            os.replace(scratch.name, cache)
        except OSError:
            os.unlink(scratch.name)
            raise
