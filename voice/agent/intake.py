"""What becomes of a client's `input.audio`: bytes in, samples that may pass out, complaints by the way.

Pure: time is passed in. Owns the decoding and the pace of one connection's sound.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from voice.agent.line_format import BadAudio, LineFormat, Samples
from voice.agent.rate_gate import RateGate
from voice.agent.validation import Refusal

_COMPLAINT_INTERVAL_S: Final = 1.0  # one a second says as much as fifty
_INVALID = Refusal("invalid_audio", "Invalid audio data")
_TOO_FAST = Refusal("audio_rate_violation", "Audio was sent faster than real time; the surplus was dropped")
_NOTHING: Final = np.empty(0, np.int16)


@dataclass(frozen=True, slots=True)
class Taken:
    """Samples that passed, and what to tell the client, if anything."""

    samples: Samples
    refusal: Refusal | None = None


class Intake:
    """Sound of one connection, from `session.ready` on."""

    def __init__(self, line: LineFormat, now: float, *, enforce_rate: bool) -> None:
        self._line = line
        self._gate = RateGate(now) if enforce_rate else None
        self._complained_at: float | None = None

    def take(self, data: bytes, now: float) -> Taken:
        """Decode a chunk and cut what is ahead of real time."""
        try:
            samples = self._line.decode(data)
        except BadAudio:
            return Taken(_NOTHING, _INVALID)
        if self._gate is None:
            return Taken(samples)
        admitted_ms = self._gate.admit_ms(self._line.duration_ms(len(samples)), now)
        admitted = round(admitted_ms * self._line.rate_hz / 1000)
        if admitted >= len(samples):
            return Taken(samples)
        return Taken(samples[:admitted], self._complaint(now))

    def _complaint(self, now: float) -> Refusal | None:
        if self._complained_at is not None and now - self._complained_at < _COMPLAINT_INTERVAL_S:
            return None
        self._complained_at = now
        return _TOO_FAST
