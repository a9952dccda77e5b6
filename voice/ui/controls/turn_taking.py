"""When the agent takes its turn: adaptive, a preset, or sliders."""

import msgspec
import streamlit as st

from voice.call.line import Line
from voice.protocol.config import TurnDetection
from voice.protocol.dials import DIALS
from voice.protocol.turn_presets import ADAPTIVE_PUBLISHED, FIGURES_FROM, PRESETS, TurnPreset
from voice.ui.controls.dials import draw_dials
from voice.ui.controls.values import ADAPTIVE, KEEP, MANUAL, TURN_TAKING
from voice.ui.controls.wanted import hand_over
from voice.ui.settings_status import draw_settings_status

_FIELD = "input.turn_detection"
_WINDOWS = ("vad_threshold", "min_silence", "max_silence")
_DELAY = "interruption_delay"
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
        detection = _draw_manual(line)
    elif preset is not None:
        st.caption(_about(preset))
        detection = preset.detection
    else:
        _draw_adaptive(line)
    chosen = {_FIELD: msgspec.to_builtins(detection) if detection else None}
    hand_over(line, "turn_taking", chosen, (*_WINDOWS, _DELAY) if mode == MANUAL else ())
    draw_settings_status(line, "turn_taking")


def _draw_adaptive(line: Line) -> None:
    in_call = line.call is not None
    if in_call and _FIELD in line.view.settings:
        st.caption("This call keeps its fixed windows. Adaptive acts from the next call on.")
        return
    st.caption("Waits longer for unfinished sentences.")
    if in_call:
        st.caption(":material/warning: Leaving Adaptive can't be undone within this call.")


def _draw_manual(line: Line) -> TurnDetection:
    draw_dials(line, _WINDOWS, key="window_dials")
    interruptible = st.toggle(
        "Interruption", key="interrupt_response", help="Talk over the agent to stop it.", persist_state=KEEP
    )
    draw_dials(line, [_DELAY], key="delay_dial", disabled=not interruptible)
    starts = {name: DIALS[name].start for name in (*_WINDOWS, _DELAY)}
    return msgspec.convert({**starts, "interrupt_response": interruptible}, TurnDetection)


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
