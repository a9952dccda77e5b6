import numpy as np
import pytest
from av.audio.frame import AudioFrame

from tests.audio.signals import sine
from voice.audio.frames import mono_samples

TONE = sine(440, 48_000, 0.02)


@pytest.mark.parametrize(
    ("sample_format", "values"),
    [
        ("s16", TONE),
        ("s16p", TONE),
        ("s32", TONE.astype(np.int32) << 16),
        ("s32p", TONE.astype(np.int32) << 16),
        ("flt", TONE.astype(np.float32) / 32768),
        ("fltp", TONE.astype(np.float32) / 32768),
        ("dbl", TONE.astype(np.float64) / 32768),
        ("dblp", TONE.astype(np.float64) / 32768),
    ],
)
@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1"])
def test_every_sample_format_and_layout_keeps_the_samples(
    sample_format: str, values: np.ndarray, layout: str
) -> None:
    channels = {"mono": 1, "stereo": 2, "5.1": 6}[layout]
    planes = np.tile(values, (channels, 1))
    array = planes if sample_format.endswith("p") else planes.T.reshape(1, -1)
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(array), sample_format, layout)
    np.testing.assert_array_equal(mono_samples(frame), TONE)


def test_unsigned_bytes_are_centred() -> None:
    frame = AudioFrame.from_ndarray(np.array([[0, 128, 255]], np.uint8), "u8", "mono")
    np.testing.assert_array_equal(mono_samples(frame), [-32768, 0, 32512])


def test_stereo_is_the_mean_of_both_ears() -> None:
    array = np.array([[1000, 3000, -32768, -32768]], np.int16)
    np.testing.assert_array_equal(
        mono_samples(AudioFrame.from_ndarray(array, "s16", "stereo")), [2000, -32768]
    )


def test_floats_beyond_full_scale_are_clipped() -> None:
    frame = AudioFrame.from_ndarray(np.array([[1.5, -1.5]], np.float32), "flt", "mono")
    np.testing.assert_array_equal(mono_samples(frame), [32767, -32768])


def test_a_format_without_a_known_scale_is_refused() -> None:
    frame = AudioFrame(format="s64", layout="mono", samples=10)
    with pytest.raises(ValueError, match="s64"):
        mono_samples(frame)
