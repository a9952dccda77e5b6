"""Named turn detection: fixed windows of silence, with what was published about them.

Figures are from the vendor's staff: a sweep of configurations over Full-Duplex-Bench, July 2026, with a
voice activity threshold of 0.5 and a maximum of three times the minimum. They are of the service; the local
agent has its own.
"""

from typing import Literal

import msgspec

from voice.protocol.config import DEFAULT_MAX_SILENCE_MS, DEFAULT_MIN_SILENCE_MS, TurnDetection

TurnTaking = Literal["adaptive", "quick", "balanced", "patient"]

FIGURES_FROM = "Full-Duplex-Bench sweep by AssemblyAI staff, July 2026"


class Published(msgspec.Struct, frozen=True):
    """How soon the agent took its turn, and the bench's score of 100 for not cutting people off."""

    answers_after_s: float
    score: float


class TurnPreset(msgspec.Struct, frozen=True):
    """One named setting; `published` is None where nobody measured it."""

    min_silence_ms: int
    max_silence_ms: int
    published: Published | None = None

    @property
    def detection(self) -> TurnDetection:
        """What is sent: the windows alone, so that everything else stays the service's own."""
        return TurnDetection(min_silence=self.min_silence_ms, max_silence=self.max_silence_ms)


# Sending nothing at all.
ADAPTIVE_PUBLISHED = Published(1.04, 80.7)
PRESETS: dict[TurnTaking, TurnPreset] = {
    "quick": TurnPreset(600, 1_800),
    "balanced": TurnPreset(DEFAULT_MIN_SILENCE_MS, DEFAULT_MAX_SILENCE_MS, Published(1.57, 85.4)),
    "patient": TurnPreset(1_200, 3_600, Published(2.28, 92.0)),
}
