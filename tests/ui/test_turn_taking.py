"""Turn detection in the sidebar: adaptive, presets, and dials."""

import pytest
from msgspec import UNSET
from streamlit.testing.v1 import AppTest

from tests.support.sidebar import MANUAL, DrawWith, WantingLine, choose_manual, rerun, turn_detection
from voice.protocol.config import (
    TurnDetection,
    problems_of,
)
from voice.protocol.turn_presets import PRESETS
from voice.ui.controls.values import TURN_TAKING


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
