"""How the person is heard: recognition, languages, noise."""

from typing import Any

import streamlit as st

from voice.call.line import Line
from voice.personas.keyterms import clean_keyterms
from voice.protocol.config import MAX_TRANSCRIPTION_PROMPT_CHARS
from voice.ui.controls.dials import draw_dials
from voice.ui.controls.languages import INPUT_LANGUAGES
from voice.ui.controls.sentences import draw_problems, within
from voice.ui.controls.values import DEFAULT_FOCUS, DEFAULT_MODE, KEEP
from voice.ui.controls.wanted import hand_over
from voice.ui.settings_status import draw_settings_status

_SHORT_FIELD_PX = 90
_FOCUS_DIAL = "voice_focus_threshold"
# Seconds from the end of speech to the first audible word, measured by a third party on the service on
# 2026-09-24 from 170 ms away.
_MODES = {
    "min_latency": ("Fast", "answers in 2.1 to 2.6 s"),
    "balanced": ("Balanced", "2.9 to 3.2 s"),
    "max_accuracy": ("Accurate", "4.2 to 4.5 s"),
}
_FOCUS = {"near-field": "Near", "far-field": "Far"}


@st.fragment
def draw_hearing(line: Line) -> None:
    """Draw the group and hand over what it says."""
    # Close together: a status without settings would leave a gap.
    with st.container(gap=None):
        with st.expander("Hearing", icon=":material/hearing:"):
            chosen = {**_draw_recognition(), **_draw_focus()}
            draw_dials(line, [_FOCUS_DIAL], key="focus_dial")
            hand_over(line, "hearing", chosen, [_FOCUS_DIAL])
        draw_settings_status(line, "hearing")


def _draw_recognition() -> dict[str, Any]:
    mode = st.radio(
        "Recognition",
        list(_MODES),
        format_func=lambda name: _MODES[name][0],
        captions=[seconds for _, seconds in _MODES.values()],
        key="transcription_mode",
        persist_state=KEEP,
    )
    st.caption("Measured on AssemblyAI's service in September 2026.")
    lines = st.text_area(
        "Key terms",
        key="keyterms",
        height=_SHORT_FIELD_PX,
        placeholder="Names and words to expect, one per line",
        persist_state=KEEP,
    )
    terms, problems = clean_keyterms((lines or "").splitlines())
    draw_problems(problems)
    prompt = st.text_area(
        "Transcription prompt",
        key="transcription_prompt",
        height=_SHORT_FIELD_PX,
        max_chars=MAX_TRANSCRIPTION_PROMPT_CHARS,
        placeholder="What the talk is about",
        persist_state=KEEP,
    )
    languages = st.multiselect(
        "Languages",
        list(INPUT_LANGUAGES),
        format_func=lambda code: INPUT_LANGUAGES.get(code, code),
        key="languages",
        placeholder="Found out by itself",
        persist_state=KEEP,
    )
    usable = within((prompt or "").strip(), MAX_TRANSCRIPTION_PROMPT_CHARS, "transcription prompt")
    return {
        "input.transcription_mode": mode if mode != DEFAULT_MODE else None,
        "input.keyterms": terms or None,
        "input.transcription_prompt": usable or None,
        "input.language_codes": tuple(languages) or None,
    }


def _draw_focus() -> dict[str, Any]:
    focus = st.segmented_control(
        "Microphone distance",
        list(_FOCUS),
        format_func=lambda name: _FOCUS[name],
        required=True,
        key="voice_focus",
        persist_state=KEEP,
    )
    return {"input.voice_focus": focus if focus != DEFAULT_FOCUS else None}
