"""A call's sound and words: hands the recording and the transcript to the component that plays them."""

import streamlit as st

from voice.history.records import FullCall
from voice.history.store import Store
from voice.ui.history.call_view import player_data
from voice.ui.history.recordings import tickets
from voice.ui.live_component import live_component, read_part

PARTS = (
    "controls.css",
    "transcript.css",
    "history_time.js",
    "turn_bubble.js",
    "tool_card.js",
    "history_timeline.js",
    "history_marks.js",
    "history_turns.js",
)
# As many as the widest page has room for.
BUCKETS = 600

_player = live_component("history_call", html=read_part("history_call.html"), parts=PARTS)
