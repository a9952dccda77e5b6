"""The agent's replies waiting to be played, sample by sample tagged with the reply they belong to.

Owns what was heard: the count of samples really pulled per reply. Knows nothing of WebRTC or asyncio,
never blocks on anything but a short lock, and never plays a sample of a reply that was cut.
"""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voice.audio.levels import SILENCE_DBFS, first_audible, level_dbfs
from voice.audio.reply_intake import PLAYOUT_RATE_HZ, REPLY_RATE_HZ, ReplyIntake

SAMPLES_PER_MS = PLAYOUT_RATE_HZ // 1000
# The service may send a whole reply as one burst (11 s of it was seen); this leaves room for long ones.
MAX_QUEUED_S = 120
MAX_QUEUED_SAMPLES = MAX_QUEUED_S * PLAYOUT_RATE_HZ
# Long enough not to click, too short to be heard as speech going on.
FADE_MS = 5
AUDIBLE_WINDOW_MS = 10
# Replies remembered, for late audio and for `played_ms`. The oldest is forgotten first.
MAX_REPLIES = 256


class ReplyListener(Protocol):
    """Told about playout on the thread that pulls (or calls `finish`), outside the lock; must not block."""

    def on_audible(self, reply_id: str, lead_in_ms: float, in_ms: float) -> None:
        """Note that the first audible 10 ms of a reply were pulled; at most once per reply.

        `lead_in_ms` of the reply were silent before. They are `in_ms` from the start of the pulled frame.
        """

    def on_drained(self, reply_id: str, played_ms: int) -> None:
        """Note that the last sample of a finished reply was pulled; once, and never for a cut reply."""


@dataclass(frozen=True, slots=True)
class Flushed:
    """What a flush cut: the reply being played or next in line, and how much of it was pulled."""

    reply_id: str | None
    played_ms: int


@dataclass(slots=True)
class _Reply:
    reply_id: str
    queued: int = 0
    played: int = 0
    finished: bool = False
    cut: bool = False
    drained: bool = False
    audible: bool = False

    @property
    def over(self) -> bool:
        return self.cut or self.drained

    @property
    def played_ms(self) -> int:
        return self.played // SAMPLES_PER_MS


@dataclass(slots=True)
class _Chunk:
    reply: _Reply
    samples: NDArray[np.int16]


@dataclass(slots=True)
class _Span:
    """Where in a pulled frame one reply's samples lie."""

    reply: _Reply
    start: int
    end: int


