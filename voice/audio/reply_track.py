"""The outgoing WebRTC track that plays a reply buffer.

Owns pacing and Opus encoding of the downlink. Never buffers: a frame is pulled when it is due, after
the wait and not before it, so that a flush is heard one frame sooner.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from fractions import Fraction

import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import CodecContext
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from numpy.typing import NDArray

from voice.audio.aside import Aside
from voice.audio.reply_buffer import ReplyBuffer
from voice.audio.reply_intake import PLAYOUT_RATE_HZ

FRAME_MS = 20
FRAME_SAMPLES = PLAYOUT_RATE_HZ * FRAME_MS // 1000
# Up to here a late frame is made up for by sending the next ones sooner. Beyond it the browser has already
# concealed the hole, and a burst would only make it hold more delay.
MAX_CATCH_UP_MS = 60
OPUS_BIT_RATE = 64_000


class FramePacer:
    """The absolute schedule of a track: frame n is due n frames after the first. Pure."""

    def __init__(self) -> None:
        self._start_s: float | None = None
        self._next_index = 0
        self._skipped = 0

    @property
    def skipped(self) -> int:
        """Frames left out because the event loop stalled."""
        return self._skipped

    def wait_s(self, now_s: float) -> float:
        """Return how long to wait for the next frame, 0 when it is due. The first call starts the clock."""
        if self._start_s is None:
            self._start_s = now_s
        return max(0.0, self._start_s + self._next_index * FRAME_MS / 1000 - now_s)

    def take(self, now_s: float) -> int:
        """Return the index of the frame to send now, past those skipped after a stall."""
        start_s = now_s if self._start_s is None else self._start_s
        late_ms = (now_s - start_s) * 1000 - self._next_index * FRAME_MS
        if late_ms > MAX_CATCH_UP_MS:
            skip = int(late_ms // FRAME_MS)
            self._next_index += skip
            self._skipped += skip
        index = self._next_index
        self._next_index += 1
        return index


class ReplyTrack(MediaStreamTrack):
    """Plays a `ReplyBuffer` as 20 ms Opus packets at 48 kHz, for as long as the track lives.

    It gives aiortc encoded packets: its own encoder would turn mono 3 dB down, add 4 ms, and cost a hop
    to a thread pool for each frame, which is the largest cost of a call. Pulling and encoding takes 0.1
    to 0.2 ms. After a stall of the loop the schedule goes on where it would be, with the timestamps saying
    so; no reply audio is lost by that. One buffer feeds one track.
    """

    kind = "audio"

    def __init__(
        self,
        buffer: ReplyBuffer,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        tap: Callable[[NDArray[np.int16]], None] | None = None,
    ) -> None:
        """Play `buffer`. `tap` gets each frame of the agent as it is played; it must not block or raise."""
        super().__init__()
        self._buffer = buffer
        self._clock = clock
        self._sleep = sleep
        self._tap = tap
        self._pacer = FramePacer()
        # Set from any thread; acts on the next frame.
        self.muted = False
        self._gain = 1.0
        self.aside = Aside()
        self._encoder = _open_encoder()

    @property
    def frames_skipped(self) -> int:
        """Frames left out because the event loop stalled."""
        return self._pacer.skipped

    async def recv(self) -> "Packet[AudioStream]":
        """Wait until the next frame is due, then pull and encode it.

        Raises:
            MediaStreamError: the track was stopped.
        """
        wait_s = self._pacer.wait_s(self._clock())
        if wait_s > 0:
            await self._sleep(wait_s)
        if self.readyState != "live":
            raise MediaStreamError
        index = self._pacer.take(self._clock())
        packet = _encode(self._encoder, self.next_samples())
        packet.pts = packet.dts = index * FRAME_SAMPLES
        packet.time_base = Fraction(1, PLAYOUT_RATE_HZ)
        return packet

    def next_samples(self) -> NDArray[np.int16]:
        """Pull what is to be heard in the next frame, shape (960,)."""
        agent = self._turned_down(self._buffer.pull(FRAME_SAMPLES))
        if self._tap is not None:
            self._tap(agent)
        return self.aside.mixed_with(agent)

    def _turned_down(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        # The buffer is pulled all the same, so its count of what was played goes on. A fade over one frame:
        # a step would click.
        before, self._gain = self._gain, 0.0 if self.muted else 1.0
        if before == self._gain == 1.0:
            return samples
        return (samples * np.linspace(before, self._gain, len(samples))).astype(np.int16)


def _open_encoder() -> AudioCodecContext:
    encoder = CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)  # noqa: S101 - tells the type checker what libopus is
    encoder.sample_rate = PLAYOUT_RATE_HZ
    encoder.format = "s16"
    # A mono packet plays at the same level in both ears, and costs a third less than two equal channels.
    encoder.layout = "mono"
    encoder.bit_rate = OPUS_BIT_RATE
    encoder.time_base = Fraction(1, PLAYOUT_RATE_HZ)
    # 2.5 ms of look-ahead in place of 6.5 ms.
    encoder.options = {"application": "lowdelay"}
    return encoder


def _encode(encoder: AudioCodecContext, samples: NDArray[np.int16]) -> "Packet[AudioStream]":
    frame = AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate = PLAYOUT_RATE_HZ
    # libopus gives exactly one packet for a frame of its own frame size.
    (packet,) = encoder.encode(frame)
    return packet
