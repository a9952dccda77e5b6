"""The call as a page shows it: state, buttons, levels, transcript."""

import streamlit as st

from voice.call.line import Line
from voice.ui.cures import apply_cure
from voice.ui.live_component import connection_data, live_component, read_part

PARTS = (
    "storage.js",
    "server_clock.js",
    "state_line.js",
    "voice_forms.js",
    "visualiser.js",
    "notices.js",
    "push_to_talk.js",
    "microphone.js",
    "streamer_frame.js",
    "start_gate.js",
    "spare_microphone.js",
    "call_audio.js",
    "sound_watch.js",
    "media_stats.js",
    "wishes.js",
    "call_commands.js",
    "out_of_reach.js",
    "call_buttons.js",
    "composer.js",
    "karaoke.js",
    "follower.js",
    "turn_bubble.js",
    "tool_card.js",
    "transcript.js",
    "sample_call.js",
    "page_links.js",
    "controls.css",
    "transcript.css",
)

_panel = live_component("panel", html=read_part("panel.html"), parts=PARTS)


def draw_call_panel(line: Line, *, compact: bool) -> None:
    """Draw the panel; `compact` leaves the transcript out. It asks for one run when a call begins or ends,
    because the streamer is drawn by the script.
    """
    key = "compact_call_panel" if compact else "call_panel"
    _panel(
        key=key,
        data={**connection_data(line), "compact": compact, "in_call": line.call is not None},
        on_call_changed_change=lambda: None,
        on_cure_change=lambda: apply_cure(st.session_state[key].get("cure")),
    )
