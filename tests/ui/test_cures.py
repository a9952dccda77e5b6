"""A click on a notice's cure does what the person could do in the sidebar."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.sidebar import WantingLine, turn_detection
from voice.protocol.echo import INTERRUPTION_OFF
from voice.ui.cures import apply_cure

CLICK = {"action": INTERRUPTION_OFF, "at": 1}
SCRIPT = """
import streamlit as st
from voice.ui.controls.session_controls import draw_session_controls
from voice.ui.cures import apply_cure
from voice.ui.my_line import my_line

st.button("Cure", on_click=apply_cure, args=[{"action": "interruption_off", "at": 1}])
draw_session_controls(my_line())
"""
START_TIMEOUT_S = 20


def test_the_sidebar_shows_the_cure_and_the_line_gets_it() -> None:
    line = WantingLine()
    page = AppTest.from_string(SCRIPT, default_timeout=START_TIMEOUT_S)
    page.session_state["line"] = line
    page.run()
    page.button[0].click().run()
    assert not page.exception
    assert page.toggle(key="interrupt_response").value is False
    assert page.session_state["turn_detection"] == "Manual"
    assert turn_detection(line).interrupt_response is False


def test_interruption_goes_off_by_manual_turn_detection(state: dict[str, Any]) -> None:
    state["line"] = WantingLine()
    apply_cure(CLICK)
    assert (state["turn_detection"], state["interrupt_response"]) == ("Manual", False)


def test_a_presets_windows_of_silence_stay(state: dict[str, Any]) -> None:
    state["line"] = line = WantingLine()
    state["turn_detection"] = "Patient"
    apply_cure(CLICK)
    assert (line.dials["min_silence"], line.dials["max_silence"]) == (1_200, 3_600)


@pytest.mark.parametrize("asked", [None, {}, INTERRUPTION_OFF, {"action": "format_disk"}, {"action": ["x"]}])
def test_a_cure_that_does_not_exist_does_nothing(asked: object, state: dict[str, Any]) -> None:
    apply_cure(asked)
    assert state == {}
