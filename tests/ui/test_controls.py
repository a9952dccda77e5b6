"""What the sidebar makes of its controls: one configuration, handed to the line in every run."""

import msgspec
import pytest
from msgspec import UNSET
from streamlit.testing.v1 import AppTest

from tests.support.sidebar import MANUAL, DrawWith, WantingLine, choose_manual, rerun, tools_of, voice_of
from voice.protocol.config import (
    MAX_KEYTERMS,
    MUTABILITY,
    InputPatch,
    OutputPatch,
    SessionPatch,
    problems_of,
)
from voice.protocol.limits import Limits
from voice.protocol.voices import catalogue
from voice.tools import catalogue as catalogue_of_tools
from voice.tools import default_names, schemas
from voice.ui.controls.microphone import MicrophoneOptions

TOO_LONG = "x" * 1_000_000
WANTED_BY_CONTROLS = set(MUTABILITY) - {
    *("agent_id", "input.type", "input.format", "input.continuous_partials", "output.type", "output.format"),
    *("llm", "pre_connect_requests", "webhook"),
}


def test_untouched_it_wants_a_prompt_a_greeting_a_voice_and_tools_and_leaves_the_rest_to_the_agent(
    sidebar: AppTest, line: WantingLine
) -> None:
    (wanted,) = line.wanted
    assert isinstance(wanted.system_prompt, str)
    assert isinstance(wanted.greeting, str)
    assert "Parley" in wanted.system_prompt
    assert "Parley" in wanted.greeting
    assert wanted == SessionPatch(
        system_prompt=wanted.system_prompt,
        greeting=wanted.greeting,
        tools=schemas(default_names()),
        output=OutputPatch(voice="alba"),
    )
    assert problems_of(wanted) == []


def test_controls_have_the_names_that_people_look_for(sidebar: AppTest, line: WantingLine) -> None:
    assert sidebar.selectbox(key="voice").label == "Voice"
    assert sidebar.text_area(key="system_prompt").label == "System prompt"
    assert sidebar.text_input(key="greeting").label == "Greeting"
    assert not MANUAL & line.drawn.keys()
    choose_manual(sidebar)
    assert line.drawn.keys() >= MANUAL


def test_what_is_written_is_wanted(sidebar: AppTest, line: WantingLine) -> None:
    sidebar.text_area(key="system_prompt").set_value("You are Ann.")
    sidebar.text_input(key="greeting").set_value("Ahoy.")
    rerun(sidebar)
    assert (line.wanted[-1].system_prompt, line.wanted[-1].greeting) == ("You are Ann.", "Ahoy.")


@pytest.mark.parametrize("greeting", ["", "   "])
def test_no_greeting_is_not_sent_at_all(greeting: str, sidebar: AppTest, line: WantingLine) -> None:
    sidebar.text_input(key="greeting").set_value(greeting)
    rerun(sidebar)
    assert line.wanted[-1].greeting is UNSET


def test_an_empty_prompt_is_sent_empty_so_that_it_clears_the_one_before(
    sidebar: AppTest, line: WantingLine
) -> None:
    sidebar.text_area(key="system_prompt").set_value("")
    rerun(sidebar)
    assert line.wanted[-1].system_prompt == ""


def test_every_voice_of_the_catalogue_is_offered(sidebar: AppTest) -> None:
    offered = sidebar.selectbox(key="voice").options
    assert len(offered) == len(catalogue())
    assert [option.split(" ")[0] for option in offered] == [voice.id for voice in catalogue()]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("vera", "vera"), ("my-own-voice", "my-own-voice"), ("  my-own-voice ", "my-own-voice")],
)
def test_a_voice_may_be_picked_or_typed(
    typed: str, wanted: str, draw_with: DrawWith, line: WantingLine
) -> None:
    draw_with(voice=typed)
    assert voice_of(line) == wanted


@pytest.mark.parametrize("nothing", ["", "   ", None])
def test_no_voice_is_the_usual_voice(nothing: str | None, draw_with: DrawWith, line: WantingLine) -> None:
    draw_with(voice=nothing)
    assert voice_of(line) == "alba"


def test_voices_that_the_agent_named_replace_those_of_the_catalogue(
    sidebar: AppTest, line: WantingLine
) -> None:
    line.offer_voices("ingrid", "vera")
    rerun(sidebar)
    assert [option.split(" ")[0] for option in sidebar.selectbox(key="voice").options] == ["ingrid", "vera"]
    assert voice_of(line) == "ingrid"


def test_a_chosen_voice_that_the_agent_takes_stays(draw_with: DrawWith, line: WantingLine) -> None:
    line.offer_voices("ingrid", "vera")
    draw_with(voice="vera")
    assert voice_of(line) == "vera"


def test_a_hostile_browser_cannot_send_more_than_the_fields_take(
    draw_with: DrawWith, line: WantingLine
) -> None:
    draw_with(system_prompt=TOO_LONG, greeting=TOO_LONG, voice=TOO_LONG)
    assert len(msgspec.json.encode(line.wanted[-1])) < 20_000


def test_what_is_typed_is_text_and_not_markup(sidebar: AppTest, line: WantingLine) -> None:
    hostile = "</script><img src=x onerror=alert(1)> **bold** {x}"
    sidebar.text_area(key="system_prompt").set_value(hostile)
    rerun(sidebar)
    assert line.wanted[-1].system_prompt == hostile
    drawn = [*sidebar.markdown, *sidebar.caption, *sidebar.get("html")]
    assert not any("onerror" in str(element.value) for element in drawn)


