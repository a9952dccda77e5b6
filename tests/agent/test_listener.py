"""The ears of a call, with scripted voice activity and words, and once with the real models."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import jiwer
import numpy as np
import pytest

from tests.support.speech import WORDS, plain_words, read_clip
from voice.agent.listener import (
    BargeIn,
    FinalTranscript,
    Listener,
    ListenerEvent,
    PartialTranscript,
    SpeechStarted,
    SpeechStopped,
)
from voice.agent.listener_config import ListenerConfig
from voice.agent.recognizer import RecognitionFailed, Samples, shared_recognizer
from voice.agent.utterance import Signal

RATE_HZ = 24_000


class SpokenSamples:
    """Takes any loud frame for speech, so that a test draws its turns with plain levels."""

    def __call__(self, frame: Signal) -> float:
        return 0.95 if float(np.max(np.abs(frame))) > 0.1 else 0.02


class CountingRecognizer:
    """Answers with the seconds of loud sound it was given, as a sentence."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, Sequence[str]]] = []
        self.threads: set[int] = set()
        self.finished = threading.Semaphore(0)

    def transcribe(self, samples: Samples, keyterms: Sequence[str] = ()) -> str:
        self.calls.append((len(samples), tuple(keyterms)))
        self.threads.add(threading.get_ident())
        loud_ms = int(np.sum(np.abs(samples) > 0.1) / 16)
        self.finished.release()
        return f"Heard {round(loud_ms, -2)}." if loud_ms else ""


