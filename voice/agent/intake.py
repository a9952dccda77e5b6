"""What becomes of a client's `input.audio`: bytes in, samples that may pass and complaints out.

Pure: time is passed in. Owns the decoding, the rate and the pace of one session's sound.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from voice.agent.line_format import BadAudio, LineFormat, Samples
from voice.agent.rate_gate import RateGate
from voice.agent.validation import Refusal
from voice.audio.resample import Resampler

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
    """Sound of one session from its first `session.ready` on, at `rate_hz` whatever format it comes in."""

    def __init__(self, rate_hz: int, now: float, *, enforce_rate: bool) -> None:
        self._rate_hz = rate_hz
        self._gate = RateGate(now) if enforce_rate else None
        self._resampler: Resampler | None = None
        self._complained_at: float | None = None

    def take(self, data: bytes, line: LineFormat, now: float) -> Taken:
        """Decode a chunk and cut what is too far ahead of real time."""
        try:
            samples = line.decode(data)
        except BadAudio:
            return Taken(_NOTHING, _INVALID)
        refusal = None
        if self._gate is not None:
            admitted_ms = self._gate.admit_ms(line.duration_ms(len(samples)), now)
            admitted = round(admitted_ms * line.rate_hz / 1000)
            refusal = self._complaint(now) if admitted < len(samples) else None
            samples = samples[:admitted]
        return Taken(self._at_rate(samples, line.rate_hz), refusal)

    def _at_rate(self, samples: Samples, rate_hz: int) -> Samples:
        if rate_hz == self._rate_hz:
            return samples
        if self._resampler is None:
            self._resampler = Resampler(rate_hz, self._rate_hz)
        return self._resampler.process(samples)

    def _complaint(self, now: float) -> Refusal | None:
        if self._complained_at is not None and now - self._complained_at < _COMPLAINT_INTERVAL_S:
            return None
        self._complained_at = now
        return _TOO_FAST
