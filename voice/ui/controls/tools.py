"""Which tools the agent may call."""

import msgspec
import streamlit as st

from voice.call.line import Line
from voice.protocol.config import FunctionTool
from voice.tools import catalogue, schemas
from voice.ui.controls.values import KEEP, tool_key
from voice.ui.controls.wanted import hand_over
from voice.ui.settings_status import draw_settings_status


@st.fragment
def draw_tools(line: Line) -> None:
    """Draw a switch for each tool and hand over which are on."""
    # Close together: a status without settings would leave a gap.
    with st.container(gap=None):
        hand_over(line, "tools", {"tools": [msgspec.to_builtins(tool) for tool in _draw_switches()] or None})
        draw_settings_status(line, "tools")


def _draw_switches() -> tuple[FunctionTool, ...]:
    with st.expander("Tools", icon=":material/build:"):
        on = [
            tool.name
            for tool in catalogue()
            if st.toggle(f"{tool.icon} {tool.title}", key=tool_key(tool.name), persist_state=KEEP)
        ]
    return schemas(on)
