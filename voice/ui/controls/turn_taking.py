"""When the agent takes its turn: adaptive, a preset, or sliders."""

import msgspec
import streamlit as st

from voice.call.line import Line
from voice.protocol.config import (
    MAX_INTERRUPTION_DELAY_MS,
    MAX_SILENCE_BOUND_MS,
    MIN_SILENCE_BOUND_MS,
    InputPatch,
    SessionPatch,
    TurnDetection,
    problems_of,
)
from voice.protocol.turn_presets import ADAPTIVE_PUBLISHED, FIGURES_FROM, PRESETS, TurnPreset
from voice.ui.controls.sentences import draw_problems
from voice.ui.controls.values import ADAPTIVE, KEEP, MANUAL, TURN_TAKING
from voice.ui.controls.wanted import hand_over
from voice.ui.settings_status import draw_settings_status

_FIELD = "input.turn_detection"
_LAST_GOOD = "turn_detection_good"
_STEP_MS = 50
_THRESHOLD_STEP = 0.05
_MS_PER_S = 1_000


@st.fragment
def draw_turn_taking(line: Line) -> None:
    """Draw the group and hand over what it says."""
    mode = st.pills(
        "Turn detection",
        [*TURN_TAKING, MANUAL],
        required=True,
        key="turn_detection",
        help=_help(),
        persist_state=KEEP,
    )
    preset = PRESETS.get(TURN_TAKING.get(mode or ADAPTIVE, "adaptive"))
    detection: TurnDetection | None = None
    if mode == MANUAL:
        detection = _draw_manual()
    elif preset is not None:
        st.caption(_about(preset))
        detection = preset.detection
    else:
        _draw_adaptive(line)
    hand_over(line, "turn_taking", {_FIELD: msgspec.to_builtins(detection) if detection else None})
    draw_settings_status(line, "turn_taking")


def _draw_adaptive(line: Line) -> None:
    in_call = line.call is not None
    if in_call and _FIELD in line.view.settings:
        st.caption("This call keeps its fixed windows. Adaptive acts from the next call on.")
        return
    st.caption("Waits longer for unfinished sentences.")
    if in_call:
        st.caption(":material/warning: Leaving Adaptive can't be undone within this call.")


def _draw_manual() -> TurnDetection | None:
    threshold = st.slider(
        "Threshold", 0.0, 1.0, step=_THRESHOLD_STEP, key="vad_threshold", persist_state=KEEP
    )
    st.caption("Lower hears quieter speech.")
    minimum = _draw_silence("Minimum silence")
    st.caption("Ends a turn that sounds finished.")
    maximum = _draw_silence("Maximum silence")
    st.caption("Ends any turn.")
    interruptible = st.toggle(
        "Interruption", key="interrupt_response", help="Talk over the agent to stop it.", persist_state=KEEP
    )
    delay = st.slider(
        "Interruption delay",
        0,
        MAX_INTERRUPTION_DELAY_MS,
        step=_STEP_MS,
        format="%d ms",
        key="interruption_delay",
        disabled=not interruptible,
        help="How long speech must last before it stops the agent.",
        persist_state=KEEP,
    )
    return _last_good(
        TurnDetection(
            vad_threshold=threshold,
            min_silence=minimum,
            max_silence=maximum,
            interrupt_response=interruptible,
            interruption_delay=delay,
        )
    )


def _draw_silence(label: str) -> int:
    chosen = st.slider(
        label,
        MIN_SILENCE_BOUND_MS,
        MAX_SILENCE_BOUND_MS,
        step=_STEP_MS,
        format="%d ms",
        key=label.lower().replace(" ", "_"),
        persist_state=KEEP,
    )
    return int(chosen)


def _last_good(drawn: TurnDetection) -> TurnDetection | None:
    if not problems_of(SessionPatch(input=InputPatch(turn_detection=drawn))):
        st.session_state[_LAST_GOOD] = drawn
        return drawn
    good = st.session_state.get(_LAST_GOOD)
    kept = f" Until then {good.min_silence} and {good.max_silence} ms stay in force." if good else ""
    draw_problems([f"The minimum silence must be less than the maximum. Move one of them.{kept}"])
    return good if isinstance(good, TurnDetection) else None


def _about(preset: TurnPreset) -> str:
    windows = (
        f"{preset.min_silence_ms / _MS_PER_S:g} s after a finished sentence, "
        f"{preset.max_silence_ms / _MS_PER_S:g} s after any."
    )
    found = preset.published
    if found is None:
        return f"{windows} Shorter than anything that was benchmarked: it may cut in."
    return f"{windows} In the benchmark: answers after {found.answers_after_s:g} s, score {found.score:g}."


def _help() -> str:
    figures = [f"Adaptive {ADAPTIVE_PUBLISHED.answers_after_s:g} s and {ADAPTIVE_PUBLISHED.score:g}"]
    figures += [
        f"{name.capitalize()} {preset.published.answers_after_s:g} s and {preset.published.score:g}"
        for name, preset in PRESETS.items()
        if preset.published
    ]
    return (
        "Adaptive leaves this to the agent, which waits for unfinished sentences. The others use fixed "
        f"windows of silence. Time to the agent's turn and score for not cutting in: {', '.join(figures)}. "
        f"Source: {FIGURES_FROM}."
    )
