"""What a caller may tune about listening, live, in the terms of the Voice Agent API.

Owns the defaults and the limits. Pure: the values act in `endpointing` and `listener`.
"""

from dataclasses import dataclass
from typing import Final, Literal

TranscriptionMode = Literal["min_latency", "balanced", "max_accuracy"]

DEFAULT_MIN_SILENCE_MS: Final = 1000  # the API reference's value when only max_silence is sent
DEFAULT_MAX_SILENCE_MS: Final = 3000  # likewise when only min_silence is sent
_INTERRUPTION_DELAY_MS: Final[dict[TranscriptionMode, int]] = {
    "min_latency": 0,
    "balanced": 500,
    "max_accuracy": 500,
}
_SILENCE_RANGE_MS: Final = (50, 10_000)
_INTERRUPTION_DELAY_RANGE_MS: Final = (0, 1000)


@dataclass(frozen=True, slots=True)
class ListenerConfig:
    """Turn detection and recognition settings of one call.

    Args:
        vad_threshold: speech probability, 0 to 1, from which a frame counts as speech.
        min_silence_ms: silence that ends a turn whose words look complete; manual mode only.
        max_silence_ms: silence that ends any turn; manual mode only.
        adaptive: derive the silences from the words and `transcription_mode` instead.
        transcription_mode: how patient adaptive turn-taking is.
        interrupt_response: whether speech may cut the agent off.
        interruption_delay_ms: speech beyond the debounce before it cuts the agent off; None takes the
            default of the transcription mode.
        keyterms: spellings that recognised near misses are corrected to.

    Raises:
        ValueError: a value lies outside its documented range.
    """

    vad_threshold: float = 0.5
    min_silence_ms: int = DEFAULT_MIN_SILENCE_MS
    max_silence_ms: int = DEFAULT_MAX_SILENCE_MS
    adaptive: bool = True
    transcription_mode: TranscriptionMode = "balanced"
    interrupt_response: bool = True
    interruption_delay_ms: int | None = None
    keyterms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.vad_threshold <= 1.0:
            raise ValueError(f"vad_threshold must be between 0 and 1, not {self.vad_threshold}")
        for name in ("min_silence_ms", "max_silence_ms"):
            _require_within(name, getattr(self, name), _SILENCE_RANGE_MS)
        if self.min_silence_ms >= self.max_silence_ms:
            silences = f"{self.min_silence_ms} and {self.max_silence_ms}"
            raise ValueError(f"min_silence_ms must be less than max_silence_ms, not {silences}")
        if self.interruption_delay_ms is not None:
            _require_within("interruption_delay_ms", self.interruption_delay_ms, _INTERRUPTION_DELAY_RANGE_MS)
        if self.transcription_mode not in _INTERRUPTION_DELAY_MS:
            raise ValueError(f"transcription_mode must be one of {', '.join(_INTERRUPTION_DELAY_MS)}")

    @property
    def effective_interruption_delay_ms(self) -> int:
        """The interruption delay in force: the one given, else the default of the transcription mode."""
        if self.interruption_delay_ms is not None:
            return self.interruption_delay_ms
        return _INTERRUPTION_DELAY_MS[self.transcription_mode]


def _require_within(name: str, value: int, limits: tuple[int, int]) -> None:
    low, high = limits
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high} ms, not {value}")
