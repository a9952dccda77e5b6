"""The frame around every page: navigation, sidebar, and the streamer, which a page switch must not end.

It must not lie beside `pages/`: Streamlit would then serve a page that is opened first, before the
frame ever ran, in its older way and without the frame.
"""

from pathlib import Path

import streamlit as st

from voice.settings import load_settings
from voice.ui.audio_process import prepare_for_audio
from voice.ui.consent import draw_recording_switch
from voice.ui.controls.microphone import draw_microphone_options
from voice.ui.controls.persona_link import draw_persona_link
from voice.ui.controls.session_controls import draw_session_controls
from voice.ui.login import draw_logout, require_login
from voice.ui.my_line import my_line
from voice.ui.streamer import draw_streamer

_PAGES = Path(__file__).parents[2] / "pages"

_SIGN = Path(__file__).with_name("parley.svg")
# Wide enough for three choices beside each other.
_SIDEBAR_PX = 340
# Lines of a transcript that a reader across the room can still follow.
_BODY_PX = 960
# Room for a list with many columns and for two calls side by side.
_TABLE_PX = 1_280

# A picture of our own: the browser would fetch a Material icon from a font server.
st.set_page_config(page_title="Parley", page_icon=_SIGN, layout="wide", initial_sidebar_state=_SIDEBAR_PX)
st.logo(_SIGN, size="large")

prepare_for_audio()
require_login()

history = st.Page(
    _PAGES / "history.py", title="History", icon=":material/history:", help="Calls of the past."
)
page = st.navigation(
    [
        st.Page(
            _PAGES / "talk.py",
            title="Talk",
            icon=":material/graphic_eq:",
            default=True,
            help="Call the agent.",
        ),
        history,
        st.Page(
            _PAGES / "setup.py",
            title="Setup",
            icon=":material/checklist:",
            help="Checks of what a call needs.",
        ),
    ]
)

with st.sidebar:
    controls = st.container()
    microphone = draw_microphone_options()
    # Before the controls, though beneath them: a start causes several runs, each cutting the one before
    # short, and the sooner a run reaches the streamer the sooner the browser is answered.
    draw_streamer(
        my_line(),
        load_settings(),
        noise_suppression=microphone.noise_suppression,
        auto_gain=microphone.auto_gain,
    )
    with controls:
        draw_session_controls(my_line())
        draw_recording_switch(my_line(), load_settings())
    draw_logout()

draw_persona_link()

body_px = _TABLE_PX if page is history else _BODY_PX
with st.container(horizontal_alignment="center"), st.container(width=body_px):
    page.run()
