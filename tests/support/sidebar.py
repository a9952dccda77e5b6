"""The sidebar in a script run without a browser, and a line that keeps what it was asked for."""

from collections.abc import Callable, Collection

import msgspec
from streamlit.testing.v1 import AppTest

from tests.support.fake_call import FakeSwitchboard
from voice.call.line import Line
from voice.conversation.view import IDLE_VIEW
from voice.protocol.config import (
    InputPatch,
    OutputPatch,
    SessionPatch,
    TurnDetection,
)
from voice.protocol.config_sync import SettingStatus
from voice.protocol.limits import Limits

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