class ReplyBuffer:
    """A bounded queue of reply audio that can be cut at once. Thread-safe; one thread pulls.

    Holds at most `MAX_QUEUED_S` seconds. When full, the newest push is dropped whole and counted in
    `dropped_full`; pushes for a reply already cut or finished are dropped and counted in `dropped_late`.
    """

    def __init__(self, listener: ReplyListener | None = None) -> None:
        self._listener = listener
        # Taken first by push and finish, so that resampling a large chunk does not hold up a pull.
        self._intake_lock = threading.Lock()
        self._intake: ReplyIntake | None = None
        self._lock = threading.Lock()
        self._chunks: deque[_Chunk] = deque()
        self._queued = 0
        self._replies: OrderedDict[str, _Reply] = OrderedDict()
        self._playing: _Reply | None = None
        self._fade = np.empty(0, np.int16)
        self._level_dbfs = SILENCE_DBFS
        self._dropped_full = 0
        self._dropped_late = 0

    @property
    def level_dbfs(self) -> float:
        """The level of the last pulled frame."""
        return self._level_dbfs

    @property
    def queued_ms(self) -> int:
        """How much is waiting to be played."""
        return self._queued // SAMPLES_PER_MS

    @property
    def dropped_full(self) -> int:
        """Pushes dropped because the buffer was full."""
        return self._dropped_full

    @property
    def dropped_late(self) -> int:
        """Pushes dropped because their reply was already cut or finished."""
        return self._dropped_late

    @property
    def playing(self) -> tuple[str, int] | None:
        """The reply being played and how many milliseconds of it were pulled; `None` between replies."""
        with self._lock:
            reply = self._playing
            return None if reply is None or reply.over else (reply.reply_id, reply.played_ms)

    def played_ms(self, reply_id: str) -> int:
        """Return how much of a reply was really pulled; 0 for one never heard of, or long forgotten."""
        with self._lock:
            reply = self._replies.get(reply_id)
            return reply.played_ms if reply else 0

    def push(self, reply_id: str, pcm24k: bytes) -> None:
        """Queue a reply's next bytes: 24 kHz mono little-endian PCM16, cut anywhere."""
        with self._intake_lock:
            if not self._accepts(reply_id, len(pcm24k)):
                return
            if self._intake is None or self._intake.reply_id != reply_id:
                self._end_intake()
                self._intake = ReplyIntake(reply_id)
            self._append(reply_id, self._intake.feed(pcm24k))

    def finish(self, reply_id: str) -> None:
        """Say that no more audio of a reply comes."""
        with self._intake_lock:
            if self._intake is not None and self._intake.reply_id == reply_id:
                self._end_intake()
        with self._lock:
            reply = self._reply(reply_id)
            if reply.over:
                return
            reply.finished = True
            reply.drained = reply.queued == 0
        if reply.drained and self._listener is not None:
            self._listener.on_drained(reply_id, reply.played_ms)

    def flush(self) -> Flushed:
        """Drop all that is queued; every reply not played to its end is cut for good.

        What was playing ends in a fade of `FADE_MS`, which counts as played. A new reply id pushed
        afterwards plays from its first sample.
        """
        with self._lock:
            cut = self._playing
            if cut is None or cut.over:
                cut = next((reply for reply in self._replies.values() if not reply.over), None)
            if cut is not None and cut.played:
                self._fade_out(cut)
            for reply in self._replies.values():
                reply.cut = reply.cut or not reply.drained
                reply.queued = 0
            self._chunks.clear()
            self._queued = 0
            self._playing = None
            return Flushed(cut.reply_id, cut.played_ms) if cut else Flushed(None, 0)

    def pull(self, samples: int) -> NDArray[np.int16]:
        """Return the next samples to play, shape (samples,), at 48 kHz; silence where nothing is queued."""
        frame = np.zeros(samples, np.int16)
        with self._lock:
            start = min(len(self._fade), samples)
            frame[:start] = self._fade[:start]
            self._fade = self._fade[start:]
            spans = self._fill(frame, start)
            drained = [span.reply for span in spans if span.reply.finished and not span.reply.queued]
            for reply in drained:
                reply.drained = True
        self._level_dbfs = level_dbfs(frame)
        self._tell(frame, spans, drained)
        return frame

    def _tell(self, frame: NDArray[np.int16], spans: list[_Span], drained: list[_Reply]) -> None:
        if self._listener is None:
            return
        window = AUDIBLE_WINDOW_MS * SAMPLES_PER_MS
        for span in spans:
            if span.reply.audible:
                continue
            silent = first_audible(frame[span.start : span.end], window)
            if silent is not None:
                span.reply.audible = True
                lead_in = span.reply.played - (span.end - span.start) + silent
                in_ms = (span.start + silent) / SAMPLES_PER_MS
                self._listener.on_audible(span.reply.reply_id, lead_in / SAMPLES_PER_MS, in_ms)
        for reply in drained:
            self._listener.on_drained(reply.reply_id, reply.played_ms)

    def _fill(self, frame: NDArray[np.int16], start: int, only: _Reply | None = None) -> list[_Span]:
        """Move queued samples into `frame` from `start` on, of one reply `only` if given."""
        spans: list[_Span] = []
        while start < len(frame) and self._chunks:
            chunk = self._chunks[0]
            reply = chunk.reply
            if only is not None and reply is not only:
                break
            taken = min(len(frame) - start, len(chunk.samples))
            frame[start : start + taken] = chunk.samples[:taken]
            chunk.samples = chunk.samples[taken:]
            if not len(chunk.samples):
                self._chunks.popleft()
            reply.played += taken
            reply.queued -= taken
            self._queued -= taken
            self._playing = reply
            if spans and spans[-1].reply is reply:
                spans[-1].end += taken
            else:
                spans.append(_Span(reply, start, start + taken))
            start += taken
        return spans

    def _fade_out(self, reply: _Reply) -> None:
        fade = np.zeros(FADE_MS * SAMPLES_PER_MS, np.int16)
        if self._fill(fade, 0, only=reply):
            self._fade = (fade * np.linspace(1.0, 0.0, len(fade))).astype(np.int16)

    def _accepts(self, reply_id: str, size_bytes: int) -> bool:
        with self._lock:
            reply = self._reply(reply_id)
            if reply.over or reply.finished:
                self._dropped_late += 1
                return False
            if self._queued + size_bytes // 2 * (PLAYOUT_RATE_HZ // REPLY_RATE_HZ) > MAX_QUEUED_SAMPLES:
                self._dropped_full += 1
                return False
            return True

    def _end_intake(self) -> None:
        if self._intake is not None:
            self._append(self._intake.reply_id, self._intake.end())
            self._intake = None

    def _append(self, reply_id: str, samples: NDArray[np.int16]) -> None:
        with self._lock:
            reply = self._reply(reply_id)
            # A flush may have come while the samples were converted.
            if reply.cut or not len(samples):
                return
            self._chunks.append(_Chunk(reply, samples))
            reply.queued += len(samples)
            self._queued += len(samples)

    def _reply(self, reply_id: str) -> _Reply:
        reply = self._replies.get(reply_id)
        if reply is None:
            reply = self._replies[reply_id] = _Reply(reply_id)
            if len(self._replies) > MAX_REPLIES:
                self._replies.popitem(last=False)
        return reply
