"""Pitch: the right one, one that is off, none."""

import numpy as np
import pytest

from voice.checks.tone import frequency_hz

RATE_HZ = 24_000


@pytest.mark.parametrize("hz", [200.0, 441.7, 1000.0, 3999.0])
def test_the_pitch_of_a_tone_is_found_to_a_hertz(hz: float) -> None:
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    samples = (8000 * np.sin(2 * np.pi * hz * time_s)).astype(np.int16)
    assert frequency_hz(samples, RATE_HZ) == pytest.approx(hz, abs=1.0)


def test_samples_taken_for_those_of_another_rate_are_off_by_as_much() -> None:
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    samples = (8000 * np.sin(2 * np.pi * 1000 * time_s)).astype(np.int16)
    assert frequency_hz(samples, 16_000) == pytest.approx(667, abs=1.0)


@pytest.mark.parametrize("samples", [np.zeros(12_000, np.int16), np.full(100, 9000, np.int16)])
def test_silence_and_a_snippet_have_no_pitch(samples: np.ndarray) -> None:
    assert frequency_hz(samples, RATE_HZ) is None
