"""Setup: what a call needs, checked."""

import streamlit as st

from voice.ui.call_panel import draw_call_panel
from voice.ui.checks.setup_panel import draw_setup
from voice.ui.my_line import my_line

st.title("Setup")
draw_call_panel(my_line(), compact=True)
draw_setup(my_line())
