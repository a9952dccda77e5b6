"""The values of the sidebar's widgets: their keys, what they start with, and a persona put into them.

Everything is kept under the widget's own key in the session state, so that whoever sets a key before the
widget is drawn (a persona, a cure) sets what the person sees. Widgets therefore get no `value=`.
"""

from typing import Any, Final, Literal

import streamlit as st

from voice.personas.keyterms import clean_keyterms
from voice.personas.persona import (
    DEFAULT_VOICE,
    MAX_GREETING_CHARS,
    MAX_PROMPT_CHARS,
    MAX_VOICE_CHARS,
    Persona,
    shipped,
)
from voice.protocol.limits import DEFAULT_CAP_S, DEFAULT_IDLE_S
from voice.protocol.turn_presets import TurnTaking
from voice.tools import catalogue, default_names

# A widget that is not drawn for a while (on another page) keeps its value.
KEEP: Final[Literal["session"]] = "session"

ADAPTIVE, QUICK, BALANCED, PATIENT, MANUAL = "Adaptive", "Quick", "Balanced", "Patient", "Manual"
TURN_TAKING: dict[str, TurnTaking] = {
    ADAPTIVE: "adaptive",
    QUICK: "quick",
    BALANCED: "balanced",
    PATIENT: "patient",
}
DEFAULT_MODE = "balanced"
DEFAULT_FOCUS = "near-field"

_START: dict[str, Any] = {
    "interrupt_response": True,
    "transcription_mode": DEFAULT_MODE,
    "transcription_prompt": "",
    "languages": [],
    "idle_minutes": round(DEFAULT_IDLE_S / 60),
    "cap_minutes": round(DEFAULT_CAP_S / 60),
    "voice_focus": DEFAULT_FOCUS,
}


def tool_key(name: str) -> str:
    """The key of a tool's switch."""
    return f"tool_{name}"


def tool_names() -> tuple[str, ...]:
    """Names of all tools there are."""
    return tuple(tool.name for tool in catalogue())


def prepare_values() -> None:
    """Give every widget its first value. To be called in each run before the widgets."""
    for key, value in (_START | _values_of(shipped()[0])).items():
        st.session_state.setdefault(key, value)


def use_persona(persona: Persona) -> None:
    """Put a persona into the widgets. Only before they are drawn in this run."""
    st.session_state.update(_values_of(persona))


def current_persona(name: str) -> Persona:
    """What the widgets hold, under this name. Manual turn detection is no part of a persona."""
    state = st.session_state
    terms, _ = clean_keyterms(str(state["keyterms"] or "").splitlines())
    on = tuple(name for name in tool_names() if state[tool_key(name)])
    return Persona(
        name=name,
        prompt=(state["system_prompt"] or "")[:MAX_PROMPT_CHARS],
        greeting=(state["greeting"] or "")[:MAX_GREETING_CHARS],
        voice=(state["voice"] or "").strip()[:MAX_VOICE_CHARS] or DEFAULT_VOICE,
        keyterms=terms,
        tools=None if on == default_names() else on,
        turn_taking=TURN_TAKING.get(state["turn_detection"], "adaptive"),
    )


def _values_of(persona: Persona) -> dict[str, Any]:
    turn_taking = next(label for label, name in TURN_TAKING.items() if name == persona.turn_taking)
    on = default_names() if persona.tools is None else persona.tools
    return {
        "voice": persona.voice,
        "system_prompt": persona.prompt,
        "greeting": persona.greeting,
        "keyterms": "\n".join(persona.keyterms),
        "turn_detection": turn_taking,
    } | {tool_key(name): name in on for name in tool_names()}
