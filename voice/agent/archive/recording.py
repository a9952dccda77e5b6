"""The sound of one session: the person left, the agent right as it was sent, as Ogg Opus in memory.

Owns the hand-over from the event loop to the thread that encodes. Never blocks or raises into the session.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from io import BytesIO
from typing import Final

from voice.agent.line_format import SPEECH_RATE_HZ, Samples
from voice.audio.lane import Lane
from voice.audio.ogg_opus import OggOpusWriter, frame_samples
from voice.audio.resample import Resampler

log = logging.getLogger(__name__)

RATE_HZ: Final = SPEECH_RATE_HZ
_FRAME: Final = frame_samples(RATE_HZ)
# The agent sends 100 frames a second and a person up to 100: ten seconds and more.
MAX_WAITING: Final = 2_000
# How far the encoding stays behind, so that sound which comes late in a burst is told from a gap.
_HOLD_S: Final = 0.5
# A reply that is sent in one burst lies ahead of the clock. More than this of it is not recorded.
MAX_AHEAD_S: Final = 60.0

# On the encoding thread: does its share of the work at the position where the sound is.
_Step = Callable[[], None]


class Recording:
    """One recording. Position 0 of the file is `begun_at`; gaps are silence.

    At most `MAX_WAITING` pieces wait for the encoder. When full, the newest is dropped and counted in
    `dropped`, and leaves silence. All times are of one monotonic clock, in seconds.
    """

    def __init__(self, *, begun_at: float, person_rate_hz: int, agent_rate_hz: int) -> None:
        self._begun_at = begun_at
        self._lock = threading.Lock()
        self._waiting: deque[_Step] = deque()
        self._ends_at: float | None = None
        self.dropped = 0
        self.taken = 0
        self.failed = False
        self._finished = threading.Event()
        self._person = _Side(person_rate_hz)
        self._agent = _Side(agent_rate_hz)
        self._written = 0
        self._file = BytesIO()
        self._size = 0
        self._writer: OggOpusWriter | None = None

    @property
    def size(self) -> int:
        """Bytes of the file so far."""
        return self._size

    @property
    def finished(self) -> bool:
        """Whether the file is complete, or will never be."""
        return self._finished.is_set()

    @property
    def content(self) -> memoryview:
        """The whole file, not copied. Only of a finished one."""
        return self._file.getbuffer()

    # On the event loop

    def heard(self, at: float, samples: Samples) -> None:
        """Add what the person's side sent: int16 mono whose last sample came at `at`."""
        begins = at - self._person.duration_s(samples)
        self._hand_over(lambda: self._lay(self._person, begins, samples))

    def spoke(self, at: float, samples: Samples) -> None:
        """Add what the agent sent: int16 mono whose first sample is due at `at`."""
        self._hand_over(lambda: self._lay(self._agent, at, samples))

    def cut(self, at: float) -> None:
        """Whatever the agent sent for later than `at` was never heard."""
        # Not counted as a piece and never dropped: there is one for a reply.
        with self._lock:
            self._waiting.append(lambda: self._agent.lane.drop_from(self._position(at)))

    def end(self, at: float) -> None:
        """Take no more sound and finish the file, which is as long as the session. May be called again."""
        with self._lock:
            if self._ends_at is None:
                self._ends_at = at

    def _hand_over(self, step: _Step) -> None:
        with self._lock:
            if self._ends_at is not None or len(self._waiting) >= MAX_WAITING:
                self.dropped += 1
                return
            self.taken += 1
            self._waiting.append(step)

    # On the encoding thread

    def encode(self, now: float) -> None:
        """Encode what is due at `now`. Takes milliseconds. A failure ends the recording and is logged."""
        if self.finished:
            return
        try:
            self._encode(now)
        except Exception:
            log.exception("a session's sound could not be recorded")
            self.failed = True
            self._finished.set()

    def _encode(self, now: float) -> None:
        with self._lock:
            steps, self._waiting = self._waiting, deque()
            ends_at = self._ends_at
        for step in steps:
            step()
        if ends_at is None:
            self._write((self._position(now - _HOLD_S) // _FRAME) * _FRAME)
            return
        # In whole frames, and at least one: a file without any does not play.
        frames = max(1, -(-self._position(ends_at) // _FRAME))
        self._write(frames * _FRAME)
        if self._writer is not None:
            self._writer.close()
        self._size = self._file.getbuffer().nbytes
        self._finished.set()

    def _lay(self, side: "_Side", at: float, samples: Samples) -> None:
        position = self._position(at)
        if position - self._written > MAX_AHEAD_S * RATE_HZ:
            with self._lock:
                self.taken -= 1
                self.dropped += 1
            return
        side.lane.add(position, side.at_rate(samples))

    def _write(self, until: int) -> None:
        if until <= self._written:
            return
        self._writer = self._writer or OggOpusWriter(self._file, RATE_HZ)
        self._writer.write(self._person.lane.take(until), self._agent.lane.take(until))
        self._written = until
        self._size = self._file.tell()

    def _position(self, at: float) -> int:
        return max(0, round((at - self._begun_at) * RATE_HZ))


class _Side:
    """One speaker: the lane, and the way to its rate."""

    def __init__(self, rate_hz: int) -> None:
        self.lane = Lane(RATE_HZ)
        self._rate_hz = rate_hz
        self._resampler = Resampler(rate_hz, RATE_HZ) if rate_hz != RATE_HZ else None

    def duration_s(self, samples: Samples) -> float:
        return len(samples) / self._rate_hz

    def at_rate(self, samples: Samples) -> Samples:
        return self._resampler.process(samples) if self._resampler else samples
