"""What lies behind a call: latency, configuration and its changes, marks, events. Native tables and code
blocks show text as it is; nothing of it is Markdown.
"""

import json

import streamlit as st

from voice.history.records import FullCall
from voice.ui.history.call_view import change_text, mark_text
from voice.ui.history.measured import latency_data
from voice.ui.history.when import clock_text
from voice.ui.live_component import live_component, read_part

_EVENTS_HEIGHT_PX = 420
_ARROWS = {"sent": "↑ sent", "received": "↓ received", "own": "Parley"}

_latency = live_component(
    "history_latency",
    html=read_part("history_latency.html"),
    parts=("figures.css", "figure_parts.js", "trend_chart.js"),
)


@st.fragment
def draw_details(full: FullCall) -> None:
    """Draw the tabs; only the one that is open is made."""
    names = ["Latency", "Settings", "What happened", "Events"]
    tabs = st.tabs(names, key=f"history_details_{full.call.id}", on_change="rerun")
    for tab, draw in zip(tabs, (_draw_latency, _draw_settings, _draw_marks, _draw_events), strict=True):
        if tab.open:
            with tab:
                draw(full)


def _draw_latency(full: FullCall) -> None:
    data = latency_data(full.turns)
    if data is None:
        st.caption("No answer of this call was measured.")
        return
    _latency(key=f"history_latency_{full.call.id}", data=data)


def _draw_settings(full: FullCall) -> None:
    if full.call.config:
        st.caption("The call began with these settings. What is not named was as the agent has it.")
        st.code(json.dumps(full.call.config, indent=2, ensure_ascii=False), language="json", wrap_lines=True)
    else:
        st.caption("The call began with the agent's own settings.")
    if not full.changes:
        st.caption("Nothing was changed while it ran.")
        return
    st.caption("Changed while it ran, at the moment from which the agent had it:")
    st.dataframe(
        [
            {"At": _at(full, change.at), "Setting": path, "New value": json.dumps(value, ensure_ascii=False)}
            for change in full.changes
            for path, value in change.fields.items()
        ],
        hide_index=True,
        alt="Settings changed during the call",
    )


def _draw_marks(full: FullCall) -> None:
    told = [(mark.at, mark.kind.capitalize(), mark_text(mark)) for mark in full.marks]
    told += [(change.at, "Settings", change_text(change)) for change in full.changes]
    if not told:
        st.caption("No interruption, error, reconnect or change of settings.")
        return
    st.dataframe(
        [{"At": _at(full, at), "What": what, "Words": words} for at, what, words in sorted(told)],
        hide_index=True,
        alt="What happened during the call",
    )


def _draw_events(full: FullCall) -> None:
    if not full.events:
        st.caption("No events were kept. They are written when a call is over.")
        return
    st.dataframe(
        [
            {
                "At": _at(full, event.at),
                "Direction": _ARROWS[event.direction],
                "Event": event.type,
                "Content": event.text,
            }
            for event in full.events
        ],
        hide_index=True,
        height=_EVENTS_HEIGHT_PX,
        alt="Events of the call",
    )


def _at(full: FullCall, at: float) -> str:
    return clock_text(at - full.call.started_at)