def test_how_the_person_is_heard_is_wanted(draw_with: DrawWith, line: WantingLine) -> None:
    line.turn({"voice_focus_threshold": 0.6, "volume": 40})
    draw_with(
        transcription_mode="min_latency",
        keyterms="Parley\n\n  aiortc \nParley",
        transcription_prompt="A talk about gardens.",
        languages=["de", "en"],
        voice_focus="far-field",
    )
    wanted = line.wanted[-1]
    assert wanted.input == InputPatch(
        transcription_mode="min_latency",
        keyterms=("Parley", "aiortc"),
        transcription_prompt="A talk about gardens.",
        language_codes=("de", "en"),
        voice_focus="far-field",
        voice_focus_threshold=0.6,
    )
    assert wanted.output == OutputPatch(voice="alba", volume=40)
    assert problems_of(wanted) == []


def test_a_hundred_key_terms_are_taken_and_the_rest_told(draw_with: DrawWith, line: WantingLine) -> None:
    sidebar = draw_with(keyterms="\n".join([*(f"term {number}" for number in range(102)), "x" * 51]))
    input_ = line.wanted[-1].input
    assert isinstance(input_, InputPatch)
    assert isinstance(input_.keyterms, tuple)
    assert len(input_.keyterms) == MAX_KEYTERMS
    said = [text.value for text in sidebar.text]
    assert any("last 2 are not used" in sentence for sentence in said)
    assert any("longer than 50 characters" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("system_prompt", "system prompt"),
        ("greeting", "greeting"),
        ("transcription_prompt", "transcription prompt"),
    ],
)
def test_text_over_its_limit_is_cut_with_a_sentence(
    key: str, name: str, draw_with: DrawWith, line: WantingLine
) -> None:
    sidebar = draw_with(**{key: TOO_LONG})
    assert any(f"The {name} is longer than" in text.value for text in sidebar.text)
    assert problems_of(line.wanted[-1]) == []


def test_what_was_sent_in_a_call_is_taken_back_by_name_and_forgotten_after_it(
    draw_with: DrawWith, line: WantingLine
) -> None:
    sidebar = draw_with(transcription_mode="min_latency", keyterms="Parley")
    line.connect()
    sidebar.radio(key="transcription_mode").set_value("balanced")
    sidebar.text_area(key="keyterms").set_value("")
    for _ in range(2):
        rerun(sidebar)
        assert line.wanted[-1].input == InputPatch(transcription_mode="balanced", keyterms=None)
    line.end_call()
    rerun(sidebar)
    assert line.wanted[-1].input is UNSET
    assert line.wanted[-1].output == OutputPatch(voice="alba")


def test_a_run_hands_over_one_configuration_and_not_one_for_each_group(
    sidebar: AppTest, line: WantingLine
) -> None:
    sidebar.text_area(key="system_prompt").set_value("You are Ann.")
    sidebar.radio(key="transcription_mode").set_value("min_latency")
    rerun(sidebar)
    assert len(line.wanted) == 2


def test_each_tool_has_a_switch_and_the_agent_gets_those_that_are_on(
    sidebar: AppTest, line: WantingLine
) -> None:
    switches = {tool.name: sidebar.toggle(key=f"tool_{tool.name}") for tool in catalogue_of_tools()}
    assert {name for name, switch in switches.items() if switch.value} == set(default_names())
    switches["calculate"].set_value(False)
    switches["search_past_calls"].set_value(True)
    rerun(sidebar)
    on = {*default_names(), "search_past_calls"} - {"calculate"}
    assert line.wanted[-1].tools == schemas(on)


def test_tools_switched_off_in_a_call_are_taken_away_by_an_empty_list(
    sidebar: AppTest, line: WantingLine
) -> None:
    line.connect()
    for name in default_names():
        sidebar.toggle(key=f"tool_{name}").set_value(False)
    rerun(sidebar)
    assert tools_of(line) == ()
    line.end_call()
    rerun(sidebar)
    assert tools_of(line) is UNSET


def test_calls_are_limited_as_usual_unless_set_otherwise(sidebar: AppTest, line: WantingLine) -> None:
    assert line.limits == [Limits()]
    sidebar.selectbox(key="idle_minutes").set_value(10)
    sidebar.selectbox(key="cap_minutes").set_value(0)
    rerun(sidebar)
    assert line.limits[-1] == Limits(idle_s=600, cap_s=0)


def test_a_limit_that_is_not_offered_does_not_get_through(draw_with: DrawWith, line: WantingLine) -> None:
    draw_with(idle_minutes=-5, cap_minutes=10**9)
    assert line.limits[-1] == Limits(idle_s=60, cap_s=900)


def test_the_microphone_is_left_raw_but_for_echo_unless_asked(sidebar: AppTest) -> None:
    assert sidebar.session_state["microphone"] == MicrophoneOptions(noise_suppression=False, auto_gain=False)
    sidebar.toggle(key="noise_suppression").set_value(True)
    sidebar.toggle(key="auto_gain").set_value(True)
    rerun(sidebar)
    assert sidebar.session_state["microphone"] == MicrophoneOptions(noise_suppression=True, auto_gain=True)


def test_each_group_has_the_status_of_its_settings_beneath(sidebar: AppTest, line: WantingLine) -> None:
    drawn = [
        msgspec.json.decode(component.proto.json)
        for component in sidebar.get("bidi_component")
        if component.proto.component_name == "parley_settings_status"
    ]
    assert all(data["token"] == line.token for data in drawn)
    shown = [path for data in drawn for path in data["paths"]]
    assert set(shown) >= WANTED_BY_CONTROLS
    assert len(shown) == len(set(shown))
    assert [len(data["before"]) for data in drawn] == [0, 4, 5, 11]
