"""History: calls of the past."""

import streamlit as st

from voice.ui.call_panel import draw_call_panel
from voice.ui.history.page import draw_history
from voice.ui.lifespan import history
from voice.ui.my_line import my_line
from voice.ui.whose import owner

st.title("History")
draw_call_panel(my_line(), compact=True)
draw_history(history(), owner())
