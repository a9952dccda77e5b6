"""Values that nobody vouches for become a persona within its limits, and each mend is told."""

from typing import Any

import pytest
from hypothesis import given

from tests.personas.arbitrary import KNOWN_TOOLS, KNOWN_VOICES, hostile, personas
from voice.personas.checking import Checked, check
from voice.personas.keyterms import MAX_KEYTERM_CHARS
from voice.personas.persona import (
    MAX_GREETING_CHARS,
    MAX_NAME_CHARS,
    MAX_PROMPT_CHARS,
    Persona,
    PersonaRefused,
)
from voice.protocol.config import MAX_KEYTERMS


def checked(**raw: Any) -> Checked:
    return check({"name": "Ann", **raw}, tools=KNOWN_TOOLS, voices=KNOWN_VOICES)


def test_a_sound_persona_passes_as_it_is() -> None:
    found = checked(
        prompt="You are Ann.\nBe brief.",
        greeting="Hello.",
        voice="george",
        keyterms=["Parley", "aiortc"],
        tools=["notes"],
        turn_taking="patient",
    )
    assert found == Checked(
        Persona(
            "Ann", "You are Ann.\nBe brief.", "Hello.", "george", ("Parley", "aiortc"), ("notes",), "patient"
        )
    )


def test_what_is_left_out_is_as_usual() -> None:
    assert checked() == Checked(Persona("Ann"))


@pytest.mark.parametrize("raw", [None, [], "Ann", 7, True])
def test_what_is_no_object_is_no_persona(raw: object) -> None:
    with pytest.raises(PersonaRefused, match="no persona"):
        check(raw, tools=())


@pytest.mark.parametrize(
    ("raw", "told", "left"),
    [
        ({"prompt": 7}, "prompt is not text", {"prompt": ""}),
        ({"greeting": ["a"]}, "greeting is not text", {"greeting": ""}),
        ({"name": None}, "name is not text", {"name": "Unnamed"}),
        ({"name": "  "}, None, {"name": "Unnamed"}),
        ({"prompt": "x" * 9_000}, "longer than 8000", {"prompt": "x" * MAX_PROMPT_CHARS}),
        ({"greeting": "x" * 501}, "longer than 500", {"greeting": "x" * MAX_GREETING_CHARS}),
        ({"name": "x" * 41}, "longer than 40", {"name": "x" * MAX_NAME_CHARS}),
        ({"greeting": "a\x00b\u202ec"}, "control characters", {"greeting": "abc"}),
        (
            {"prompt": "<img src=x onerror=alert(1)>"},
            "plain text",
            {"prompt": "<img src=x onerror=alert(1)>"},
        ),
        ({"voice": "ghost"}, "“ghost” is not known", {"voice": "alba"}),
        ({"voice": {}}, "voice is not a name", {"voice": "alba"}),
        ({"keyterms": "a, b"}, "key terms are not a list", {"keyterms": ()}),
        ({"keyterms": ["a", 1]}, "not text", {"keyterms": ("a",)}),
        ({"keyterms": ["a", "x" * 51]}, "longer than 50", {"keyterms": ("a",)}),
        ({"tools": {"notes": True}}, "tools are not a list", {"tools": ()}),
        ({"tools": ["notes", "shell"]}, "no tool “shell”", {"tools": ("notes",)}),
        ({"tools": list("abcde")}, "and 2 more", {"tools": ()}),
        ({"turn_taking": "rude"}, "turn taking is none", {"turn_taking": "adaptive"}),
        ({"turn_taking": ["quick"]}, "turn taking is none", {"turn_taking": "adaptive"}),
        ({"agent_id": "x"}, "fields that no persona has", {}),
    ],
)
def test_what_is_wrong_is_mended_and_told(
    raw: dict[str, Any], told: str | None, left: dict[str, Any]
) -> None:
    found = checked(**raw)
    assert {name: getattr(found.persona, name) for name in left} == left
    assert any(told in problem for problem in found.problems) if told else not found.problems


def test_more_key_terms_than_the_agent_takes_are_left_out_from_the_end() -> None:
    found = checked(keyterms=[f"term {number}" for number in range(MAX_KEYTERMS + 3)])
    assert found.persona.keyterms == tuple(f"term {number}" for number in range(MAX_KEYTERMS))
    assert found.problems == ("The agent takes 100 key terms. The last 3 are not used: take some out.",)


def test_any_voice_passes_where_voices_are_not_limited() -> None:
    assert check({"name": "Ann", "voice": "my-own"}, tools=()).persona.voice == "my-own"


@given(hostile)
def test_whatever_comes_the_persona_is_within_its_limits(raw: dict[str, Any]) -> None:
    persona = check(raw, tools=KNOWN_TOOLS, voices=KNOWN_VOICES).persona
    assert 0 < len(persona.name) <= MAX_NAME_CHARS
    assert "\n" not in persona.name + persona.greeting
    assert len(persona.prompt) <= MAX_PROMPT_CHARS
    assert len(persona.greeting) <= MAX_GREETING_CHARS
    assert persona.voice in KNOWN_VOICES
    assert len(persona.keyterms) <= MAX_KEYTERMS
    assert all(0 < len(term) <= MAX_KEYTERM_CHARS for term in persona.keyterms)
    assert set(persona.tools or ()) <= set(KNOWN_TOOLS)
    assert persona.turn_taking in ("adaptive", "quick", "balanced", "patient")


@given(personas)
def test_a_persona_within_its_limits_is_not_changed(persona: Persona) -> None:
    raw = {name: getattr(persona, name) for name in persona.__struct_fields__}
    for name in ("keyterms", "tools"):
        raw[name] = None if raw[name] is None else list(raw[name])
    assert check(raw, tools=KNOWN_TOOLS, voices=KNOWN_VOICES) == Checked(persona)
