"""The catalogue of voices."""

import itertools

import pytest

from voice.agent.synthesizer import VoiceStyle
from voice.protocol.voices import catalogue, find_voice


def test_the_catalogue_holds_both_generations_current_first() -> None:
    generations = [voice.generation for voice in catalogue()]
    assert generations == ["current"] * 18 + ["earlier"] * 34
    english = [v for v in catalogue() if v.generation == "earlier" and v.languages == ("en",)]
    assert len(english) == 18


def test_ids_are_unique() -> None:
    assert len({voice.id for voice in catalogue()}) == len(catalogue())


@pytest.mark.parametrize(
    ("voice_id", "languages", "accent"),
    [("anna", ("en",), "UK"), ("juergen", ("de", "en"), "German"), ("diego", ("es", "en"), None)],
)
def test_a_voice_tells_its_languages(voice_id: str, languages: tuple[str, ...], accent: str | None) -> None:
    voice = find_voice(voice_id)
    assert voice is not None
    assert voice.languages == languages
    assert accent in (None, voice.accent)


def test_an_unlisted_voice_is_not_found() -> None:
    assert find_voice("nobody") is None


def test_the_local_agent_can_render_every_voice_and_tells_neighbours_apart() -> None:
    styles = [VoiceStyle(pitch=v.local.pitch, speed=v.local.speed) for v in catalogue()]
    assert all(one != other for one, other in itertools.pairwise(styles))
