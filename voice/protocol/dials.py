"""The settings turned by hand while a call runs: their ranges, and a configuration with their values.

Pure. Values come from a page and are not to be trusted: what is out of range is brought into it.
"""

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from voice.protocol.config import (
    DEFAULT_MAX_SILENCE_MS,
    DEFAULT_MIN_SILENCE_MS,
    DEFAULT_VAD_THRESHOLD,
    MAX_INTERRUPTION_DELAY_MS,
    MAX_SILENCE_BOUND_MS,
    MIN_SILENCE_BOUND_MS,
    SessionPatch,
    fields_of,
    patch_of,
    problems_of,
)

_TURN_DETECTION = "input.turn_detection"
_DEFAULT_INTERRUPTION_DELAY_MS = 500
# The documentation's value in September 2026.
_DEFAULT_FOCUS_THRESHOLD = 0.85
_SILENCE_STEP_MS = 50
_VOLUME_STEP_PERCENT = 5
_THRESHOLD_STEP = 0.05


class Dial(msgspec.Struct, frozen=True):
    """One setting: its dotted path, its range in its own unit, and where it starts.

    Values lie on steps counted from `low`, and are whole numbers where the step is.
    """

    path: str
    label: str
    low: float
    high: float
    step: float
    start: float
    unit: str = ""

    def nearest(self, value: float) -> float:
        """The value on a step within the range. Raises `ValueError` for what is no number."""
        if not math.isfinite(value):
            raise ValueError(f"{self.label} takes a number")
        steps = round((min(self.high, max(self.low, value)) - self.low) / self.step)
        exact = self.low + steps * self.step
        return round(exact) if float(self.step).is_integer() else round(exact, 4)


def _silence(name: str, label: str, start: float) -> Dial:
    path = f"{_TURN_DETECTION}.{name}"
    return Dial(path, label, MIN_SILENCE_BOUND_MS, MAX_SILENCE_BOUND_MS, _SILENCE_STEP_MS, start, "ms")


DIALS: dict[str, Dial] = {
    "vad_threshold": Dial(
        f"{_TURN_DETECTION}.vad_threshold", "Threshold", 0.0, 1.0, _THRESHOLD_STEP, DEFAULT_VAD_THRESHOLD
    ),
    "min_silence": _silence("min_silence", "Minimum silence", DEFAULT_MIN_SILENCE_MS),
    "max_silence": _silence("max_silence", "Maximum silence", DEFAULT_MAX_SILENCE_MS),
    "interruption_delay": Dial(
        f"{_TURN_DETECTION}.interruption_delay",
        "Interruption delay",
        0,
        MAX_INTERRUPTION_DELAY_MS,
        _SILENCE_STEP_MS,
        _DEFAULT_INTERRUPTION_DELAY_MS,
        "ms",
    ),
    "volume": Dial("output.volume", "Volume", 0, 100, _VOLUME_STEP_PERCENT, 100, "%"),
    "voice_focus_threshold": Dial(
        "input.voice_focus_threshold",
        "Noise filter",
        0.0,
        1.0,
        _THRESHOLD_STEP,
        _DEFAULT_FOCUS_THRESHOLD,
    ),
}


def turned(patch: SessionPatch, values: Mapping[str, float]) -> SessionPatch:
    """`patch` with the dials at these values; parts of turn detection only where the patch sets it."""
    fields = fields_of(patch)
    for name, value in values.items():
        path = DIALS[name].path
        if not path.startswith(f"{_TURN_DETECTION}."):
            fields[path] = value
        elif isinstance(fields.get(_TURN_DETECTION), dict):
            fields[_TURN_DETECTION] = {**fields[_TURN_DETECTION], path.rpartition(".")[2]: value}
    return patch_of(fields)


def is_possible(values: Mapping[str, float]) -> bool:
    """Whether the dials at these values agree with each other."""
    parts: dict[str, Any] = {_TURN_DETECTION: {}}
    return not problems_of(turned(patch_of(parts), values))
