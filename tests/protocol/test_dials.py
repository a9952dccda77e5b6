"""Dials stay in range, on their steps, and never make an impossible pair."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.protocol.config import InputPatch, OutputPatch, SessionPatch, TurnDetection, fields_of, problems_of
from voice.protocol.dials import DIALS, is_possible, turned

MANUAL = SessionPatch(input=InputPatch(turn_detection=TurnDetection(vad_threshold=0.5)))


@given(name=st.sampled_from(sorted(DIALS)), value=st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_becomes_one_that_the_service_takes(name: str, value: float) -> None:
    nearest = DIALS[name].nearest(value)
    assert DIALS[name].low <= nearest <= DIALS[name].high
    patch = turned(MANUAL, {"min_silence": 50, "max_silence": 10_000})
    if name not in ("min_silence", "max_silence"):
        assert not problems_of(turned(patch, {name: nearest}))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="Threshold takes a number"):
        DIALS["vad_threshold"].nearest(value)


def test_milliseconds_are_whole_numbers_on_the_wire() -> None:
    nearest = DIALS["min_silence"].nearest(1_234.5)
    assert nearest == 1_250
    assert isinstance(nearest, int)


def test_steps_do_not_drift() -> None:
    assert DIALS["vad_threshold"].nearest(0.30000000000000004) == 0.3


def test_values_are_put_where_they_belong() -> None:
    patch = turned(MANUAL, {"vad_threshold": 0.3, "volume": 40, "voice_focus_threshold": 0.9})
    assert fields_of(patch) == {
        "input.turn_detection": {"vad_threshold": 0.3},
        "output.volume": 40,
        "input.voice_focus_threshold": 0.9,
    }


def test_adaptive_turn_detection_is_never_sent_by_a_dial() -> None:
    assert turned(SessionPatch(), {"vad_threshold": 0.3}) == SessionPatch()


def test_the_rest_of_the_configuration_stays() -> None:
    patch = SessionPatch(system_prompt="Be brief.", output=OutputPatch(voice="alba"))
    assert fields_of(turned(patch, {"volume": 0})) == {
        "system_prompt": "Be brief.",
        "output.voice": "alba",
        "output.volume": 0,
    }


@pytest.mark.parametrize(
    ("low", "high", "possible"), [(1_000, 3_000, True), (3_000, 3_000, False), (3_050, 3_000, False)]
)
def test_the_minimum_silence_must_be_below_the_maximum(low: int, high: int, possible: bool) -> None:
    assert is_possible({"min_silence": low, "max_silence": high}) is possible
