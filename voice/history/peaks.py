"""How loud both speakers were along a recording, for drawing it.

Owns the cache beside the recording. Who records brings it along; for others it is made once, for decoding an
hour takes seconds. Whatever is wrong with the cache, it is made anew.
"""

import contextlib
import os
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from voice.audio.loudness import BIN_MS, Bins, Loudness
from voice.history.records import HistoryProblem
from voice.history.sound import Stereo, read_sound

# As it was recorded: converting would take longer than looking at every sample.
_RATE_HZ = 48_000
_PIECES_AT_ONCE = 50
# The size of the recording that the cache was made of.
_HEADER = struct.Struct("<Q")


class Peaks(msgspec.Struct, frozen=True):
    """The loudest sample in each of equal parts of the recording, 0 to `LOUDEST`, linear."""

    left: list[int]
    right: list[int]
    seconds: float


def peaks(path: Path, buckets: int, rest: Callable[[], None] = lambda: None) -> Peaks:
    """Return the loudness of a recording in at most `buckets` parts; without a cache it is decoded.

    That blocks for about 10 s of an hour. `rest` is called after each second of sound.

    Raises:
        HistoryProblem: the recording is missing, or nothing of it can be read.
        ValueError: `buckets` is less than 1.
    """
    kept = kept_peaks(path, buckets)
    if kept is not None:
        return kept
    size = _size_of(path)
    bins = _measured(path, rest)
    # Without the cache it is only slower next time.
    with contextlib.suppress(OSError):
        _write(_cache_of(path), size, bins)
    return _in_parts(bins, buckets)


def kept_peaks(path: Path, buckets: int) -> Peaks | None:
    """The same from the cache alone; `None` where there is none of this recording. Takes milliseconds.

    Raises as `peaks` does, but for a recording that can't be read.
    """
    if buckets < 1:
        raise ValueError(f"A waveform needs at least one part, got {buckets}.")
    bins = _read(_cache_of(path), _size_of(path))
    return None if bins is None else _in_parts(bins, buckets)


def keep_peaks(path: Path, bins: Bins) -> None:
    """Keep what was measured while this recording was written. Raises `OSError`."""
    _write(_cache_of(path), path.stat().st_size, bins)


def _cache_of(path: Path) -> Path:
    return path.with_suffix(".peaks")


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        raise HistoryProblem("The recording of this call is not there.") from None


def _measured(path: Path, rest: Callable[[], None]) -> Bins:
    loudness = Loudness(_RATE_HZ)
    waiting: list[Stereo] = []
    for piece in read_sound(path, _RATE_HZ):
        waiting.append(piece)
        if len(waiting) >= _PIECES_AT_ONCE:
            loudness.add(np.concatenate(waiting, axis=1))
            waiting = []
            rest()
    for piece in waiting:
        loudness.add(piece)
    return loudness.bins()


def _in_parts(bins: Bins, buckets: int) -> Peaks:
    count = bins.shape[1]
    parts = bins
    if count > buckets:
        starts = np.arange(buckets) * count // buckets
        parts = np.maximum.reduceat(bins, starts, axis=1)
    return Peaks(parts[0].tolist(), parts[1].tolist(), count * BIN_MS / 1000)


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
