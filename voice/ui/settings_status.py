"""What became of each setting, and the button that begins anew with what waits for the next call."""

from voice.call.line import Line
from voice.ui.live_component import connection_data, live_component, read_part

_status = live_component("settings_status", html=read_part("settings_status.html"))


def draw_settings_status(line: Line) -> None:
    """Draw it; it changes by itself as the agent answers."""
    _status(key="settings_status", data=connection_data(line))
