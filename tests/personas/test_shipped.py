"""The personas that ship, and the presets of turn taking."""

import msgspec
import pytest

from voice.agent.brain.persona import parse
from voice.personas.checking import Checked, check
from voice.personas.link import write_link
from voice.personas.persona import Persona, shipped
from voice.protocol.config import InputPatch, SessionPatch, problems_of
from voice.protocol.turn_presets import PRESETS, TurnPreset
from voice.protocol.voices import catalogue
from voice.tools import catalogue as tools

TOOLS = [tool.name for tool in tools()]
CURRENT_VOICES = [voice.id for voice in catalogue() if voice.generation == "current"]


def test_the_default_comes_first_and_names_are_unique() -> None:
    names = [persona.name for persona in shipped()]
    assert names == ["Parley", "Support agent", "Interviewer", "Language tutor", "Patient listener"]


@pytest.mark.parametrize("persona", shipped(), ids=lambda persona: persona.name)
def test_a_shipped_persona_is_sound_and_fits_a_link(persona: Persona) -> None:
    raw = msgspec.json.decode(msgspec.json.encode(persona))
    assert check(raw, tools=TOOLS, voices=CURRENT_VOICES) == Checked(persona)
    assert write_link(persona)
    assert persona.prompt
    assert persona.greeting


@pytest.mark.parametrize("persona", shipped(), ids=lambda persona: persona.name)
def test_the_local_agent_understands_who_it_is(persona: Persona) -> None:
    assert not parse(persona.prompt).is_default
    assert parse(persona.prompt).name in persona.greeting or persona.name == "Support agent"


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS.keys())
def test_a_preset_is_what_the_service_takes(preset: TurnPreset) -> None:
    assert problems_of(SessionPatch(input=InputPatch(turn_detection=preset.detection))) == []


def test_presets_go_from_quick_to_patient() -> None:
    windows = [preset.min_silence_ms for preset in PRESETS.values()]
    assert windows == sorted(windows)