def sound(duration_ms: int, level: int = 20_000) -> bytes:
    return np.full(RATE_HZ * duration_ms // 1000, level, np.int16).tobytes()


def silence(duration_ms: int) -> bytes:
    return sound(duration_ms, 0)


async def hear(listener: Listener, pcm: bytes, chunk_bytes: int = 2400) -> list[ListenerEvent]:
    return [
        event
        for start in range(0, len(pcm), chunk_bytes)
        async for event in listener.feed(pcm[start : start + chunk_bytes])
    ]


@asynccontextmanager
async def listening(
    config: ListenerConfig | None = None, recognizer: CountingRecognizer | None = None
) -> AsyncIterator[Listener]:
    listener = Listener(
        recognizer or CountingRecognizer(), config or ListenerConfig(), speech_probability=SpokenSamples()
    )
    try:
        yield listener
    finally:
        await listener.aclose()


def turn_events(events: list[ListenerEvent]) -> list[type[ListenerEvent]]:
    return [type(event) for event in events if not isinstance(event, PartialTranscript)]


WHOLE_TURN = [SpeechStarted, SpeechStopped, FinalTranscript]


async def test_a_turn_is_started_stopped_and_transcribed_in_that_order() -> None:
    async with listening() as listener:
        events = await hear(listener, silence(500) + sound(1000) + silence(1000))
    assert turn_events(events) == WHOLE_TURN
    started, stopped, final = (event for event in events if not isinstance(event, PartialTranscript))
    assert isinstance(started, SpeechStarted)
    assert isinstance(stopped, SpeechStopped)
    assert isinstance(final, FinalTranscript)
    assert abs(started.onset_ms - 500) <= 32
    assert abs(stopped.speech_end_ms - 1500) <= 64
    assert 600 <= stopped.decided_ms - stopped.speech_end_ms <= 640
    assert final.text == "Heard 1000."


@pytest.mark.parametrize("chunk_bytes", [61, 333, 960, 1_000_000])
async def test_turns_do_not_depend_on_how_the_sound_is_cut(chunk_bytes: int) -> None:
    async with listening() as listener:
        events = await hear(listener, silence(200) + sound(400) + silence(800), chunk_bytes)
    assert turn_events(events) == WHOLE_TURN
    assert isinstance(events[-1], FinalTranscript)
    assert events[-1].text == "Heard 400."


async def test_the_first_sounds_of_a_turn_reach_recognition() -> None:
    recognizer = CountingRecognizer()
    async with listening(recognizer=recognizer) as listener:
        await hear(listener, silence(1000) + sound(300) + silence(800))
    assert max(samples for samples, _ in recognizer.calls) >= 16 * (300 + 250)


async def test_partial_transcripts_grow_while_the_person_speaks() -> None:
    recognizer = CountingRecognizer()
    async with listening(recognizer=recognizer) as listener:
        partials = []
        for _ in range(8):
            events = await hear(listener, sound(640))
            partials += [event.text for event in events if isinstance(event, PartialTranscript)]
            # A busy machine may take longer over a recognition than over feeding the next sound.
            await asyncio.to_thread(recognizer.finished.acquire, timeout=10)
    heard_ms = [int(text.removeprefix("Heard ").removesuffix(".")) for text in partials]
    assert len(heard_ms) > 3
    assert heard_ms == sorted(heard_ms)


class GatedRecognizer(CountingRecognizer):
    """Holds each recognition until the test lets it go."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.running = 0
        self.most_at_once = 0

    def transcribe(self, samples: Samples, keyterms: Sequence[str] = ()) -> str:
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        self.gate.wait()
        self.running -= 1
        return super().transcribe(samples, keyterms)


async def test_slow_recognition_is_never_queued_up_and_never_holds_the_loop() -> None:
    recognizer = GatedRecognizer()
    async with listening(recognizer=recognizer) as listener:
        assert turn_events(await hear(listener, sound(10_000))) == [SpeechStarted]
        assert recognizer.calls == []
        recognizer.gate.set()
        await hear(listener, silence(1000))
    assert recognizer.most_at_once == 1
    assert len(recognizer.calls) <= 5
    assert threading.get_ident() not in recognizer.threads


async def test_the_final_transcript_reuses_what_was_recognised_when_the_silence_began() -> None:
    recognizer = CountingRecognizer()
    async with listening(ListenerConfig(transcription_mode="max_accuracy"), recognizer) as listener:
        await hear(listener, sound(300) + silence(800))
        await asyncio.to_thread(recognizer.finished.acquire, timeout=10)
        before = len(recognizer.calls)
        events = await hear(listener, silence(400))
    assert turn_events(events) == [SpeechStopped, FinalTranscript]
    assert len(recognizer.calls) == before == 1


async def test_speech_after_a_pause_is_part_of_the_final_transcript() -> None:
    async with listening() as listener:
        events = await hear(listener, sound(800) + silence(400) + sound(800) + silence(1000))
    assert turn_events(events) == WHOLE_TURN
    assert events[-1] == FinalTranscript("Heard 1600.")


async def test_a_turn_without_words_ends_with_an_empty_transcript() -> None:
    class Deaf(CountingRecognizer):
        def transcribe(self, samples: Samples, keyterms: Sequence[str] = ()) -> str:
            return ""

    async with listening(recognizer=Deaf()) as listener:
        events = await hear(listener, sound(400) + silence(1000))
    assert turn_events(events) == WHOLE_TURN
    assert events[-1] == FinalTranscript("")


async def test_failed_recognition_ends_the_turn_without_words_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failing(CountingRecognizer):
        def transcribe(self, samples: Samples, keyterms: Sequence[str] = ()) -> str:
            raise RecognitionFailed("no memory")

    async with listening(recognizer=Failing()) as listener:
        events = await hear(listener, sound(400) + silence(1000))
    assert events[-1] == FinalTranscript("")
    assert "was not recognised" in caplog.text


async def test_an_unexpected_error_of_recognition_is_not_swallowed() -> None:
    class Broken(CountingRecognizer):
        def transcribe(self, samples: Samples, keyterms: Sequence[str] = ()) -> str:
            raise ZeroDivisionError

    async with listening(recognizer=Broken()) as listener:
        with pytest.raises(ZeroDivisionError):
            await hear(listener, sound(200) + silence(1000))


async def test_speech_over_the_agent_is_a_barge_in_with_all_its_words() -> None:
    async with listening(ListenerConfig(interruption_delay_ms=1000)) as listener:
        listener.agent_speaking = True
        events = await hear(listener, silence(300) + sound(1500))
        assert turn_events(events) == [SpeechStarted, BargeIn]
        listener.agent_speaking = False
        events = await hear(listener, silence(1000))
    assert turn_events(events) == [SpeechStopped, FinalTranscript]
    assert events[-1] == FinalTranscript("Heard 1500.")


async def test_settings_changed_in_mid_turn_act_on_that_turn() -> None:
    async with listening(
        ListenerConfig(adaptive=False, min_silence_ms=5000, max_silence_ms=9000)
    ) as listener:
        assert turn_events(await hear(listener, sound(400) + silence(1000))) == [SpeechStarted]
        listener.reconfigure(ListenerConfig(adaptive=False, min_silence_ms=200, max_silence_ms=400))
        assert turn_events(await hear(listener, silence(64))) == [SpeechStopped, FinalTranscript]


async def test_keyterms_reach_the_recognizer() -> None:
    recognizer = CountingRecognizer()
    async with listening(ListenerConfig(keyterms=("Parley",)), recognizer) as listener:
        await hear(listener, sound(400) + silence(1000))
    assert {keyterms for _, keyterms in recognizer.calls} == {("Parley",)}


async def test_a_very_long_turn_is_recognised_in_parts_and_then_cut() -> None:
    recognizer = CountingRecognizer()
    async with listening(recognizer=recognizer) as listener:
        events = await hear(listener, sound(121_000) + silence(1000), 48_000)
    assert turn_events(events)[:3] == WHOLE_TURN
    assert max(samples for samples, _ in recognizer.calls) <= 12 * 16_000


@pytest.mark.parametrize(("rate_hz", "name"), [(24_000, "goforward"), (8_000, "austen_0930")])
async def test_a_real_clip_is_heard_as_one_turn(rate_hz: int, name: str) -> None:
    clip = read_clip(name, rate_hz)
    quiet = np.zeros(rate_hz, np.int16)
    listener = Listener(shared_recognizer(), ListenerConfig(), in_rate_hz=rate_hz)
    events = await hear(listener, np.concatenate([quiet, clip, quiet]).tobytes())
    await listener.aclose()
    assert turn_events(events) == WHOLE_TURN
    assert isinstance(events[-1], FinalTranscript)
    # The silence that recognition is given varies with its pace by a frame or two, and with it a word.
    assert jiwer.wer(WORDS[name], plain_words(events[-1].text)) <= 0.25
