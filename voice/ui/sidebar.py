"""The sidebar's controls: what the person wants of the session. They decide nothing: the line sends what
may change in a call, and the status beneath shows what the agent answered.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from msgspec import UNSET, UnsetType

from voice.call.line import Line
from voice.protocol.config import (
    DEFAULT_MAX_SILENCE_MS,
    DEFAULT_MIN_SILENCE_MS,
    DEFAULT_VAD_THRESHOLD,
    MAX_INTERRUPTION_DELAY_MS,
    MAX_SILENCE_BOUND_MS,
    MIN_SILENCE_BOUND_MS,
    InputPatch,
    OutputPatch,
    SessionPatch,
    TurnDetection,
)
from voice.protocol.voices import Voice, catalogue
from voice.ui.settings_status import draw_settings_status

# Fixed by the service within a session; the page says "next call".
_DEFAULT_VOICE = "alba"
_DEFAULT_PROMPT = (
    "You are Parley, a friendly voice assistant. You speak aloud: answer in one to three short sentences, "
    "without lists or markup. If you don't know something, say so."
)
_DEFAULT_GREETING = "Hi, I'm Parley. What can I do for you?"
# The service names no limits for these; these keep one message far below what any socket takes.
_MAX_PROMPT_CHARS = 8_000
_MAX_GREETING_CHARS = 500
_MAX_VOICE_CHARS = 100
_SILENCE_STEP_MS = 50
_DEFAULT_INTERRUPTION_DELAY_MS = 500
_LANGUAGES = {
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "pt": "Portuguese",
    "ru": "Russian",
    "zh": "Mandarin",
}
_ADAPTIVE, _MANUAL = "Adaptive", "Manual"


@dataclass(frozen=True)
class MicrophoneOptions:
    """What the browser does to the microphone before Parley hears it; acts on the next call."""

    noise_suppression: bool
    auto_gain: bool


# A fragment: moving a control reruns this alone and leaves the page and the streamer as they are.
@st.fragment
def draw_session_controls(line: Line) -> None:
    """Draw the controls of the session and hand the wanted configuration to the line."""
    voice = _draw_voice(line.view.valid_voices)
    prompt = st.text_area(
        "System prompt",
        value=_DEFAULT_PROMPT,
        key="system_prompt",
        max_chars=_MAX_PROMPT_CHARS,
        height=140,
        placeholder="Who the agent is and how it answers",
    )
    greeting = st.text_input(
        "Greeting",
        value=_DEFAULT_GREETING,
        key="greeting",
        max_chars=_MAX_GREETING_CHARS,
        placeholder="None: you speak first",
    )
    turn_detection = _draw_turn_detection()
    line.want(
        SessionPatch(
            system_prompt=(prompt or "")[:_MAX_PROMPT_CHARS],
            greeting=greeting[:_MAX_GREETING_CHARS] if greeting and greeting.strip() else UNSET,
            input=InputPatch(turn_detection=turn_detection) if turn_detection is not UNSET else UNSET,
            output=OutputPatch(voice=voice),
        )
    )
    draw_settings_status(line)


def _draw_voice(valid_voices: tuple[str, ...]) -> str:
    known = {voice.id: voice for voice in catalogue()}
    options = list(valid_voices) or list(known)
    if valid_voices and st.session_state.get("voice") not in options:
        # The agent refused the voice and named what it offers.
        st.session_state["voice"] = options[0]
    chosen = st.selectbox(
        "Voice",
        options,
        index=options.index(_DEFAULT_VOICE) if _DEFAULT_VOICE in options else 0,
        format_func=lambda voice_id: _describe(voice_id, known.get(voice_id)),
        accept_new_options=True,
        key="voice",
        placeholder="Pick one or type an id",
    )
    return (chosen or "").strip()[:_MAX_VOICE_CHARS] or _DEFAULT_VOICE


def _describe(voice_id: str, voice: Voice | None) -> str:
    if voice is None:
        return voice_id
    languages = " + ".join(_LANGUAGES.get(code, code) for code in voice.languages)
    accented = f"{voice.accent} {languages}" if voice.accent and voice.languages == ("en",) else languages
    generation = "earlier catalogue" if voice.generation == "earlier" else None
    return " · ".join(filter(None, (voice.id, accented, voice.style, generation)))


def _draw_turn_detection() -> TurnDetection | UnsetType:
    mode = st.segmented_control(
        "Turn detection",
        [_ADAPTIVE, _MANUAL],
        default=_ADAPTIVE,
        required=True,
        key="turn_detection",
        help="Adaptive waits longer for unfinished sentences. Manual uses fixed windows.",
    )
    if mode != _MANUAL:
        return UNSET
    st.caption("Once sent, manual turn detection stays for the rest of the call.")
    threshold = st.slider("Threshold", 0.0, 1.0, DEFAULT_VAD_THRESHOLD, 0.05, key="vad_threshold")
    st.caption("Lower hears quieter speech.")
    minimum = _silence_slider("Minimum silence", DEFAULT_MIN_SILENCE_MS)
    st.caption("Ends a turn that sounds finished.")
    maximum = _silence_slider("Maximum silence", DEFAULT_MAX_SILENCE_MS)
    st.caption("Ends any turn.")
    interruptible = st.toggle(
        "Interruption", value=True, key="interrupt_response", help="Talk over the agent to stop it."
    )
    delay = st.slider(
        "Interruption delay",
        0,
        MAX_INTERRUPTION_DELAY_MS,
        _DEFAULT_INTERRUPTION_DELAY_MS,
        _SILENCE_STEP_MS,
        format="%d ms",
        key="interruption_delay",
        disabled=not interruptible,
        help="How long speech must last before it stops the agent.",
    )
    return TurnDetection(
        vad_threshold=threshold,
        min_silence=minimum,
        max_silence=maximum,
        interrupt_response=interruptible,
        interruption_delay=delay,
    )


def _silence_slider(label: str, default_ms: int) -> int:
    value: Any = st.slider(
        label,
        MIN_SILENCE_BOUND_MS,
        MAX_SILENCE_BOUND_MS,
        default_ms,
        _SILENCE_STEP_MS,
        format="%d ms",
        key=label.lower().replace(" ", "_"),
    )
    return int(value)


def draw_microphone_options() -> MicrophoneOptions:
    """Draw what the browser may do to the microphone."""
    with st.expander("Microphone", icon=":material/mic:"):
        st.caption("Echo cancellation is always on. These act on the next call.")
        return MicrophoneOptions(
            noise_suppression=st.toggle("Noise suppression", key="noise_suppression"),
            auto_gain=st.toggle(
                "Automatic gain", key="auto_gain", help="Can lift room noise until it interrupts the agent."
            ),
        )
