"""Ranges and defaults of the listening settings."""

from typing import Any

import pytest

from voice.agent.listener_config import ListenerConfig


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"vad_threshold": 1.5}, "vad_threshold must be between 0 and 1"),
        ({"min_silence_ms": 49}, "min_silence_ms must be between 50 and 10000 ms"),
        ({"max_silence_ms": 10_001}, "max_silence_ms must be between 50 and 10000 ms"),
        ({"min_silence_ms": 800, "max_silence_ms": 800}, "must be less than max_silence_ms"),
        ({"interruption_delay_ms": 1001}, "interruption_delay_ms must be between 0 and 1000 ms"),
        ({"transcription_mode": "fast"}, "min_latency, balanced, max_accuracy"),
    ],
)
def test_values_out_of_range_are_refused_by_name(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        ListenerConfig(**values)


def test_interruption_delay_defaults_by_transcription_mode() -> None:
    assert ListenerConfig(transcription_mode="min_latency").effective_interruption_delay_ms == 0
    assert ListenerConfig(transcription_mode="balanced").effective_interruption_delay_ms == 500
    assert ListenerConfig(transcription_mode="max_accuracy").effective_interruption_delay_ms == 500


def test_a_given_interruption_delay_wins_over_the_mode() -> None:
    config = ListenerConfig(transcription_mode="balanced", interruption_delay_ms=0)
    assert config.effective_interruption_delay_ms == 0
