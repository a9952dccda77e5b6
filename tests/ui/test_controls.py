"""What the sidebar makes of its controls: one configuration, handed to the line in every run."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET
from streamlit.testing.v1 import AppTest

from tests.support.fake_call import FakeSwitchboard
from voice.call.line import Line
from voice.conversation.view import IDLE_VIEW
from voice.protocol.config import (
    MAX_KEYTERMS,
    MUTABILITY,
    InputPatch,
    OutputPatch,
    SessionPatch,
    TurnDetection,
    problems_of,
)
from voice.protocol.config_sync import SettingStatus
from voice.protocol.limits import Limits
from voice.protocol.turn_presets import PRESETS
from voice.protocol.voices import catalogue
from voice.tools import catalogue as catalogue_of_tools
from voice.tools import default_names, schemas
from voice.ui.controls import dials
from voice.ui.controls.microphone import MicrophoneOptions
from voice.ui.controls.values import TURN_TAKING

SCRIPT = """
import streamlit as st
from voice.ui.my_line import my_line
from voice.ui.controls.microphone import draw_microphone_options
from voice.ui.controls.session_controls import draw_session_controls

draw_session_controls(my_line())
st.session_state["microphone"] = draw_microphone_options()
"""
START_TIMEOUT_S = 20
MANUAL = {"Threshold", "Minimum silence", "Maximum silence"}
TOO_LONG = "x" * 1_000_000
WANTED_BY_CONTROLS = set(MUTABILITY) - {
    *("agent_id", "input.type", "input.format", "input.continuous_partials", "output.type", "output.format"),
    *("llm", "pre_connect_requests", "webhook"),
}
DrawWith = Callable[..., AppTest]


class WantingLine(Line):
    """Keeps every configuration that it was handed."""

    def __init__(self) -> None:
        self.switchboard = FakeSwitchboard()
        super().__init__(self.switchboard)
        self.wanted: list[SessionPatch] = []
        # The dials of the last run, by label.
        self.drawn: dict[str, dict[str, object]] = {}
        self.limits: list[Limits] = []

    def limit(self, limits: Limits) -> None:
        self.limits.append(limits)

    def want(self, patch: SessionPatch, dials: Collection[str] = ()) -> None:
        super().want(patch, dials)
        self.wanted.append(self._patch)

    def offer_voices(self, *ids: str) -> None:
        """Show what a refused call shows: the ids that the agent takes."""
        self._show(msgspec.structs.replace(IDLE_VIEW, valid_voices=ids))

    def show_settings(self, *paths: str) -> None:
        """Show these settings as applied."""
        settings = dict.fromkeys(paths, SettingStatus("applied"))
        self._show(msgspec.structs.replace(self.view, settings=settings))

    def end_call(self) -> None:
        self.switchboard.calls[-1].end()


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> WantingLine:
    wanting = WantingLine()

    def draw(*, key: str, data: dict[str, Any]) -> None:
        assert key
        wanting.drawn |= {dial["label"]: dial for dial in data["dials"]}

    monkeypatch.setattr(dials, "_dials", draw)
    return wanting


@pytest.fixture
def draw_with(tmp_path: Path, line: WantingLine) -> DrawWith:
    """Draws the sidebar with these values in its widgets, as a browser reports them."""
    script = tmp_path / "sidebar.py"
    script.write_text(SCRIPT)

    def draw(**values: object) -> AppTest:
        test = AppTest.from_file(script, default_timeout=START_TIMEOUT_S)
        test.session_state["line"] = line
        for key, value in values.items():
            test.session_state[key] = value
        return rerun(test)

    return draw


@pytest.fixture
def sidebar(draw_with: DrawWith) -> AppTest:
    """The sidebar, drawn once."""
    return draw_with()


def rerun(sidebar: AppTest) -> AppTest:
    sidebar.session_state["line"].drawn.clear()
    sidebar.run()
    assert not sidebar.exception
    return sidebar


def choose_manual(sidebar: AppTest) -> None:
    sidebar.pills(key="turn_detection").set_value("Manual")
    rerun(sidebar)


def turn_detection(line: WantingLine) -> TurnDetection:
    input_ = line.wanted[-1].input
    assert isinstance(input_, InputPatch)
    assert isinstance(input_.turn_detection, TurnDetection)
    return input_.turn_detection


def voice_of(line: WantingLine) -> object:
    output = line.wanted[-1].output
    assert isinstance(output, OutputPatch)
    return output.voice


def tools_of(line: WantingLine) -> object:
    return line.wanted[-1].tools


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


def test_manual_turn_detection_starts_from_the_services_own_figures(
    sidebar: AppTest, line: WantingLine
) -> None:
    choose_manual(sidebar)
    assert turn_detection(line) == TurnDetection(
        vad_threshold=0.5,
        min_silence=1000,
        max_silence=3000,
        interrupt_response=True,
        interruption_delay=500,
    )
    assert problems_of(line.wanted[-1]) == []


def test_sliders_are_wanted_as_they_stand(sidebar: AppTest, line: WantingLine) -> None:
    choose_manual(sidebar)
    line.turn({"vad_threshold": 0.35, "min_silence": 200, "max_silence": 1500, "interruption_delay": 0})
    rerun(sidebar)
    assert line.drawn["Minimum silence"]["value"] == 200
    assert turn_detection(line) == TurnDetection(
        vad_threshold=0.35,
        min_silence=200,
        max_silence=1500,
        interrupt_response=True,
        interruption_delay=0,
    )


def test_an_agent_that_may_not_be_interrupted_has_no_delay_to_set(
    sidebar: AppTest, line: WantingLine
) -> None:
    choose_manual(sidebar)
    sidebar.toggle(key="interrupt_response").set_value(False)
    rerun(sidebar)
    assert turn_detection(line).interrupt_response is False
    assert line.drawn["Interruption delay"]["disabled"]


def test_the_sliders_span_what_the_service_takes(sidebar: AppTest, line: WantingLine) -> None:
    choose_manual(sidebar)
    spans = {label: (dial["low"], dial["high"]) for label, dial in line.drawn.items()}
    assert spans == {
        "Volume": (0, 100),
        "Noise filter": (0.0, 1.0),
        "Threshold": (0.0, 1.0),
        "Minimum silence": (50, 10_000),
        "Maximum silence": (50, 10_000),
        "Interruption delay": (0, 1000),
    }


def test_going_back_to_adaptive_wants_no_turn_detection(sidebar: AppTest, line: WantingLine) -> None:
    choose_manual(sidebar)
    sidebar.pills(key="turn_detection").set_value("Adaptive")
    rerun(sidebar)
    assert line.wanted[-1].input is UNSET


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


@pytest.mark.parametrize("name", ["Quick", "Balanced", "Patient"])
def test_a_preset_is_wanted_as_its_windows_alone(name: str, sidebar: AppTest, line: WantingLine) -> None:
    sidebar.pills(key="turn_detection").set_value(name)
    rerun(sidebar)
    assert turn_detection(line) == PRESETS[TURN_TAKING[name]].detection
    assert not MANUAL & line.drawn.keys()


def test_figures_of_turn_taking_name_their_source(sidebar: AppTest) -> None:
    said = sidebar.pills(key="turn_detection").help
    assert "Patient 2.28 s and 92" in said
    assert "July 2026" in said


def test_the_manual_sliders_come_back_as_they_were_left(sidebar: AppTest, line: WantingLine) -> None:
    choose_manual(sidebar)
    line.turn({"vad_threshold": 0.3})
    sidebar.pills(key="turn_detection").set_value("Adaptive")
    rerun(sidebar)
    choose_manual(sidebar)
    assert turn_detection(line).vad_threshold == 0.3


def test_leaving_adaptive_in_a_call_is_warned_of_before(sidebar: AppTest, line: WantingLine) -> None:
    def warned() -> bool:
        return any("can't be undone" in caption.value for caption in sidebar.caption)

    assert not warned()
    line.connect()
    rerun(sidebar)
    assert warned()


def test_going_back_to_adaptive_in_a_call_says_that_it_acts_later(
    draw_with: DrawWith, line: WantingLine
) -> None:
    line.connect()
    line.show_settings("input.turn_detection")
    sidebar = draw_with()
    assert any("from the next call on" in caption.value for caption in sidebar.caption)


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
