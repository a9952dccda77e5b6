"""What is kept of the sound of an utterance."""

import numpy as np

from voice.agent.utterance import PRE_ROLL_MS, Utterance
from voice.agent.vad import FRAME_MS, FRAME_SAMPLES


def frame(value: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.full(FRAME_SAMPLES, value, np.float32)


def frame_values(utterance: Utterance) -> list[float]:
    segments = utterance.segments()
    signal = np.concatenate(segments) if segments else np.empty(0, np.float32)
    return [float(value) for value in signal[::FRAME_SAMPLES]]


def test_the_sound_just_before_the_turn_is_part_of_it() -> None:
    utterance = Utterance()
    for value in range(100):
        utterance.wait(frame(value))
    utterance.add(frame(100), silence_ms=0)
    assert frame_values(utterance) == list(range(100 - PRE_ROLL_MS // FRAME_MS, 101))


def test_a_long_onset_is_kept_whole() -> None:
    utterance = Utterance()
    for value in range(30):
        utterance.wait(frame(value), onset_pending=True)
    utterance.add(frame(30), silence_ms=0)
    assert frame_values(utterance) == list(range(31))


def test_waiting_sound_is_bounded_even_while_an_onset_never_ends() -> None:
    utterance = Utterance()
    for value in range(5000):
        utterance.wait(frame(value), onset_pending=True)
    utterance.add(frame(0), silence_ms=0)
    assert len(frame_values(utterance)) * FRAME_MS < 16_000


def test_a_long_pause_is_shortened_but_the_next_word_keeps_its_beginning() -> None:
    utterance = Utterance()
    utterance.add(frame(-1), silence_ms=0)
    for count in range(1, 101):
        utterance.add(frame(count), silence_ms=count * FRAME_MS)
    utterance.add(frame(200), silence_ms=0)
    kept = frame_values(utterance)
    assert kept[:2] == [-1, 1]
    assert kept[-3:] == [99, 100, 200]
    assert len(kept) < 30


def test_a_long_utterance_is_closed_off_in_segments_that_stay() -> None:
    utterance = Utterance()
    noise = np.random.default_rng(7).standard_normal((2000, FRAME_SAMPLES)).astype(np.float32)
    seen: list[int] = []
    for part in noise:
        utterance.add(part, silence_ms=0)
        lengths = [len(segment) for segment in utterance.segments()]
        assert lengths[: len(seen)] == seen
        assert max(lengths) <= 12 * 16_000
        seen = lengths[:-1]
    assert len(seen) >= 5
    np.testing.assert_array_equal(np.concatenate(utterance.segments()), noise.reshape(-1))


def test_clearing_drops_the_utterance_but_not_the_pre_roll() -> None:
    utterance = Utterance()
    utterance.add(frame(1), silence_ms=0)
    utterance.wait(frame(2))
    utterance.clear()
    utterance.add(frame(3), silence_ms=0)
    assert frame_values(utterance) == [2, 3]
