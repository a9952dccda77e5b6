"""Choosing, keeping and sharing personas in the sidebar, and a link's persona before it is used."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from streamlit.testing.v1 import AppTest

from tests.support.fake_call import FakeSwitchboard
from voice.call.line import Line
from voice.personas.checking import check
from voice.personas.link import read_link, write_link
from voice.personas.persona import Persona, shipped
from voice.personas.store import PersonaStore
from voice.tools import catalogue, default_names
from voice.ui.controls import personas

SCRIPT = """
from voice.ui.controls.persona_link import draw_persona_link
from voice.ui.controls.session_controls import draw_session_controls
from voice.ui.my_line import my_line

draw_session_controls(my_line())
draw_persona_link()
"""
START_TIMEOUT_S = 20
ANN = Persona("Ann", "You are Ann.", "Ahoy.", "george", ("Parley",), turn_taking="patient")
Open = Callable[..., AppTest]


@pytest.fixture
def line() -> Line:
    return Line(FakeSwitchboard())


@pytest.fixture
def own(data_dir: Path) -> PersonaStore:
    return PersonaStore(data_dir / "personas", tools=default_names())


@pytest.fixture
def open_page(tmp_path: Path, line: Line) -> Open:
    """Opens the sidebar, with what a link has if one is given."""
    script = tmp_path / "sidebar.py"
    script.write_text(SCRIPT)

    def open_(link: str | None = None, **values: object) -> AppTest:
        page = AppTest.from_file(script, default_timeout=START_TIMEOUT_S)
        page.session_state["line"] = line
        for key, value in values.items():
            page.session_state[key] = value
        if link is not None:
            page.query_params["persona"] = link
        return rerun(page)

    return open_


def rerun(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def click(page: AppTest, label: str) -> AppTest:
    (button,) = [button for button in page.button if button.label == label]
    button.click()
    return rerun(page)


def labels(page: AppTest) -> set[str]:
    return {button.label for button in page.button}


def held(page: AppTest) -> dict[str, object]:
    state = page.session_state
    keys = ("voice", "system_prompt", "greeting", "keyterms", "turn_detection")
    return {key: state[key] for key in keys}


def on(page: AppTest) -> set[str]:
    return {tool.name for tool in catalogue() if page.toggle(key=f"tool_{tool.name}").value}


def of(persona: Persona) -> dict[str, object]:
    return {
        "voice": persona.voice,
        "system_prompt": persona.prompt,
        "greeting": persona.greeting,
        "keyterms": "\n".join(persona.keyterms),
        "turn_detection": persona.turn_taking.capitalize(),
    }


def said(page: AppTest) -> str:
    return "\n".join(text.value for text in page.text)


def link_with(**values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def copied(page: AppTest) -> Persona:
    (component,) = [
        element.proto
        for element in page.get("bidi_component")
        if element.proto.component_name == "parley_copy_link"
    ]
    written = msgspec.json.decode(component.json)["written"]
    return check(read_link(written), tools=()).persona


def test_a_page_starts_as_parley_with_the_shipped_ones_to_choose_from(open_page: Open) -> None:
    page = open_page()
    picker = page.selectbox(key="persona")
    assert picker.label == "Persona"
    assert picker.options == [persona.name for persona in shipped()]
    assert held(page) == of(shipped()[0])


def test_a_chosen_persona_is_put_into_every_field(open_page: Open) -> None:
    page = open_page()
    page.selectbox(key="persona").set_value("shipped:patient listener")
    rerun(page)
    assert held(page) == of(shipped()[4])


def test_choosing_in_a_call_goes_to_the_call_as_one_wish_and_the_call_goes_on(
    open_page: Open, line: Line
) -> None:
    page = open_page()
    line.connect()
    call = line.call
    page.selectbox(key="persona").set_value("shipped:interviewer")
    rerun(page)
    assert line.call is call
    wishes = [wish for verb, wish in call.told if verb == "want"]  # type: ignore[union-attr]
    assert [wish.greeting for wish in wishes] == [shipped()[2].greeting]


def test_what_is_set_is_saved_under_a_name_and_chosen(open_page: Open, own: PersonaStore) -> None:
    page = open_page(persona_keeping=True)
    page.text_area(key="system_prompt").set_value("You are Ann.")
    page.text_input(key="persona_name").set_value("  Ann ")
    click(page, "Save as new")
    assert "Saved." in said(page)
    (saved,) = own.load().personas
    assert (saved.name, saved.prompt) == ("Ann", "You are Ann.")
    assert page.selectbox(key="persona").value == "own:ann"
    assert "Ann · saved" in page.selectbox(key="persona").options


@pytest.mark.parametrize(
    ("name", "told"), [("", "Type a name"), ("ann", "Another persona"), ("Parley", "belongs to Parley")]
)
def test_a_name_that_cannot_be_used_is_told_and_nothing_is_saved(
    name: str, told: str, open_page: Open, own: PersonaStore
) -> None:
    own.save(ANN)
    page = open_page(persona_keeping=True)
    page.text_input(key="persona_name").set_value(name)
    click(page, "Save as new")
    assert told in said(page)
    assert own.load().personas == (ANN,)


def test_only_own_personas_can_be_changed(open_page: Open, own: PersonaStore) -> None:
    own.save(ANN)
    page = open_page(persona_keeping=True)
    assert not labels(page) & {"Save changes", "Rename", "Delete"}
    page.selectbox(key="persona").set_value("own:ann")
    rerun(page)
    assert labels(page) >= {"Save changes", "Rename", "Delete"}
    assert held(page) == of(ANN)


def test_an_own_persona_is_changed_renamed_and_deleted(open_page: Open, own: PersonaStore) -> None:
    own.save(ANN)
    page = open_page(persona_keeping=True)
    page.selectbox(key="persona").set_value("own:ann")
    rerun(page)
    page.text_input(key="greeting").set_value("Hello.")
    click(page, "Save changes")
    assert own.load().personas[0].greeting == "Hello."
    page.text_input(key="persona_name").set_value("Bea")
    click(page, "Rename")
    assert [persona.name for persona in own.load().personas] == ["Bea"]
    assert page.selectbox(key="persona").value == "own:bea"
    click(page, "Delete")
    assert own.load().personas == ()
    assert page.selectbox(key="persona").value == "shipped:parley"
    assert held(page)["greeting"] == "Hello."


def test_tools_are_part_of_a_persona(open_page: Open, own: PersonaStore) -> None:
    page = open_page(persona_keeping=True)
    page.selectbox(key="persona").set_value("shipped:interviewer")
    rerun(page)
    assert on(page) == {"add_note", "list_notes"}
    page.toggle(key="tool_calculate").set_value(True)
    page.text_input(key="persona_name").set_value("Ann")
    click(page, "Save as new")
    assert own.load().personas[0].tools == ("calculate", "add_note", "list_notes")
    page.selectbox(key="persona").set_value("shipped:parley")
    rerun(page)
    assert on(page) == set(default_names())


def test_what_was_changed_can_be_put_back(open_page: Open) -> None:
    page = open_page(persona_keeping=True)
    page.text_input(key="greeting").set_value("Changed.")
    rerun(page)
    click(page, "Put back")
    assert held(page) == of(shipped()[0])


def test_manual_sliders_are_told_not_to_be_kept(open_page: Open, own: PersonaStore) -> None:
    page = open_page(persona_keeping=True, turn_detection="Manual", persona_name="Ann")
    click(page, "Save as new")
    assert "no part of a persona" in said(page)
    assert own.load().personas[0].turn_taking == "adaptive"


def test_a_hostile_browser_cannot_save_more_than_the_fields_take(open_page: Open, own: PersonaStore) -> None:
    huge = "x" * 1_000_000
    page = open_page(persona_keeping=True, persona_name="Ann", system_prompt=huge, greeting=huge)
    click(page, "Save as new")
    (saved,) = own.load().personas
    assert own.load().problems == ()
    assert len(msgspec.json.encode(saved)) < 10_000


def test_a_broken_file_is_named_where_personas_are_kept(
    open_page: Open, own: PersonaStore, data_dir: Path
) -> None:
    own.save(ANN)
    (data_dir / "personas" / "x.json").write_text("{")
    page = open_page(persona_keeping=True)
    assert "x.json: This file is not valid JSON." in said(page)


def test_a_link_has_what_the_fields_hold(open_page: Open) -> None:
    page = open_page(persona_keeping=True, persona_name="Mine", greeting="Ahoy.")
    assert (copied(page).name, copied(page).greeting) == ("Mine", "Ahoy.")


def test_a_persona_too_long_for_a_link_is_told(open_page: Open) -> None:
    page = open_page(persona_keeping=True, system_prompt="x" * 7_000)
    assert "too long for a link" in said(page)


def test_a_links_persona_is_shown_before_it_is_used(open_page: Open) -> None:
    page = open_page(write_link(ANN))
    for shown in ("Ann", "You are Ann.", "Ahoy.", "george", "Patient", "Parley"):
        assert shown in said(page)
    assert held(page) == of(shipped()[0])
    assert labels(page) >= {"Use", "Ignore"}


def test_a_links_persona_stays_asked_about_until_it_is_answered(open_page: Open) -> None:
    page = open_page(write_link(ANN))
    rerun(page)
    assert "Use" in labels(page)


def test_a_used_link_fills_the_fields_and_saves_nothing(open_page: Open, own: PersonaStore) -> None:
    own.save(Persona("Ann", "My own."))
    page = click(open_page(write_link(ANN)), "Use")
    assert held(page) == of(ANN)
    assert page.selectbox(key="persona").value == "linked:ann"
    assert {"Ann · saved", "Ann · from a link"} <= set(page.selectbox(key="persona").options)
    assert own.load().personas == (Persona("Ann", "My own."),)
    assert "Use" not in labels(rerun(page))
    assert "persona" not in page.query_params


def test_an_ignored_link_changes_nothing(open_page: Open) -> None:
    page = click(open_page(write_link(ANN)), "Ignore")
    assert held(page) == of(shipped()[0])
    assert "Use" not in labels(rerun(page))
    assert "persona" not in page.query_params


def test_a_call_goes_on_while_a_link_is_answered(open_page: Open, line: Line) -> None:
    line.connect()
    call = line.call
    click(open_page(write_link(ANN)), "Use")
    assert call is not None
    assert line.call is call
    assert ("hang_up", None) not in call.told  # type: ignore[attr-defined]


def test_hostile_values_are_mended_told_and_only_text(open_page: Open) -> None:
    hostile = "<img src=x onerror=alert(1)> **bold** :red[x]"
    page = open_page(
        link_with(name=hostile, prompt=hostile, voice="ghost", tools=["rm"], keyterms=[1], turn_taking=7)
    )
    for told in ("markup", "“ghost” is not known", "no tool “rm”", "key terms are not text", "turn taking"):
        assert told in said(page)
    drawn = [*page.markdown, *page.caption, *page.get("html")]
    assert not any("onerror" in str(element.value) for element in drawn)
    assert held(click(page, "Use"))["voice"] == "alba"


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("%%%", "damaged"),
        ("A" * 7_000, "longer than any"),
        (base64.urlsafe_b64encode(b"[1,2]").decode(), "no persona"),
    ],
)
def test_a_link_that_cannot_be_read_is_told_and_changes_nothing(
    link: str, told: str, open_page: Open
) -> None:
    page = open_page(link)
    assert told in said(page)
    assert "Use" not in labels(page)
    assert held(click(page, "Close")) == of(shipped()[0])
    assert "Close" not in labels(rerun(page))


def test_where_people_log_in_each_has_personas_of_their_own(
    own: PersonaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.save(ANN)
    for name in ("https://a ann", "https://a bob"):
        monkeypatch.setattr(personas, "owner", lambda name=name: name)
        mine = personas.my_personas()
        assert mine.load().personas == ()
        mine.save(ANN)
    mine.delete(ANN)
    monkeypatch.setattr(personas, "owner", lambda: "https://a ann")
    assert personas.my_personas().load().personas == own.load().personas == (ANN,)
