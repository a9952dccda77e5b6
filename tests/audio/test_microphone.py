import logging
import threading

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame

from tests.audio.signals import Pcm, frame_of, noise, samples_of, sine, tone_dbfs
from voice.audio.handover import ChunkQueue
from voice.audio.levels import SILENCE_DBFS
from voice.audio.microphone import CHUNK_BYTES, Microphone

FRAME = 960


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def queue() -> ChunkQueue:
    return ChunkQueue(1000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def microphone(queue: ChunkQueue, clock: Clock) -> Microphone:
    return Microphone(queue, clock=clock)


def feed(microphone: Microphone, samples: Pcm, layout: str = "stereo", rate_hz: int = 48_000) -> None:
    step = rate_hz // 50
    for start in range(0, len(samples), step):
        microphone.on_frame(frame_of(samples[start : start + step], rate_hz, layout))


async def drain(queue: ChunkQueue) -> list[bytes]:
    return [await queue.get() or b"" for _ in range(len(queue))]


async def test_chunks_are_exactly_twenty_milliseconds(microphone: Microphone, queue: ChunkQueue) -> None:
    feed(microphone, noise(48_000))
    chunks = await drain(queue)
    assert {len(chunk) for chunk in chunks} == {CHUNK_BYTES} == {960}
    # One chunk less than frames: the filter holds 1.4 ms.
    assert len(chunks) == 49


@pytest.mark.parametrize("layout", ["mono", "stereo"])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 24_000, 44_100, 48_000])
async def test_a_tone_keeps_frequency_and_level(
    microphone: Microphone, queue: ChunkQueue, layout: str, rate_hz: int
) -> None:
    tone = sine(1000, rate_hz, 1)
    feed(microphone, tone, layout, rate_hz)
    out = samples_of(b"".join(await drain(queue)))[1000:]
    assert tone_dbfs(out, 24_000, 1000) == pytest.approx(tone_dbfs(tone, rate_hz, 1000), abs=0.05)
    assert microphone.frames_malformed == 0


async def test_frames_of_any_length_make_even_chunks(microphone: Microphone, queue: ChunkQueue) -> None:
    for length in (1, 2880, 17, 960, 5000):
        microphone.on_frame(frame_of(noise(length)))
    assert {len(chunk) for chunk in await drain(queue)} == {CHUNK_BYTES}


async def test_a_change_of_rate_in_mid_call_is_followed(microphone: Microphone, queue: ChunkQueue) -> None:
    feed(microphone, sine(1000, 48_000, 0.5), rate_hz=48_000)
    feed(microphone, sine(1000, 16_000, 0.5), "mono", rate_hz=16_000)
    out = samples_of(b"".join(await drain(queue))[-CHUNK_BYTES * 10 :])
    assert tone_dbfs(out, 24_000, 1000) == pytest.approx(20 * np.log10(16000 / 32768), abs=0.1)


async def test_muted_sends_only_zeros_at_the_same_pace(microphone: Microphone, queue: ChunkQueue) -> None:
    feed(microphone, noise(FRAME * 10))
    microphone.muted = True
    await drain(queue)
    feed(microphone, noise(FRAME * 50))
    chunks = await drain(queue)
    assert chunks == [bytes(CHUNK_BYTES)] * 50


async def test_nothing_said_while_muted_is_heard_after_unmuting(
    microphone: Microphone, queue: ChunkQueue
) -> None:
    microphone.muted = True
    feed(microphone, noise(FRAME * 10))
    microphone.muted = False
    feed(microphone, np.zeros(FRAME * 10, np.int16))
    assert set(b"".join(await drain(queue))) == {0}


async def test_sound_returns_after_unmuting(microphone: Microphone, queue: ChunkQueue) -> None:
    microphone.muted = True
    feed(microphone, noise(FRAME * 2))
    microphone.muted = False
    feed(microphone, noise(FRAME * 3))
    assert any((await drain(queue))[-1])
    assert microphone.level_dbfs > -40


async def test_once_the_mute_call_has_returned_no_sound_follows(
    microphone: Microphone, queue: ChunkQueue
) -> None:
    stop = threading.Event()

    def speak() -> None:
        while not stop.is_set():
            microphone.on_frame(frame_of(noise(FRAME)))

    thread = threading.Thread(target=speak)
    thread.start()
    leaked = 0
    for _ in range(50):
        microphone.muted = False
        await queue.get()
        microphone.muted = True
        queue.clear()
        leaked += any(await queue.get() or b"")
        leaked += any(await queue.get() or b"")
    stop.set()
    thread.join()
    assert leaked == 0


async def test_the_level_is_that_of_the_last_chunk_and_silence_while_muted(microphone: Microphone) -> None:
    assert microphone.level_dbfs == SILENCE_DBFS
    feed(microphone, sine(1000, 48_000, 0.1))
    assert microphone.level_dbfs == pytest.approx(-9.2, abs=0.2)
    microphone.muted = True
    assert microphone.level_dbfs == SILENCE_DBFS
    feed(microphone, sine(1000, 48_000, 0.1))
    assert microphone.level_dbfs == SILENCE_DBFS


def test_signs_of_life_follow_the_frames(microphone: Microphone, clock: Clock) -> None:
    seen = [microphone.last_frame_at]
    for clock.now in (100.0, 101.5):
        microphone.on_frame(frame_of(noise(FRAME)))
        seen.append(microphone.last_frame_at)
    assert seen == [None, 100.0, 101.5]
    assert microphone.frames_received == 2


def test_the_first_good_frame_is_told_once(queue: ChunkQueue, clock: Clock) -> None:
    calls: list[float] = []
    microphone = Microphone(queue, clock=clock, on_started=lambda: calls.append(clock.now))
    microphone.on_frame(AudioFrame("s16", "mono", 0))
    assert calls == []
    for _ in range(3):
        microphone.on_frame(frame_of(noise(FRAME)))
    assert calls == [100.0]


def bad_frames() -> list[object]:
    no_rate = AudioFrame.from_ndarray(np.zeros((1, 10), np.int16), "s16", "mono")
    return [no_rate, AudioFrame("s64", "mono", 10), av.VideoFrame(16, 16, "rgb24"), None]


@pytest.mark.parametrize("bad", bad_frames(), ids=["no rate", "odd format", "video", "none"])
async def test_a_malformed_frame_is_counted_and_the_next_one_converted(
    microphone: Microphone, queue: ChunkQueue, bad: AudioFrame, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        microphone.on_frame(bad)
        microphone.on_frame(bad)
    assert microphone.frames_malformed == 2
    assert microphone.last_frame_at is None
    assert len(caplog.records) == 1
    feed(microphone, noise(FRAME * 3))
    assert len(await drain(queue)) == 2
