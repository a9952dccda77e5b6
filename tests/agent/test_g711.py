"""µ-law and A-law against the values of G.711 and against FFmpeg's codecs."""

from collections.abc import Callable

import av
import numpy as np
import numpy.typing as npt
import pytest

from voice.agent import g711

Samples = npt.NDArray[np.int16]
Encode = Callable[[Samples], bytes]
Decode = Callable[[bytes], Samples]

LAWS = [
    pytest.param(g711.encode_ulaw, g711.decode_ulaw, id="ulaw"),
    pytest.param(g711.encode_alaw, g711.decode_alaw, id="alaw"),
]


def ffmpeg_decode(codec: str, data: bytes) -> Samples:
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate = 8000
    decoder.layout = "mono"
    frames = decoder.decode(av.Packet(data))
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]).astype(np.int16)


def test_silence_is_the_idle_byte_of_each_law() -> None:
    silence = np.zeros(3, np.int16)
    assert g711.encode_ulaw(silence) == b"\xff\xff\xff"
    assert g711.encode_alaw(silence) == b"\xd5\xd5\xd5"


def test_full_scale_is_the_outermost_code() -> None:
    extremes = np.array([32767, -32768], np.int16)
    assert g711.encode_ulaw(extremes) == b"\x80\x00"
    assert g711.encode_alaw(extremes) == b"\xaa\x2a"


@pytest.mark.parametrize(
    ("codec", "decode"), [("pcm_mulaw", g711.decode_ulaw), ("pcm_alaw", g711.decode_alaw)]
)
def test_every_byte_decodes_as_ffmpeg_decodes_it(codec: str, decode: Decode) -> None:
    every_byte = bytes(range(256))
    np.testing.assert_array_equal(decode(every_byte), ffmpeg_decode(codec, every_byte))


@pytest.mark.parametrize(("encode", "decode"), LAWS)
def test_decoded_codes_encode_to_themselves(encode: Encode, decode: Decode) -> None:
    codes = bytes(range(256))
    # µ-law has two zeros, 0x7F and 0xFF; only the positive one comes back.
    expected = codes.replace(b"\x7f", b"\xff") if encode is g711.encode_ulaw else codes
    assert encode(decode(codes)) == expected


@pytest.mark.parametrize(("encode", "decode"), LAWS)
def test_round_trip_error_stays_within_half_a_quantisation_step(encode: Encode, decode: Decode) -> None:
    samples = np.arange(-32635, 32636, dtype=np.int16)
    error = np.abs(decode(encode(samples)).astype(np.int32) - samples)
    # 16 steps a segment: 1/32 of the magnitude, in µ-law plus its bias. A-law's least step is 16.
    assert np.all(error <= np.maximum(np.abs(samples.astype(np.int32)) / 32 + 5, 8))


@pytest.mark.parametrize(("encode", "decode"), LAWS)
def test_nothing_in_is_nothing_out(encode: Encode, decode: Decode) -> None:
    assert encode(np.zeros(0, np.int16)) == b""
    assert decode(b"").shape == (0,)
