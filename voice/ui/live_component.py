"""Makes components that draw what the live route pushes, from the files in `voice/ui/live/`."""

from importlib.resources import files
from typing import TYPE_CHECKING

import streamlit as st

from voice.call.line import Line
from voice.ui.live_route import LIVE_PATH

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


def live_component(name: str, *, html: str) -> "ComponentRenderer":
    """Register a component whose script is `<name>.js` and whose style is `<name>.css`."""
    return st.components.v2.component(
        f"parley_{name}",
        html=html,
        css=read_part(f"{name}.css"),
        js=read_part("connection.js") + read_part(f"{name}.js"),
    )


def read_part(name: str) -> str:
    """A file of `voice/ui/live/`."""
    return (files(__package__) / "live" / name).read_text(encoding="utf-8")


def connection_data(line: Line) -> dict[str, str]:
    """What `connection.js` needs to reach the line."""
    return {"path": LIVE_PATH, "token": line.token}
