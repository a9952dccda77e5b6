"""Ranges, and what may change when, field by field as the service documents them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from voice.protocol.config import (
    MUTABILITY,
    FunctionTool,
    InputPatch,
    Mutability,
    OutputPatch,
    SessionPatch,
    fields_of,
    live_changes,
    patch_of,
    problems_of,
)

FIXED = {
    "agent_id",
    "greeting",
    "input.type",
    "input.format",
    "output.type",
    "output.voice",
    "output.format",
    "llm",
    "pre_connect_requests",
    "webhook",
}
NEXT_UTTERANCE = {
    "input.keyterms",
    "input.language_codes",
    "input.voice_focus",
    "input.voice_focus_threshold",
}
LIVE = {
    "system_prompt",
    "tools",
    "input.transcription_mode",
    "input.transcription_prompt",
    "input.continuous_partials",
    "input.turn_detection",
    "output.volume",
}


@pytest.mark.parametrize(
    ("paths", "mutability"),
    [(FIXED, Mutability.FIXED), (NEXT_UTTERANCE, Mutability.NEXT_UTTERANCE), (LIVE, Mutability.LIVE)],
)
def test_when_a_change_of_each_field_acts(paths: set[str], mutability: Mutability) -> None:
    assert {path for path, known in MUTABILITY.items() if known is mutability} == paths


def test_every_field_of_a_session_has_its_mutability() -> None:
    parts = {"input": InputPatch, "output": OutputPatch}
    paths = {name for name in SessionPatch.__struct_fields__ if name not in parts}
    paths |= {f"{name}.{inner}" for name, part in parts.items() for inner in part.__struct_fields__}
    assert paths == set(MUTABILITY)


TURN = "input.turn_detection"
# path, value of the field, path that must be blamed (None when the value is fine)
RANGES: list[tuple[str, Any, str | None]] = [
    (TURN, {"vad_threshold": 0.0}, None),
    (TURN, {"vad_threshold": 1.0}, None),
    (TURN, {"vad_threshold": 1.01}, f"{TURN}.vad_threshold"),
    (TURN, {"vad_threshold": -0.01}, f"{TURN}.vad_threshold"),
    (TURN, {"min_silence": 50}, None),
    (TURN, {"min_silence": 49}, f"{TURN}.min_silence"),
    (TURN, {"max_silence": 10_000}, None),
    (TURN, {"max_silence": 10_001}, f"{TURN}.max_silence"),
    (TURN, {"min_silence": 900, "max_silence": 901}, None),
    (TURN, {"min_silence": 900, "max_silence": 900}, f"{TURN}.min_silence"),
    (TURN, {"min_silence": 3_000}, f"{TURN}.min_silence"),
    (TURN, {"max_silence": 1_000}, f"{TURN}.min_silence"),
    (TURN, {"interruption_delay": 0}, None),
    (TURN, {"interruption_delay": 1_000}, None),
    (TURN, {"interruption_delay": 1_001}, f"{TURN}.interruption_delay"),
    (TURN, {"vad_threshold": None, "min_silence": None}, None),
    (TURN, None, None),
    ("input.keyterms", ["x"] * 100, None),
    ("input.keyterms", ["x"] * 101, "input.keyterms"),
    ("input.transcription_prompt", "x" * 1750, None),
    ("input.transcription_prompt", "x" * 1751, "input.transcription_prompt"),
    ("input.voice_focus_threshold", 1.0, None),
    ("input.voice_focus_threshold", 1.1, "input.voice_focus_threshold"),
    ("input.format", {"encoding": "audio/pcm"}, None),
    ("input.format", {"encoding": "audio/pcm", "sample_rate": 24_000}, None),
    ("input.format", {"encoding": "audio/pcm", "sample_rate": 16_000}, "input.format"),
    ("output.format", {"encoding": "audio/pcmu", "sample_rate": 8_000}, None),
    ("output.format", {"encoding": "audio/pcma", "sample_rate": 24_000}, "output.format"),
    ("output.volume", 0, None),
    ("output.volume", 100, None),
    ("output.volume", 101, "output.volume"),
    ("output.volume", float("nan"), "output.volume"),
    ("tools", [{"type": "function", "name": "x", "timeout_seconds": 300}], None),
    ("tools", [{"type": "function", "name": "x", "timeout_seconds": 301}], "tools[0].timeout_seconds"),
    ("tools", [{"type": "function", "name": "x", "timeout_seconds": 0}], "tools[0].timeout_seconds"),
    (
        "tools",
        [{"type": "function", "name": "x", "parameters": {"properties": []}}],
        "tools[0].parameters.properties",
    ),
]


@pytest.mark.parametrize(("path", "value", "blamed"), RANGES)
def test_documented_ranges(path: str, value: Any, blamed: str | None) -> None:
    problems = problems_of(patch_of({path: value}))
    assert [problem.param for problem in problems] == ([blamed] if blamed else [])
    assert all(f"'{problem.param}" in problem.message for problem in problems)


def test_flat_and_nested_are_each_others_inverse() -> None:
    patch = SessionPatch(
        system_prompt="a",
        tools=(FunctionTool(name="x"),),
        input=InputPatch(keyterms=("k",), turn_detection=None),
        output=OutputPatch(voice="eve", volume=None),
    )
    fields = fields_of(patch)
    assert set(fields) == {
        "system_prompt",
        "tools",
        "input.keyterms",
        "input.turn_detection",
        "output.voice",
        "output.volume",
    }
    assert patch_of(fields) == patch


def test_empty_patch_has_no_fields_and_no_problems() -> None:
    assert fields_of(SessionPatch()) == {}
    assert patch_of({}) == SessionPatch()
    assert problems_of(SessionPatch()) == []


@given(st.lists(st.sampled_from(sorted(LIVE | NEXT_UTTERANCE | FIXED)), unique=True))
def test_no_fixed_field_is_ever_among_the_live_changes(paths: list[str]) -> None:
    values: dict[str, Any] = {
        "system_prompt": "p",
        "greeting": "g",
        "output.voice": "eve",
        "output.volume": 40,
        "input.keyterms": ["a"],
        "input.voice_focus": "far-field",
    }
    wanted = patch_of({path: values[path] for path in paths if path in values})
    changes = live_changes(SessionPatch(), wanted)
    assert set(fields_of(changes)) == {path for path in paths if path in values and path not in FIXED}
    assert live_changes(patch_of(fields_of(wanted)), wanted) == SessionPatch()


def test_going_back_to_adaptive_is_no_live_change() -> None:
    manual = patch_of({TURN: {"vad_threshold": 0.4}})
    assert live_changes(manual, SessionPatch()) == SessionPatch()
    assert live_changes(manual, SessionPatch()).input is UNSET
