"""The line of this browser tab."""

import streamlit as st

from voice.call.line import Line
from voice.ui.lifespan import switchboard
from voice.ui.whose import owner

_KEY = "line"


def my_line() -> Line:
    """The line that belongs to the Streamlit session of this script run; made at the first call."""
    line = st.session_state.get(_KEY)
    if line is None:
        line = st.session_state[_KEY] = switchboard().new_line(owner())
    if not isinstance(line, Line):
        raise TypeError(f"session state holds something else under {_KEY!r}")
    return line
