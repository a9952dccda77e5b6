"""Voice, system prompt, greeting, and how loud the agent is."""

import streamlit as st

from voice.call.line import Line
from voice.personas.persona import DEFAULT_VOICE, MAX_GREETING_CHARS, MAX_PROMPT_CHARS, MAX_VOICE_CHARS
from voice.protocol.voices import Voice, catalogue
from voice.ui.controls.dials import draw_dials
from voice.ui.controls.languages import LANGUAGES
from voice.ui.controls.sentences import within
from voice.ui.controls.values import KEEP
from voice.ui.controls.wanted import hand_over
from voice.ui.settings_status import draw_settings_status

_PROMPT_HEIGHT_PX = 140


@st.fragment
def draw_conversation(line: Line) -> None:
    """Draw the group and hand over what it says."""
    voice = _draw_voice(line.view.valid_voices)
    prompt = st.text_area(
        "System prompt",
        key="system_prompt",
        max_chars=MAX_PROMPT_CHARS,
        height=_PROMPT_HEIGHT_PX,
        placeholder="Who the agent is and how it answers",
        persist_state=KEEP,
    )
    greeting = st.text_input(
        "Greeting",
        key="greeting",
        max_chars=MAX_GREETING_CHARS,
        placeholder="None: you speak first",
        persist_state=KEEP,
    )
    draw_dials(line, ["volume"], key="volume_dial")
    hand_over(
        line,
        "conversation",
        {
            "output.voice": voice,
            "system_prompt": within(prompt, MAX_PROMPT_CHARS, "system prompt"),
            "greeting": within((greeting or "").strip(), MAX_GREETING_CHARS, "greeting") or None,
        },
        ["volume"],
    )
    draw_settings_status(line, "conversation")


def _draw_voice(valid_voices: tuple[str, ...]) -> str:
    known = {voice.id: voice for voice in catalogue()}
    options = list(valid_voices) or list(known)
    if valid_voices and st.session_state["voice"] not in options:
        # The agent refused the voice and named what it offers.
        st.session_state["voice"] = options[0]
    chosen = st.selectbox(
        "Voice",
        options,
        format_func=lambda voice_id: _describe(voice_id, known.get(voice_id)),
        accept_new_options=True,
        key="voice",
        placeholder="Pick one or type an id",
        persist_state=KEEP,
    )
    return (chosen or "").strip()[:MAX_VOICE_CHARS] or DEFAULT_VOICE


def _describe(voice_id: str, voice: Voice | None) -> str:
    if voice is None:
        return voice_id
    languages = " + ".join(LANGUAGES.get(code, code) for code in voice.languages)
    accented = f"{voice.accent} {languages}" if voice.accent and voice.languages == ("en",) else languages
    generation = "earlier catalogue" if voice.generation == "earlier" else None
    return " · ".join(filter(None, (voice.id, accented, voice.style, generation)))
