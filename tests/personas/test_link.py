"""A persona as part of an address, and what hostile addresses come to."""

import base64
import contextlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.personas.arbitrary import KNOWN_TOOLS, KNOWN_VOICES, personas
from voice.personas.checking import Checked, check
from voice.personas.link import MAX_LINK_CHARS, read_link, write_link
from voice.personas.persona import Persona, PersonaRefused


@given(personas)
def test_a_link_gives_back_the_persona(persona: Persona) -> None:
    written = write_link(persona)
    assert check(read_link(written), tools=KNOWN_TOOLS, voices=KNOWN_VOICES) == Checked(persona)


def test_a_link_needs_no_escaping_in_an_address() -> None:
    assert re.fullmatch(r"[\w-]+", write_link(Persona("Ann ÿ?>~", "ü" * 50)))


def test_a_persona_too_long_for_an_address_is_refused_with_a_cure() -> None:
    with pytest.raises(PersonaRefused, match="Shorten the system prompt"):
        write_link(Persona("Ann", "x" * MAX_LINK_CHARS))


@pytest.mark.parametrize(
    "written",
    [
        "",
        "%%%",
        "abc",
        "====",
        "ü",
        base64.urlsafe_b64encode(b"\xff\xfe{").decode(),
        "W1" * 900,
        "eyJ" + "A" * 20,
    ],
)
def test_what_is_no_link_is_told_to_be_damaged(written: str) -> None:
    with pytest.raises(PersonaRefused, match="damaged"):
        read_link(written)


def test_a_link_that_nobody_could_have_made_is_not_even_decoded() -> None:
    with pytest.raises(PersonaRefused, match="longer than any"):
        read_link("A" * (MAX_LINK_CHARS + 1))


def test_deep_nesting_is_no_persona_and_no_crash() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 2000 + b"]" * 2000).rstrip(b"=").decode()
    with pytest.raises(PersonaRefused):
        check(read_link(deep), tools=())


def test_an_earlier_or_later_versions_link_is_read_as_far_as_it_goes() -> None:
    plain = json.dumps({"name": "Ann", "mood": "sunny"}).encode()
    found = check(read_link(base64.urlsafe_b64encode(plain).decode().rstrip("=")), tools=())
    assert found.persona == Persona("Ann")
    assert len(found.problems) == 1


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_nothing_else(written: str) -> None:
    with contextlib.suppress(PersonaRefused):
        assert isinstance(check(read_link(written), tools=()), Checked)
