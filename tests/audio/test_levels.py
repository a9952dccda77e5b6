import numpy as np
import pytest

from tests.audio.signals import noise, sine
from voice.audio.levels import SILENCE_DBFS, first_audible, level_dbfs


def test_a_full_scale_sine_is_three_db_below_full_scale() -> None:
    assert level_dbfs(sine(1000, 48_000, 0.1, peak=32767)) == pytest.approx(-3.01, abs=0.01)


def test_half_the_amplitude_is_six_db_less() -> None:
    loud, soft = sine(500, 24_000, 0.1, peak=20000), sine(500, 24_000, 0.1, peak=10000)
    assert level_dbfs(loud) - level_dbfs(soft) == pytest.approx(6.02, abs=0.01)


@pytest.mark.parametrize("samples", [np.empty(0, np.int16), np.zeros(960, np.int16)])
def test_nothing_and_zeros_are_silence(samples: np.ndarray) -> None:
    assert level_dbfs(samples) == SILENCE_DBFS


def test_full_scale_negative_samples_do_not_overflow() -> None:
    assert level_dbfs(np.full(960, -32768, np.int16)) == pytest.approx(0.0, abs=0.001)


def test_the_shape_does_not_matter() -> None:
    samples = noise(960)
    assert level_dbfs(samples.reshape(1, -1)) == level_dbfs(samples)


def test_one_loud_window_among_silence_is_audible() -> None:
    samples = np.zeros(960, np.int16)
    samples[500:980] = 400
    assert first_audible(samples, window=480) == 480


def test_room_tone_is_not_audible() -> None:
    assert first_audible(noise(4800, rms=60), window=480) is None
