import asyncio
from fractions import Fraction

import numpy as np
import pytest
from aiortc.codecs.opus import OpusDecoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import MediaStreamError
from av.audio.frame import AudioFrame

from tests.audio.signals import Pcm, sine, tone_dbfs
from voice.audio.reply_buffer import ReplyBuffer
from voice.audio.reply_track import FRAME_SAMPLES, MAX_CATCH_UP_MS, FramePacer, ReplyTrack


class FakeTime:
    """A clock that sleeping moves on; `stall_s` lets the next sleep end late."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self.stall_s = 0.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds + self.stall_s
        self.stall_s = 0.0


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def buffer() -> ReplyBuffer:
    return ReplyBuffer()


@pytest.fixture
def track(buffer: ReplyBuffer, time: FakeTime) -> ReplyTrack:
    return ReplyTrack(buffer, clock=time.clock, sleep=time.sleep)


async def receive(track: ReplyTrack, packets: int) -> list[Pcm]:
    """Packets as aiortc at the other end decodes them; each of shape (960, 2)."""
    decoder = OpusDecoder()
    frames: list[Pcm] = []
    for _ in range(packets):
        packet = await track.recv()
        assert packet.pts is not None
        decoded = decoder.decode(JitterFrame(bytes(packet), packet.pts))
        frames += [
            frame.to_ndarray().reshape(-1, 2).astype(np.int16)
            for frame in decoded
            if isinstance(frame, AudioFrame)
        ]
    return frames


async def test_both_ears_hear_the_agent_at_its_own_level(track: ReplyTrack, buffer: ReplyBuffer) -> None:
    tone = sine(1000, 24_000, 2)
    buffer.push("a", tone.tobytes())
    heard = np.concatenate(await receive(track, 80))[9600:]
    for ear in (0, 1):
        assert tone_dbfs(heard[:, ear], 48_000, 1000) == pytest.approx(tone_dbfs(tone, 24_000, 1000), abs=0.2)


async def test_a_muted_agent_is_silent_without_a_click_while_its_words_count_as_played(
    track: ReplyTrack, buffer: ReplyBuffer
) -> None:
    buffer.push("a", sine(1000, 24_000, 1).tobytes())
    await receive(track, 10)
    track.muted = True
    muted = np.concatenate(await receive(track, 20))[5 * FRAME_SAMPLES :]
    assert np.abs(muted).max() <= 1
    assert buffer.played_ms("a") == 600
    track.muted = False
    heard = np.concatenate(await receive(track, 10))[2 * FRAME_SAMPLES :]
    assert tone_dbfs(heard[:, 0], 48_000, 1000) > -20


async def test_a_mute_fades_over_one_frame(track: ReplyTrack, buffer: ReplyBuffer) -> None:
    tone = np.full(FRAME_SAMPLES, 10_000, np.int16)
    track.muted = True
    down = track._turned_down(tone)
    assert (down[0], down[-1]) == (10_000, 0)
    assert np.all(np.diff(down.astype(int)) <= 0)
    assert not track._turned_down(tone).any()
    track.muted = False
    assert (track._turned_down(tone)[-1], track._turned_down(tone)[0]) == (10_000, 10_000)


async def test_silence_goes_out_as_silence(track: ReplyTrack) -> None:
    assert np.abs(np.concatenate(await receive(track, 20))).max() <= 1


async def test_timestamps_count_samples_at_48_khz(track: ReplyTrack) -> None:
    packets = [await track.recv() for _ in range(5)]
    assert [packet.pts for packet in packets] == [n * FRAME_SAMPLES for n in range(5)]
    assert {packet.time_base for packet in packets} == {Fraction(1, 48_000)}


async def test_it_waits_first_and_pulls_afterwards(buffer: ReplyBuffer, time: FakeTime) -> None:
    pulled_at: list[float] = []

    class Spy(ReplyBuffer):
        def pull(self, samples: int) -> Pcm:
            pulled_at.append(time.now)
            return super().pull(samples)

    track = ReplyTrack(Spy(), clock=time.clock, sleep=time.sleep)
    for _ in range(3):
        await track.recv()
    assert pulled_at == pytest.approx([1000.0, 1000.02, 1000.04])


async def test_a_flush_while_waiting_takes_effect_in_the_same_packet(
    track: ReplyTrack, buffer: ReplyBuffer, time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer.push("a", sine(1000, 24_000, 1).tobytes())
    await track.recv()

    async def flush_meanwhile(seconds: float) -> None:
        time.now += seconds
        buffer.flush()

    monkeypatch.setattr(track, "_sleep", flush_meanwhile)
    await track.recv()
    assert buffer.played_ms("a") == 20 + 5


async def test_the_schedule_does_not_drift_when_every_sleep_is_late(
    track: ReplyTrack, time: FakeTime
) -> None:
    for _ in range(500):
        time.stall_s = 0.0013
        await track.recv()
    assert time.now == pytest.approx(1000 + 499 * 0.02 + 0.0013, abs=1e-6)
    assert track.frames_skipped == 0


async def test_a_short_stall_is_made_up_for(track: ReplyTrack, time: FakeTime) -> None:
    await track.recv()
    time.stall_s = 0.05
    packets = [await track.recv() for _ in range(5)]
    assert [packet.pts for packet in packets] == [n * FRAME_SAMPLES for n in (1, 2, 3, 4, 5)]
    assert track.frames_skipped == 0
    assert time.now == pytest.approx(1000.1)


async def test_a_long_stall_is_skipped_without_a_burst_and_loses_no_reply_audio(
    track: ReplyTrack, buffer: ReplyBuffer, time: FakeTime
) -> None:
    buffer.push("a", sine(1000, 24_000, 2).tobytes())
    await track.recv()
    time.stall_s = 1.005
    time.slept.clear()
    packets = [await track.recv() for _ in range(4)]
    assert [packet.pts for packet in packets] == [n * FRAME_SAMPLES for n in (51, 52, 53, 54)]
    assert time.slept == pytest.approx([0.02, 0.015, 0.02, 0.02])
    assert track.frames_skipped == 50
    assert buffer.played_ms("a") == 100


async def test_a_stopped_track_ends(track: ReplyTrack) -> None:
    await track.recv()
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()


async def test_stopping_while_waiting_pulls_no_more(buffer: ReplyBuffer, time: FakeTime) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def sleep(_seconds: float) -> None:
        entered.set()
        await leave.wait()

    track = ReplyTrack(buffer, clock=time.clock, sleep=sleep)
    await track.recv()
    buffer.push("a", sine(1000, 24_000, 1).tobytes())
    waiting = asyncio.create_task(track.recv())
    await entered.wait()
    track.stop()
    leave.set()
    with pytest.raises(MediaStreamError):
        await waiting
    assert buffer.played_ms("a") == 0


@pytest.mark.parametrize("late_ms", range(0, 400, 7))
def test_after_any_stall_the_next_frame_is_never_later_than_may_be_caught_up(late_ms: int) -> None:
    pacer = FramePacer()
    pacer.wait_s(0.0)
    pacer.take(0.0)
    now_s = 0.02 + late_ms / 1000
    index = pacer.take(now_s)
    behind_ms = now_s * 1000 - index * 20
    assert -0.001 <= behind_ms <= MAX_CATCH_UP_MS + 0.001
    assert pacer.skipped == index - 1
