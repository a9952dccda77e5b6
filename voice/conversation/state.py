"""What the page calls the state of a call: its name, its label and its icon. Pure words."""

from enum import Enum


class CallState(Enum):
    """The values of `data-state`."""

    IDLE = "idle"
    CONNECTING = "connecting"
    LISTENING = "listening"
    HEARING = "hearing"
    THINKING = "thinking"
    SPEAKING = "speaking"
    RECONNECTING = "reconnecting"
    ENDED = "ended"
    ERROR = "error"


# How long the label below shows after the agent was cut.
INTERRUPTED_FLASH_S = 1.0
INTERRUPTED_LABEL = "Stopped – go ahead"  # noqa: RUF001  (a dash for people)
INTERRUPTED_ICON = ":material/front_hand:"

_LABELS = {
    CallState.IDLE: "Ready when you are",
    CallState.CONNECTING: "Connecting…",
    CallState.LISTENING: "Listening",
    CallState.HEARING: "Hearing you",
    CallState.THINKING: "Thinking…",
    CallState.SPEAKING: "Speaking – talk over me to stop",  # noqa: RUF001  (a dash for people)
    CallState.RECONNECTING: "Reconnecting – not hearing you now",  # noqa: RUF001  (a dash for people)
    CallState.ENDED: "Call ended",
    CallState.ERROR: "The call failed",
}

_ICONS = {
    CallState.IDLE: ":material/mic_off:",
    CallState.CONNECTING: ":material/progress_activity:",
    CallState.LISTENING: ":material/hearing:",
    CallState.HEARING: ":material/graphic_eq:",
    CallState.THINKING: ":material/more_horiz:",
    CallState.SPEAKING: ":material/volume_up:",
    CallState.RECONNECTING: ":material/sync_problem:",
    CallState.ENDED: ":material/call_end:",
    CallState.ERROR: ":material/error:",
}


def icon_of(state: CallState) -> str:
    """The Material icon of a state, as Streamlit writes it."""
    return _ICONS[state]


def label_of(state: CallState, *, duration_s: float | None = None, cost: str = "") -> str:
    """The label of a state; an ended call tells its length and cost. Why a call failed is told beside it."""
    if state is CallState.ENDED and duration_s is not None:
        return " · ".join(filter(None, (_LABELS[state], duration_text(duration_s), cost)))
    return _LABELS[state]


def duration_text(seconds: float) -> str:
    """`14 s`, `2 min 14 s`, `1 h 2 min`: the seconds no longer matter after an hour."""
    whole = max(0, int(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"
