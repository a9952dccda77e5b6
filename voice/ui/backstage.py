"""The drawer "Behind the scenes": what a call sends, receives and decides. It draws by itself and never
causes a run; while it is closed it watches nothing.
"""

from voice.call.line import Line
from voice.ui.live_component import connection_data, live_component, read_part

PARTS = (
    "events_pane.css",
    "saving.js",
    "follower.js",
    "event_row.js",
    "event_list.js",
    "events_pane.js",
    "figures.css",
    "figure_parts.js",
    "trend_chart.js",
    "latency_pane.js",
    "network_pane.js",
    "server_clock.js",
    "cost_pane.js",
)

_backstage = live_component("backstage", html=read_part("backstage.html"), parts=PARTS)


def draw_backstage(line: Line) -> None:
    """Draw the drawer, closed."""
    _backstage(key="backstage", data=connection_data(line))
