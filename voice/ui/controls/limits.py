"""How long a call may go on by itself."""

import streamlit as st

from voice.call.line import Line
from voice.protocol.limits import Limits
from voice.ui.controls.values import KEEP

_S_PER_MINUTE = 60.0
# 0 stands for no limit.
_IDLE_MINUTES = (1, 2, 5, 10, 30, 0)
_CAP_MINUTES = (15, 30, 60, 120, 180, 0)


@st.fragment
def draw_limits(line: Line) -> None:
    """Draw the group and hand over what it says."""
    with st.expander("Limits", icon=":material/timer:"):
        idle = _draw_minutes("Hang up when nobody speaks for", _IDLE_MINUTES, "idle_minutes")
        cap = _draw_minutes("Longest call", _CAP_MINUTES, "cap_minutes")
        st.caption("A call is announced to end 30 s before, with a button to stay.")
    line.limit(Limits(idle_s=idle * _S_PER_MINUTE, cap_s=cap * _S_PER_MINUTE))


def _draw_minutes(label: str, minutes: tuple[int, ...], key: str) -> int:
    return st.selectbox(label, minutes, format_func=_in_words, key=key, persist_state=KEEP)


def _in_words(minutes: int) -> str:
    return f"{minutes} min" if minutes else "No limit"
