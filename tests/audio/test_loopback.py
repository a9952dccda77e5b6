"""The whole media path between two real peers on loopback: track, Opus, RTP, jitter buffer, microphone.

Nothing here asserts times: the peers run on a machine that may be busy.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable

import aioice.ice
import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, rtcrtpreceiver
from aiortc.jitterbuffer import JitterBuffer as StockJitterBuffer
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import is_rtcp
from av.audio.frame import AudioFrame

from tests.audio.signals import Pcm, noise, samples_of, sine, tone_dbfs
from voice.audio.handover import ChunkQueue
from voice.audio.jitter_buffer import install
from voice.audio.media_leg import read_server
from voice.audio.microphone import CHUNK_SAMPLES, Microphone
from voice.audio.reply_buffer import ReplyBuffer
from voice.audio.reply_track import ReplyTrack

TIMEOUT_S = 30


class UnhurriedClock:
    """Goes on by what was slept and no more: on a busy machine a track that runs by it skips no frame."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def now(self) -> float:
        return self._now_s

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._now_s += seconds


class Uplink:
    """A sender playing `replies`, a receiver feeding `chunks`, and the packets lost between them."""

    def __init__(self) -> None:
        self.replies = ReplyBuffer()
        self.chunks = ChunkQueue(2000)
        self.microphone = Microphone(self.chunks, clock=time.monotonic)
        self.frame_samples: list[int] = []
        self.lost = 0
        no_servers = RTCConfiguration(iceServers=[])
        self._sender = RTCPeerConnection(no_servers)
        self._receiver = RTCPeerConnection(no_servers)
        self._reading: asyncio.Task[None] | None = None

    async def connect(self, loses: Callable[[int], bool]) -> None:
        clock = UnhurriedClock()
        track = ReplyTrack(self.replies, clock=clock.now, sleep=clock.sleep)
        rtp_sender = self._sender.addTrack(track)
        self._receiver.on("track", self._read)
        await self._sender.setLocalDescription(await self._sender.createOffer())
        await self._receiver.setRemoteDescription(self._sender.localDescription)
        await self._receiver.setLocalDescription(await self._receiver.createAnswer())
        self._lose_packets(rtp_sender.transport, loses)
        await self._sender.setRemoteDescription(self._receiver.localDescription)

    def _lose_packets(self, transport: object, loses: Callable[[int], bool]) -> None:
        send = transport._send_rtp  # type: ignore[attr-defined]
        numbers = itertools.count()

        async def send_or_lose(data: bytes) -> None:
            if not is_rtcp(data) and loses(next(numbers)):
                self.lost += 1
                return
            await send(data)

        transport._send_rtp = send_or_lose  # type: ignore[attr-defined]

    def _read(self, track: MediaStreamTrack) -> None:
        async def read() -> None:
            while True:
                try:
                    frame = await track.recv()
                except MediaStreamError:
                    return
                assert isinstance(frame, AudioFrame)
                self.frame_samples.append(frame.samples)
                self.microphone.on_frame(frame)

        self._reading = asyncio.create_task(read())

    async def hear(self, chunks: int) -> Pcm:
        async with asyncio.timeout(TIMEOUT_S):
            return samples_of(b"".join([await self.chunks.get() or b"" for _ in range(chunks)]))

    async def close(self) -> None:
        await self._sender.close()
        await self._receiver.close()
        if self._reading is not None:
            await self._reading


@pytest.fixture
async def uplink(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Uplink]:
    # ICE leaves loopback out otherwise, and a test may use no other interface.
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    monkeypatch.setattr(rtcrtpreceiver, "JitterBuffer", StockJitterBuffer)
    install()
    uplink = Uplink()
    yield uplink
    await uplink.close()


async def test_what_the_agent_says_arrives_at_its_level_and_in_one_piece(uplink: Uplink) -> None:
    await uplink.connect(loses=lambda _: False)
    await uplink.hear(1)
    tone = sine(1000, 24_000, 3)
    uplink.replies.push("a", tone.tobytes())
    heard = await uplink.hear(100)
    start = int(np.argmax(np.abs(heard) > 8000)) + 2 * CHUNK_SAMPLES
    level = tone_dbfs(heard[start : start + 24_000], 24_000, 1000)
    assert level == pytest.approx(tone_dbfs(tone, 24_000, 1000), abs=0.2)
    assert set(uplink.frame_samples) == {960}


async def test_frames_go_on_through_losses_and_each_gap_is_filled(uplink: Uplink) -> None:
    every, first, last = 7, 20, 90
    await uplink.connect(loses=lambda number: first <= number < last and number % every == 0)
    uplink.replies.push("a", noise(24_000 * 4).tobytes())
    heard = await uplink.hear(120)
    assert uplink.lost == 10
    # Each loss leaves as one frame of 60 ms: the concealed packet and the two awaited after it.
    assert uplink.frame_samples.count(2880) == 10
    assert set(uplink.frame_samples) == {960, 2880}
    loudness = [np.abs(chunk).mean() for chunk in np.split(heard, 120)]
    assert min(loudness[5:]) > 100


async def test_what_was_lost_and_made_up_for_is_counted_at_the_receiving_end(uplink: Uplink) -> None:
    await uplink.connect(loses=lambda number: 20 <= number < 90 and number % 7 == 0)
    uplink.replies.push("a", noise(24_000 * 4).tobytes())
    await uplink.hear(120)
    media = await read_server(uplink._receiver)
    assert (media.lost, media.concealed_ms, media.late) == (10, 200, 0)
    assert media.received >= 100
    assert media.jitter_ms is not None


async def test_after_an_outage_sound_returns(uplink: Uplink) -> None:
    outage = range(20, 20 + 70)
    await uplink.connect(loses=lambda number: number in outage)
    uplink.replies.push("a", sine(1000, 24_000, 6).tobytes())
    await uplink.hear(30)
    assert tone_dbfs((await uplink.hear(30))[-CHUNK_SAMPLES * 10 :], 24_000, 1000) > -10
    assert uplink.lost == len(outage)
