"""A probe over real WebRTC on loopback: its tone, what it counts, and that it ends."""

import asyncio
import fractions
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from av.audio.frame import AudioFrame

from voice.checks.media_probe import MediaProbe, UnusableOfferError, kinds_of_candidates

RATE_HZ = 48_000
FRAME_SAMPLES = 960
TONE_HZ = 1000.0
DEADLINE_S = 20


class Tone(MediaStreamTrack):
    """A browser's test tone."""

    kind = "audio"

    def __init__(self, amplitude: int = 8000) -> None:
        super().__init__()
        self.amplitude = amplitude
        self.pts = 0

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(FRAME_SAMPLES / RATE_HZ)
        time_s = (self.pts + np.arange(FRAME_SAMPLES)) / RATE_HZ
        samples = (self.amplitude * np.sin(2 * np.pi * TONE_HZ * time_s)).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self.pts, fractions.Fraction(1, RATE_HZ)
        self.pts += FRAME_SAMPLES
        return frame


@asynccontextmanager
async def browser(amplitude: int = 8000) -> AsyncIterator[RTCPeerConnection]:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTrack(Tone(amplitude))
    try:
        yield peer
    finally:
        await peer.close()


async def probed(peer: RTCPeerConnection, probe: MediaProbe) -> float | None:
    await peer.setLocalDescription(await peer.createOffer())
    answer = await probe.answer(peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    async with asyncio.timeout(DEADLINE_S):
        return await probe.tone_hz()


async def test_a_tone_keeps_its_pitch_up_to_where_the_agent_would_hear_it() -> None:
    probe = MediaProbe([])
    async with browser() as peer:
        try:
            assert await probed(peer, probe) == pytest.approx(TONE_HZ, rel=0.02)
            assert probe.offered["host"] >= 1
            assert probe.answered["host"] >= 1
            assert "relay" not in probe.answered
        finally:
            await probe.close()


async def test_silence_has_no_pitch() -> None:
    probe = MediaProbe([])
    async with browser(amplitude=0) as peer:
        try:
            assert await probed(peer, probe) is None
        finally:
            await probe.close()


async def test_closing_ends_the_waiting_for_a_tone_and_may_be_done_twice() -> None:
    probe = MediaProbe([])
    waiting = asyncio.create_task(probe.tone_hz())
    await asyncio.sleep(0)
    await probe.close()
    await probe.close()
    async with asyncio.timeout(DEADLINE_S):
        assert await waiting is None


@pytest.mark.parametrize("offer", ["", "v=0", "nonsense", "v=0\r\nm=audio x y z\r\n"])
async def test_an_offer_that_is_none_is_refused_and_nothing_else_happens(offer: str) -> None:
    probe = MediaProbe([])
    try:
        with pytest.raises(UnusableOfferError):
            await probe.answer(offer)
    finally:
        await probe.close()


def test_candidates_are_counted_by_kind() -> None:
    sdp = (
        "v=0\r\na=candidate:1 1 udp 2 10.0.0.1 5000 typ host\r\n"
        "a=candidate:2 1 udp 1 3.3.3.3 6000 typ relay raddr 1.1.1.1 rport 9\r\n"
        "a=candidate:3 1 tcp 1 10.0.0.1 9 typ host tcptype active\r\n"
    )
    assert kinds_of_candidates(sdp) == {"host": 2, "relay": 1}
