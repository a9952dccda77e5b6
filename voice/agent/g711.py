"""G.711 companding: int16 samples to and from µ-law and A-law bytes.

Owns the two lookup tables per law, built once from the ITU-T G.711 segment rule. It never resamples:
callers hand in and get back 8 kHz mono.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

_ULAW_BIAS: Final = 0x84  # puts the first segment's end at 2**8, so a segment is the position of the top bit
_ULAW_CLIP: Final = 32635  # the largest magnitude that still fits once the bias is added
_ALAW_TOGGLE: Final = 0x55  # even bits are inverted on the line so that silence is not a run of zeros


def _decode_ulaw_table() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((code & 0x0F) << 3) + _ULAW_BIAS << (code >> 4 & 0x07)) - _ULAW_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _decode_alaw_table() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ _ALAW_TOGGLE
    segment = code >> 4 & 0x07
    step = (code & 0x0F) << 4
    magnitude = np.where(segment == 0, step + 8, step + 0x108 << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _encode_ulaw_table() -> npt.NDArray[np.uint8]:
    sample = np.arange(-32768, 32768, dtype=np.int32)
    magnitude = np.minimum(np.abs(sample), _ULAW_CLIP) + _ULAW_BIAS
    segment = np.log2(magnitude).astype(np.int32) - 7
    code = segment << 4 | magnitude >> segment + 3 & 0x0F
    table: npt.NDArray[np.uint8] = (~np.where(sample < 0, code | 0x80, code) & 0xFF).astype(np.uint8)
    return table


def _encode_alaw_table() -> npt.NDArray[np.uint8]:
    sample = np.arange(-32768, 32768, dtype=np.int32)
    # One's complement on the negative side: G.711 has no zero, so -1 is the mirror of 0.
    magnitude = np.where(sample < 0, ~sample, sample)
    segment = np.maximum(np.log2(np.maximum(magnitude, 1)).astype(np.int32) - 7, 0)
    code = segment << 4 | magnitude >> np.maximum(segment, 1) + 3 & 0x0F
    table: npt.NDArray[np.uint8] = (np.where(sample < 0, code, code | 0x80) ^ _ALAW_TOGGLE).astype(np.uint8)
    return table


_ULAW_DECODE: Final = _decode_ulaw_table()
_ALAW_DECODE: Final = _decode_alaw_table()
_ULAW_ENCODE: Final = _encode_ulaw_table()
_ALAW_ENCODE: Final = _encode_alaw_table()


def _index(samples: Samples) -> npt.NDArray[np.int32]:
    return samples.astype(np.int32) + 32768


def encode_ulaw(samples: Samples) -> bytes:
    """Compand int16 mono samples of shape (n,) into n µ-law bytes; silence becomes 0xFF."""
    return _ULAW_ENCODE[_index(samples)].tobytes()


def decode_ulaw(data: bytes) -> Samples:
    """Expand n µ-law bytes into int16 mono samples of shape (n,)."""
    return _ULAW_DECODE[np.frombuffer(data, np.uint8)]


def encode_alaw(samples: Samples) -> bytes:
    """Compand int16 mono samples of shape (n,) into n A-law bytes; silence becomes 0xD5."""
    return _ALAW_ENCODE[_index(samples)].tobytes()


def decode_alaw(data: bytes) -> Samples:
    """Expand n A-law bytes into int16 mono samples of shape (n,)."""
    return _ALAW_DECODE[np.frombuffer(data, np.uint8)]
