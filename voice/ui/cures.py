"""Cures that a notice offers for one click. Each does what the person could do in the sidebar, through the
same values, so that the sidebar shows it and they can undo it there.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from voice.protocol.echo import INTERRUPTION_OFF
from voice.protocol.turn_presets import PRESETS
from voice.ui.controls.values import ADAPTIVE, MANUAL, TURN_TAKING
from voice.ui.my_line import my_line


def apply_cure(asked: Any) -> None:
    """Apply what the panel's trigger asks for, `{"action": name, "at": …}`; anything else does nothing.

    Only before the sidebar's widgets are drawn in this run, as in a callback.
    """
    action = asked.get("action") if isinstance(asked, dict) else None
    cure = _CURES.get(action) if isinstance(action, str) else None
    if cure is not None:
        cure()


def _turn_interruption_off() -> None:
    state = st.session_state
    preset = PRESETS.get(TURN_TAKING.get(state.get("turn_detection", ADAPTIVE), "adaptive"))
    if preset is not None:
        # The windows of silence stay as they are.
        my_line().turn({"min_silence": preset.min_silence_ms, "max_silence": preset.max_silence_ms})
    state["turn_detection"] = MANUAL
    state["interrupt_response"] = False


_CURES: dict[str, Callable[[], None]] = {INTERRUPTION_OFF: _turn_interruption_off}
