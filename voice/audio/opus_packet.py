"""The outside of Opus packets (RFC 6716, section 3): durations, and several frames in one packet.

Owns joining packets and marking lost frames. Never looks into the compressed sound.
"""

from collections.abc import Sequence

CLOCK_HZ = 48_000
# RFC 6716, 3.2: no packet is longer than 120 ms.
MAX_PACKET_SAMPLES = CLOCK_HZ * 120 // 1000

_CODE_MASK = 0b11
_CODE_SINGLE = 0
_COUNT_MASK = 0b0011_1111
_CODE_MANY = 3
_VBR_FLAG = 0x80
# RFC 6716, 3.2.1: a length of up to 251 takes one byte, up to 1275 two.
_ONE_BYTE_LENGTHS = 252
_MAX_FRAME_BYTES = 1275

_SILK_FRAME_SAMPLES = (480, 960, 1920, 2880)
_HYBRID_FRAME_SAMPLES = (480, 960)
_CELT_FRAME_SAMPLES = (120, 240, 480, 960)
_FIRST_HYBRID_CONFIG = 12
_FIRST_CELT_CONFIG = 16


def is_single_frame(packet: bytes) -> bool:
    """Tell whether a packet holds exactly one frame, as browsers send them."""
    return 1 <= len(packet) <= 1 + _MAX_FRAME_BYTES and packet[0] & _CODE_MASK == _CODE_SINGLE


def frame_samples(packet: bytes) -> int:
    """Return the length of each frame of a non-empty packet, in samples at 48 kHz."""
    config = packet[0] >> 3
    if config < _FIRST_HYBRID_CONFIG:
        return _SILK_FRAME_SAMPLES[config % 4]
    if config < _FIRST_CELT_CONFIG:
        return _HYBRID_FRAME_SAMPLES[config % 2]
    return _CELT_FRAME_SAMPLES[config % 4]


def packet_samples(packet: bytes) -> int:
    """Return the length of a whole non-empty packet, in samples at 48 kHz."""
    code = packet[0] & _CODE_MASK
    if code == _CODE_SINGLE:
        return frame_samples(packet)
    if code != _CODE_MANY:
        return 2 * frame_samples(packet)
    return (packet[1] & _COUNT_MASK if len(packet) > 1 else 0) * frame_samples(packet)


def joinable(first: bytes, second: bytes) -> bool:
    """Tell whether two single-frame packets may share a packet: same coder, bandwidth, length, channels."""
    return first[0] == second[0]


def join(packets: Sequence[bytes], lost_before: int = 0) -> bytes:
    """Join single-frame packets into one, after `lost_before` frames for the decoder to conceal.

    A frame of no bytes is how Opus itself says "nothing was sent": the decoder then continues the
    sound before it, fading out, just as for a packet that it is told is lost.

    Raises:
        ValueError: no packets, one that cannot be joined, or more than 120 ms in all.
    """
    if not packets or not all(is_single_frame(p) and joinable(packets[0], p) for p in packets):
        raise ValueError("Only single-frame Opus packets of one configuration can be joined.")
    count = lost_before + len(packets)
    if count * frame_samples(packets[0]) > MAX_PACKET_SAMPLES:
        raise ValueError(f"{count} frames are more than the 120 ms that an Opus packet may hold.")
    if count == 1:
        return packets[0]
    frames = [b""] * lost_before + [packet[1:] for packet in packets]
    lengths = b"".join(_encoded_length(len(frame)) for frame in frames[:-1])
    return bytes((packets[0][0] | _CODE_MANY, _VBR_FLAG | count)) + lengths + b"".join(frames)


def _encoded_length(length: int) -> bytes:
    if length < _ONE_BYTE_LENGTHS:
        return bytes((length,))
    first = _ONE_BYTE_LENGTHS + length % 4
    return bytes((first, (length - first) // 4))
