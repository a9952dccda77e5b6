"""History: calls of the past."""

import streamlit as st

from voice.ui.call_panel import draw_call_panel
from voice.ui.my_line import my_line

st.title("History")
draw_call_panel(my_line(), compact=True)
st.text("No calls are kept yet.")
