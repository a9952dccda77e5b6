"""What is kept of a call, as a person is told before it begins, and the switch for its sound.

Owns the words. Keeps nothing itself.
"""

import re

import streamlit as st

from voice.call.endpoint import agent_kind
from voice.call.line import Line
from voice.history.recordings import recordings_folder
from voice.history.records import Agent
from voice.settings import Settings
from voice.ui.controls.values import KEEP

_SWITCH = "record_calls"
# What Markdown, or Streamlit's own marks in it, would take for more than letters.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#!|~$:&])")
# What becomes of it at the agent, whatever is kept here. Only the local agent can be told to keep no sound.
_KEEPS: dict[Agent, str] = {
    "assemblyai": "AssemblyAI keeps its own recording of every call. Deleting the call in History deletes "
    "that too; the end of its time here does not.",
    "local": "The local agent keeps a copy in memory until it ends, a day at most.",
    "other": "What the agent itself keeps is up to whoever runs it.",
}
_UNRECORDED: dict[Agent, str] = {
    "assemblyai": "This call is not recorded by Parley.",
    "local": "This call is not recorded.",
    "other": "This call is not recorded by Parley.",
}


def draw_recording_switch(line: Line, settings: Settings) -> None:
    """Draw the switch, and tell the line. No fragment: the words on the page change with it."""
    if not settings.voice_record:
        line.record(False)
        return
    st.session_state.setdefault(_SWITCH, True)
    line.record(
        st.toggle(
            "Record this call",
            key=_SWITCH,
            # It would not be true of a call that has begun.
            disabled=line.call is not None,
            help="Keep the sound of both speakers. Decided before the call begins.",
            persist_state=KEEP,
        )
    )


def draw_consent(line: Line, settings: Settings) -> None:
    """Draw what is kept of the next call, or of the one that runs."""
    st.caption(consent(settings, recorded=line.recorded))


def consent(settings: Settings, *, recorded: bool) -> str:
    """The words, as Markdown."""
    kept = f"for {settings.voice_retention_days} days" if settings.voice_retention_days else "until deleted"
    if settings.voice_retention_days == 1:
        kept = "for one day"
    agent = agent_kind(settings)
    if recorded:
        folder = _escaped(str(recordings_folder(settings.voice_data_dir)))
        return (
            f"This call is recorded: both voices go to {folder} on Parley's machine. "
            f"They are kept with the transcript {kept}. {_KEEPS[agent]}"
        )
    return f"{_UNRECORDED[agent]} Its transcript is kept {kept}. {_KEEPS[agent]}"


def _escaped(text: str) -> str:
    # Not as code, whose colour is too faint in a caption.
    return _MARKUP.sub(r"\\\1", text)
