"""The person's microphone: frames from the browser in, 20 ms chunks for the agent out.

Owns conversion, re-chunking, mute and the signs of life of the uplink. Never waits, never raises into
the media stack, and never lets a sample that was captured while muted reach the queue.
"""

import logging
import threading
from collections.abc import Callable

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from voice.audio.frames import mono_samples
from voice.audio.handover import ChunkQueue
from voice.audio.levels import SILENCE_DBFS, level_dbfs
from voice.audio.resample import Resampler
from voice.audio.voice_activity import CHUNK_MS, Voice, VoiceActivity

logger = logging.getLogger(__name__)

AGENT_RATE_HZ = 24_000
CHUNK_SAMPLES = AGENT_RATE_HZ * CHUNK_MS // 1000
CHUNK_BYTES = CHUNK_SAMPLES * 2

# A browser sends 50 frames a second even in silence, so a pause of any length is a sign of trouble. After
# "playing", a live worker was always seen to deliver within a second.
FIRST_FRAME_TIMEOUT_S = 1.5
MEDIA_LOST_TIMEOUT_S = 2.0


class Microphone:
    """Turns browser audio into 24 kHz mono little-endian PCM16 chunks of exactly 20 ms.

    `on_frame` is called on aiortc's loop; everything else may be called from any thread.
    """

    def __init__(
        self,
        queue: ChunkQueue,
        *,
        clock: Callable[[], float],
        on_started: Callable[[], None] | None = None,
        on_voice: Callable[[Voice], None] | None = None,
        tap: Callable[[NDArray[np.int16]], None] | None = None,
    ) -> None:
        """Put chunks into `queue`.

        Args:
            queue: receives chunks of `CHUNK_BYTES` bytes.
            clock: monotonic seconds.
            on_started: called once, on aiortc's loop, after the first good frame; must not block or raise.
            on_voice: called there when a voice was heard or has paused; must not block or raise.
            tap: called there with the samples of each chunk; must not block or raise.
        """
        self._queue = queue
        self._clock = clock
        self._on_started = on_started
        self._on_voice = on_voice
        self._tap = tap
        self._voice_activity = VoiceActivity()
        # Held over a whole frame, so that once the `muted` setter has returned no earlier sound can follow.
        self._lock = threading.Lock()
        self._muted = False
        self._resampler: Resampler | None = None
        self._carry = np.empty(0, np.int16)
        self._level_dbfs = SILENCE_DBFS
        self._frames_received = 0
        self._frames_malformed = 0
        self._last_frame_at: float | None = None

    @property
    def muted(self) -> bool:
        """While true, zeros go out at the same pace in place of sound."""
        return self._muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        with self._lock:
            self._muted = muted
            if muted:
                self._carry = np.zeros_like(self._carry)
                self._level_dbfs = SILENCE_DBFS

    @property
    def level_dbfs(self) -> float:
        """The level of the last chunk; silence while muted."""
        return self._level_dbfs

    @property
    def frames_received(self) -> int:
        """Good frames so far."""
        return self._frames_received

    @property
    def frames_malformed(self) -> int:
        """Frames that could not be converted and were left out."""
        return self._frames_malformed

    @property
    def last_frame_at(self) -> float | None:
        """When the last good frame came, on the clock passed in; `None` before the first."""
        return self._last_frame_at

    def on_frame(self, frame: AudioFrame) -> None:
        """Take one frame of any rate, layout and sample format."""
        now = self._clock()
        try:
            with self._lock:
                self._convert(frame)
        except Exception:
            # One bad frame must not end the uplink, and aiortc's reading task would die of an exception.
            self._frames_malformed += 1
            if self._frames_malformed == 1:
                logger.exception("A microphone frame could not be converted; more like it are only counted.")
            return
        self._frames_received += 1
        self._last_frame_at = now
        if self._frames_received == 1 and self._on_started is not None:
            self._on_started()

    def _convert(self, frame: AudioFrame) -> None:
        samples = mono_samples(frame)
        if self._resampler is None or self._resampler.in_rate_hz != frame.sample_rate:
            self._resampler = Resampler(frame.sample_rate, AGENT_RATE_HZ)
        if self._muted:
            # Silenced on both sides of the resampler: its filter still holds sound from before the mute,
            # and must hold none from during it when the mute ends.
            ready = np.zeros_like(self._resampler.process(np.zeros_like(samples)))
        else:
            ready = self._resampler.process(samples)
        self._put_chunks(np.concatenate((self._carry, ready)))

    def _put_chunks(self, samples: NDArray[np.int16]) -> None:
        whole = len(samples) - len(samples) % CHUNK_SAMPLES
        for start in range(0, whole, CHUNK_SAMPLES):
            chunk = samples[start : start + CHUNK_SAMPLES]
            self._level_dbfs = level_dbfs(chunk)
            self._note_voice()
            self._queue.put(chunk.astype("<i2", copy=False).tobytes())
            if self._tap is not None:
                self._tap(chunk)
        self._carry = samples[whole:].copy()

    def _note_voice(self) -> None:
        voice = self._voice_activity.feed(self._level_dbfs)
        if voice is not None and self._on_voice is not None:
            self._on_voice(voice)
