"""Records one call as it runs: the person left, the agent right as it was really played, on one clock.

Owns the thread that writes and the queue before it. Never blocks or raises into whoever hands over sound,
and never lets a full or broken disk end anything but the recording.
"""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from voice.audio.lane import RECORDING_RATE_HZ, Lane
from voice.audio.loudness import Bins, Loudness
from voice.audio.microphone import AGENT_RATE_HZ
from voice.audio.ogg_opus import FRAME_SAMPLES, OggOpusWriter
from voice.audio.recording_file import OpenFile, RecordingFile, open_private
from voice.audio.resample import Resampler

_log = logging.getLogger(__name__)

# Ten seconds of both speakers: longer than any disk that still works was seen to think.
MAX_PIECES = 1_000
# The thread wakes seldom, since each time it takes the interpreter from the media for a moment.
_ROUND_S = 0.2
# How far the writing stays behind, so that sound which comes late in a burst is told from a gap.
_HOLD_S = 0.5

Pcm = NDArray[np.int16]


class Recorder:
    """One recording, begun at `begun_at`: position 0 of the file. Hand-over is thread-safe.

    At most `MAX_PIECES` pieces of 20 ms wait for the disk. When full, the newest is dropped and counted in
    `dropped`, and leaves silence. The file is made with the first sound; a call without any leaves none.
    """

    def __init__(
        self,
        path: Path,
        *,
        begun_at: float,
        on_failed: Callable[[str], None],
        on_dropped: Callable[[], None] = lambda: None,
        on_written: Callable[[Bins], None] = lambda _: None,
        on_restored: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        open_file: OpenFile = open_private,
    ) -> None:
        """Record to `path`; its folder is made if needed.

        Args:
            path: of the file to be made; must not exist.
            begun_at: on `clock`, at most a moment ago.
            on_failed: called once, on the writing thread, with the system's reason when the file can't be
                written; what was written by then stays.
            on_dropped: called once, on the thread that hands over, when the first piece is dropped; must not
                block or raise.
            on_written: called once, on the writing thread, when the file is complete, with how loud it is.
            on_restored: called on the writing thread when the file was deleted and was made again in full.
            clock: monotonic seconds.
            open_file: opens the path for unbuffered reading and writing.
        """
        self._path = path
        self._begun_at = begun_at
        self._on_failed = on_failed
        self._on_dropped = on_dropped
        self._on_written = on_written
        self._on_restored = on_restored
        self._clock = clock
        self._open_file = open_file
        self._lock = threading.Lock()
        self._pieces: deque[tuple[Lane, float, Pcm]] = deque()
        self._dropped = 0
        self._closed = threading.Event()
        self._person, self._agent = Lane(), Lane()
        self._upsampler = Resampler(AGENT_RATE_HZ, RECORDING_RATE_HZ)
        self._written = 0
        self._loudness = Loudness(RECORDING_RATE_HZ)
        self._file: RecordingFile | None = None
        self._writer: OggOpusWriter | None = None
        # Not waited for when the process ends: `close` is, and the file plays anyway.
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    @property
    def dropped(self) -> int:
        """Pieces that were not recorded because the disk was too slow."""
        return self._dropped

    def start(self) -> None:
        """Start writing."""
        self._thread.start()

    def heard(self, samples: Pcm) -> None:
        """Add what the microphone just captured: 24 kHz mono, zeros while muted. From any thread."""
        self._hand_over(self._person, self._clock() - len(samples) / AGENT_RATE_HZ, samples)

    def played(self, samples: Pcm) -> None:
        """Add what goes to the loudspeaker now: 48 kHz mono. From any thread."""
        self._hand_over(self._agent, self._clock(), samples)

    def stop(self) -> None:
        """Take no more sound, and write what there is. Does not wait; may be called again."""
        self._closed.set()

    def join(self, timeout_s: float) -> bool:
        """After `stop`, wait so long for the disk; whether all is written."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _hand_over(self, lane: Lane, at: float, samples: Pcm) -> None:
        with self._lock:
            if self._closed.is_set():
                return
            if len(self._pieces) < MAX_PIECES:
                self._pieces.append((lane, at, samples))
                return
            self._dropped += 1
            first = self._dropped == 1
        if first:
            self._on_dropped()

    # On the writing thread from here on.

    def _run(self) -> None:
        try:
            while not self._closed.wait(_ROUND_S):
                # Before the sound is taken over: what comes in after that would be missed up to this moment.
                until = self._position(self._clock() - _HOLD_S)
                self._sort()
                self._write(until)
                self._restore()
            self._sort()
            # To the end of the last sound, in whole frames.
            end = max(self._person.end, self._agent.end)
            self._write(end + -end % FRAME_SAMPLES)
            if self._writer is not None:
                self._writer.close()
                self._restore()
                self._on_written(self._loudness.bins())
        except (OSError, FFmpegError) as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - logged and told; the thread must not end silently
            _log.exception("a recording failed")
            self._fail(error)
        finally:
            self._shut()

    def _sort(self) -> None:
        with self._lock:
            pieces, self._pieces = self._pieces, deque()
        for lane, at, samples in pieces:
            wide = self._upsampler.process(samples) if lane is self._person else samples
            lane.add(self._position(at), wide)

    def _position(self, at: float) -> int:
        return max(0, round((at - self._begun_at) * RECORDING_RATE_HZ))

    def _write(self, until: int) -> None:
        until -= until % FRAME_SAMPLES
        if until <= self._written or not (self._person.end or self._agent.end):
            return
        self._writer = self._writer or self._open()
        person, agent = self._person.take(until), self._agent.take(until)
        self._writer.write(person, agent)
        self._loudness.add(np.stack((person, agent)))
        self._written = until

    def _open(self) -> OggOpusWriter:
        self._file = RecordingFile(self._path, self._open_file)
        return OggOpusWriter(self._file)

    def _restore(self) -> None:
        if self._file is not None and self._file.restore():
            self._on_restored()

    def _fail(self, error: Exception) -> None:
        self._closed.set()
        with self._lock:
            self._pieces.clear()
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        self._on_failed(reason)

    def _shut(self) -> None:
        # The container writes its last page when it goes, so it goes before the file does.
        self._writer = None
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
