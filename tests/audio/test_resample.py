import numpy as np
import pytest

from tests.audio.signals import Pcm, noise, sine, tone_dbfs
from voice.audio.levels import level_dbfs
from voice.audio.resample import Resampler

RATES = [(48_000, 24_000), (24_000, 48_000), (22_050, 24_000), (24_000, 16_000), (8_000, 16_000)]
# The first and last part of an output hold the filter's own start and end.
EDGE = 500


def convert(samples: Pcm, in_rate_hz: int, out_rate_hz: int) -> Pcm:
    resampler = Resampler(in_rate_hz, out_rate_hz)
    return np.concatenate((resampler.process(samples), resampler.flush()))


@pytest.mark.parametrize("frequency_hz", [12_250, 13_000, 17_000, 23_000])
def test_what_would_fold_into_the_band_is_rejected_by_80_db(frequency_hz: float) -> None:
    tone = sine(frequency_hz, 48_000, 1)
    assert level_dbfs(convert(tone, 48_000, 24_000)[EDGE:-EDGE]) < level_dbfs(tone) - 80


def test_images_above_speech_are_rejected_by_80_db_on_the_way_up() -> None:
    out = convert(sine(9_000, 24_000, 1), 24_000, 48_000)
    assert tone_dbfs(out, 48_000, 15_000) < tone_dbfs(out, 48_000, 9_000) - 80


@pytest.mark.parametrize(("in_rate_hz", "out_rate_hz"), RATES)
@pytest.mark.parametrize("share_of_band", [0.01, 0.25, 0.5, 0.75])
def test_the_pass_band_is_flat_to_a_tenth_of_a_decibel(
    in_rate_hz: int, out_rate_hz: int, share_of_band: float
) -> None:
    frequency_hz = share_of_band * min(in_rate_hz, out_rate_hz) / 2
    tone = sine(frequency_hz, in_rate_hz, 1)
    out = convert(tone, in_rate_hz, out_rate_hz)
    gain_db = tone_dbfs(out, out_rate_hz, frequency_hz) - tone_dbfs(tone, in_rate_hz, frequency_hz)
    assert abs(gain_db) < 0.1


@pytest.mark.parametrize(("in_rate_hz", "out_rate_hz"), RATES)
def test_the_total_length_is_exact_once_flushed(in_rate_hz: int, out_rate_hz: int) -> None:
    assert len(convert(noise(in_rate_hz * 2), in_rate_hz, out_rate_hz)) == out_rate_hz * 2


@pytest.mark.parametrize(("in_rate_hz", "out_rate_hz"), RATES)
def test_the_result_does_not_depend_on_how_the_input_is_cut(in_rate_hz: int, out_rate_hz: int) -> None:
    samples = noise(in_rate_hz)
    cuts = np.cumsum(np.random.default_rng(2).integers(0, 700, 100))
    resampler = Resampler(in_rate_hz, out_rate_hz)
    parts = [resampler.process(part) for part in np.split(samples, cuts)]
    parts.append(resampler.flush())
    np.testing.assert_array_equal(np.concatenate(parts), convert(samples, in_rate_hz, out_rate_hz))


@pytest.mark.parametrize(("in_rate_hz", "out_rate_hz"), RATES[:3])
def test_no_more_than_two_milliseconds_are_held_back(in_rate_hz: int, out_rate_hz: int) -> None:
    ready = Resampler(in_rate_hz, out_rate_hz).process(noise(in_rate_hz))
    held_ms = (out_rate_hz - len(ready)) * 1000 / out_rate_hz
    assert 0 < held_ms < 2


def test_an_impulse_stays_at_its_time() -> None:
    samples = np.zeros(48_000, np.int16)
    samples[24_000] = 30_000
    assert int(np.argmax(np.abs(convert(samples, 48_000, 24_000)))) == 12_000


def test_equal_rates_change_nothing() -> None:
    samples = noise(24_000)
    np.testing.assert_array_equal(convert(samples, 24_000, 24_000), samples)


def test_full_scale_clips_and_does_not_wrap() -> None:
    square = np.sign(sine(997, 24_000, 1)).astype(np.int16) * 32767
    out = convert(square.astype(np.int16), 24_000, 48_000)
    steps = np.abs(np.diff(out.astype(np.int32)))
    assert steps.max() < 60_000


def test_empty_input_gives_empty_output_even_when_flushed() -> None:
    resampler = Resampler(48_000, 24_000)
    assert len(resampler.process(np.empty(0, np.int16))) == 0
    assert len(resampler.flush()) == 0
    assert len(resampler.flush()) == 0


def test_a_flushed_resampler_says_that_it_is_spent() -> None:
    resampler = Resampler(48_000, 24_000)
    resampler.flush()
    with pytest.raises(ValueError, match="flushed"):
        resampler.process(noise(10))


@pytest.mark.parametrize("samples", [np.zeros(10, np.float32), np.zeros((2, 5), np.int16)])
def test_anything_but_mono_int16_is_refused(samples: np.ndarray) -> None:
    with pytest.raises(ValueError, match="mono int16"):
        Resampler(48_000, 24_000).process(samples)


@pytest.mark.parametrize("rates", [(0, 24_000), (48_000, -1)])
def test_a_rate_that_is_not_positive_is_refused(rates: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="positive"):
        Resampler(*rates)
