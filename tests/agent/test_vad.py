"""The voice activity model on real speech, on silence and on noise."""

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.speech import RECOGNIZER_RATE_HZ, read_clip
from voice.agent.vad import FRAME_SAMPLES, SpeechProbability


def probabilities(detector: SpeechProbability, signal: npt.NDArray[np.float32]) -> list[float]:
    starts = range(0, len(signal) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    return [detector(signal[start : start + FRAME_SAMPLES]) for start in starts]


def speech() -> npt.NDArray[np.float32]:
    return read_clip("austen_0930", RECOGNIZER_RATE_HZ).astype(np.float32) / np.float32(32768)


def test_speech_is_told_from_the_silence_around_it() -> None:
    levels = probabilities(SpeechProbability(), speech())
    assert max(levels) > 0.9
    assert levels[0] < 0.2
    assert sum(level > 0.5 for level in levels) > len(levels) / 2


@pytest.mark.parametrize("amplitude", [0.0, 0.001, 0.1])
def test_silence_and_noise_are_not_speech(amplitude: float) -> None:
    noise = np.random.default_rng(1).standard_normal(16_000).astype(np.float32) * np.float32(amplitude)
    assert max(probabilities(SpeechProbability(), noise)) < 0.5


def test_calls_do_not_hear_each_other() -> None:
    alone, between = SpeechProbability(), SpeechProbability()
    signal = speech()
    expected = probabilities(alone, signal)
    heard = []
    other = SpeechProbability()
    for start in range(0, len(signal) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        heard.append(between(signal[start : start + FRAME_SAMPLES]))
        other(np.zeros(FRAME_SAMPLES, np.float32))
    assert heard == expected


def test_reset_forgets_what_was_heard() -> None:
    detector = SpeechProbability()
    first = probabilities(detector, speech())
    detector.reset()
    assert probabilities(detector, speech()) == first


def test_a_frame_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(512,\)"):
        SpeechProbability()(np.zeros(480, np.float32))
