"""Recognition of real clips, and silence where nothing is said."""

import sys
from concurrent.futures import ThreadPoolExecutor

import jiwer
import numpy as np
import pytest

from tests.support.speech import RECOGNIZER_RATE_HZ, WORDS, plain_words, read_clip
from voice.agent import recognizer
from voice.agent.recognizer import (
    MAX_SEGMENT_SAMPLES,
    MoonshineRecognizer,
    RecognitionFailed,
    RecognitionUnavailable,
    collapse_loops,
    quietest_point,
    shared_recognizer,
    split_at_quiet,
)


@pytest.fixture(scope="module")
def moonshine() -> MoonshineRecognizer:
    return shared_recognizer()


def test_real_clips_are_recognised(moonshine: MoonshineRecognizer) -> None:
    heard = [plain_words(moonshine.transcribe(read_clip(name, RECOGNIZER_RATE_HZ))) for name in WORDS]
    assert jiwer.wer(list(WORDS.values()), heard) < 0.1


def test_float_and_integer_samples_say_the_same(moonshine: MoonshineRecognizer) -> None:
    samples = read_clip("goforward", RECOGNIZER_RATE_HZ)
    as_float = samples.astype(np.float32) / np.float32(32768)
    assert moonshine.transcribe(samples) == moonshine.transcribe(as_float) != ""


def test_keyterms_correct_what_was_heard(moonshine: MoonshineRecognizer) -> None:
    text = moonshine.transcribe(read_clip("austen_0930", RECOGNIZER_RATE_HZ), ["Amyable"])
    assert "Amyable" in text


@pytest.mark.parametrize("amplitude", [0.0, 0.0001, 0.01, 0.1])
@pytest.mark.parametrize("samples", [0, 800, 48_000])
def test_silence_and_noise_have_no_words(
    moonshine: MoonshineRecognizer, amplitude: float, samples: int
) -> None:
    noise = np.random.default_rng(3).standard_normal(samples) * amplitude
    assert moonshine.transcribe(noise.astype(np.float32)) == ""


def test_a_tone_has_no_words(moonshine: MoonshineRecognizer) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(32_000) / 16_000)
    assert moonshine.transcribe(tone.astype(np.float32)) == ""


def test_sound_longer_than_a_segment_keeps_all_its_words(moonshine: MoonshineRecognizer) -> None:
    clips = [read_clip(name, RECOGNIZER_RATE_HZ) for name in ("goforward", "austen_0930")] * 3
    long = np.concatenate([part for clip in clips for part in (clip, np.zeros(8000, np.int16))])
    assert len(long) > MAX_SEGMENT_SAMPLES
    text = plain_words(moonshine.transcribe(long))
    assert text.count("forward") == 3
    assert text.count("himself") == 3


def test_concurrent_callers_each_get_their_own_words(moonshine: MoonshineRecognizer) -> None:
    names = ["goforward", "austen_0930"] * 2
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda name: moonshine.transcribe(read_clip(name, RECOGNIZER_RATE_HZ)), names))
    assert texts == [moonshine.transcribe(read_clip(name, RECOGNIZER_RATE_HZ)) for name in names]


def test_segments_are_cut_in_the_pause() -> None:
    signal = np.random.default_rng(5).standard_normal(30_000).astype(np.float32)
    signal[14_000:16_000] = 0
    first, second = split_at_quiet(signal, 20_000)
    assert 14_000 <= len(first) <= 16_000
    np.testing.assert_array_equal(np.concatenate([first, second]), signal)


def test_the_quietest_point_lies_within_the_bounds() -> None:
    assert 100 <= quietest_point(np.zeros(5000, np.float32), 100, 4000) < 4000


def test_loops_at_an_inhuman_rate_are_cut() -> None:
    assert collapse_loops("and the " * 40, 2.0) == "and the"


def test_a_person_may_repeat_themselves() -> None:
    assert collapse_loops("no no no no", 2.0) == "no no no no"


def test_a_platform_without_the_model_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "moonshine_voice.transcriber", None)
    with pytest.raises(RecognitionUnavailable, match="Set ASSEMBLYAI_API_KEY"):
        MoonshineRecognizer()


def test_a_model_error_is_reported_as_a_failed_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def transcribe_without_streaming(self, samples: list[float], rate_hz: int) -> None:
            raise OSError("out of memory")

    monkeypatch.setattr(recognizer, "_load_transcriber", Broken)
    with pytest.raises(RecognitionFailed, match="out of memory"):
        MoonshineRecognizer().transcribe(read_clip("goforward", RECOGNIZER_RATE_HZ))
