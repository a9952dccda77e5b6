"""Talk: the call, live."""

import streamlit as st

from voice.ui.call_panel import draw_call_panel
from voice.ui.my_line import my_line

st.title("Talk")
draw_call_panel(my_line(), compact=False)
