import av
import numpy as np
import pytest
from av.audio.codeccontext import AudioCodecContext

from tests.audio.signals import frame_of, sine
from voice.audio import opus_packet
from voice.audio.levels import level_dbfs

FRAME = 960


def encode(samples: np.ndarray, bit_rate: int = 32_000) -> list[bytes]:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.format, encoder.layout = 48_000, "s16", "mono"
    encoder.bit_rate = bit_rate
    starts = range(0, len(samples), FRAME)
    return [
        bytes(packet)
        for start in starts
        for packet in encoder.encode(frame_of(samples[start : start + FRAME]))
    ]


def decode(packets: list[bytes]) -> np.ndarray:
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate, decoder.format, decoder.layout = 48_000, "s16", "mono"
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet))]
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])


@pytest.mark.parametrize("bit_rate", [12_000, 32_000, 200_000])
def test_joined_packets_decode_to_the_same_samples(bit_rate: int) -> None:
    packets = encode(sine(440, 48_000, 0.4), bit_rate)
    same = [packet for packet in packets if packet[0] == packets[-1][0]]
    joined = [opus_packet.join(same[start : start + 6]) for start in range(0, len(same), 6)]
    np.testing.assert_array_equal(decode(joined), decode(same))


def test_lost_frames_are_concealed_at_their_full_length() -> None:
    packets = encode(sine(440, 48_000, 1))
    out = decode([*packets[:20], opus_packet.join(packets[22:24], lost_before=2), *packets[24:]])
    assert len(out) == 50 * FRAME
    before, gap = out[18 * FRAME : 20 * FRAME], out[20 * FRAME : 22 * FRAME]
    # The tone goes on through the gap; silence would be -100.
    assert level_dbfs(gap) > level_dbfs(before) - 6


def test_one_packet_alone_is_left_as_it_is() -> None:
    packet = encode(sine(440, 48_000, 0.02))[0]
    assert opus_packet.join([packet]) is packet


@pytest.mark.parametrize(
    ("config", "milliseconds"),
    [(0, 10), (1, 20), (2, 40), (3, 60), (9, 20), (12, 10), (13, 20), (16, 2.5), (17, 5), (31, 20)],
)
def test_frame_lengths_follow_the_configuration_numbers(config: int, milliseconds: float) -> None:
    assert opus_packet.frame_samples(bytes([config << 3])) == milliseconds * 48


@pytest.mark.parametrize(
    ("packet", "frames"), [(b"\xf8x", 1), (b"\xf9xx", 2), (b"\xfaxx", 2), (b"\xfb\x83xxx", 3), (b"\xfb", 0)]
)
def test_the_length_of_a_packet_counts_its_frames(packet: bytes, frames: int) -> None:
    assert opus_packet.packet_samples(packet) == frames * FRAME
    assert opus_packet.is_single_frame(packet) is (frames == 1)


@pytest.mark.parametrize(
    ("packets", "lost"),
    [([], 1), ([b"\xf8a", b"\xf0b"], 0), ([b"\xf9ab"], 1), ([b"\xf8a"], 6), ([b""], 1)],
    ids=["none", "two configurations", "several frames", "over 120 ms", "empty"],
)
def test_what_cannot_be_joined_is_refused(packets: list[bytes], lost: int) -> None:
    with pytest.raises(ValueError, match=r"joined|120 ms"):
        opus_packet.join(packets, lost_before=lost)
