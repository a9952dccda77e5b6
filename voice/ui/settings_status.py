"""What became of each setting, beneath the controls."""

from voice.call.line import Line
from voice.ui.live_component import connection_data, live_component

_status = live_component(
    "settings_status", html='<ul class="settings" aria-label="Settings in this call"></ul>'
)


def draw_settings_status(line: Line) -> None:
    """Draw the list; it changes by itself as the agent answers."""
    _status(key="settings_status", data=connection_data(line))
