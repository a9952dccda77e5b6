"""What became of each setting, beneath its group, and the button that begins anew with what waits."""

from voice.call.line import Line
from voice.ui.live_component import connection_data, live_component, read_part

# In the order of the sidebar: the first group with something that waits for the next call has the button.
_PATHS: dict[str, tuple[str, ...]] = {
    "conversation": ("output.voice", "system_prompt", "greeting", "output.volume"),
    "turn_taking": ("input.turn_detection",),
    "hearing": (
        "input.transcription_mode",
        "input.keyterms",
        "input.transcription_prompt",
        "input.language_codes",
        "input.voice_focus",
        "input.voice_focus_threshold",
    ),
    "tools": ("tools",),
}

_status = live_component("settings_status", html=read_part("settings_status.html"))


def draw_settings_status(line: Line, group: str) -> None:
    """Draw the status of one group's settings; it changes by itself as the agent answers."""
    groups = list(_PATHS)
    before = [path for name in groups[: groups.index(group)] for path in _PATHS[name]]
    _status(
        key=f"settings_status_{group}",
        data={**connection_data(line), "paths": _PATHS[group], "before": before},
    )
