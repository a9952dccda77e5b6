"""Makes components that draw what the live route pushes, from the files in `voice/ui/live/`."""

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

import streamlit as st

from voice.call.line import Line
from voice.ui.live_route import LIVE_PATH

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


# What every component's script begins with.
_COMMON = ("connection.js", "elements.js")


def live_component(name: str, *, html: str, parts: Sequence[str] = ()) -> "ComponentRenderer":
    """Register a component whose script is `<name>.js` and whose style is `<name>.css`.

    `parts` are further files, `.js` or `.css`, put before these in the order given. All scripts of one
    component share one scope, so no two may declare the same name.
    """
    return st.components.v2.component(
        f"parley_{name}", html=html, css=style_of(name, parts), js=script_of(name, parts)
    )


def script_of(name: str, parts: Sequence[str]) -> str:
    """The whole script of a component: what all share, then its parts, then its own."""
    return _joined((*_COMMON, *parts, f"{name}.js"), ".js")


def style_of(name: str, parts: Sequence[str]) -> str:
    """The whole style of a component."""
    return _joined((*parts, f"{name}.css"), ".css")


def _joined(names: Sequence[str], suffix: str) -> str:
    return "\n".join(read_part(name) for name in names if name.endswith(suffix))


def read_part(name: str) -> str:
    """A file of `voice/ui/live/`."""
    return (files(__package__) / "live" / name).read_text(encoding="utf-8")


def connection_data(line: Line) -> dict[str, str]:
    """What `connection.js` needs to reach the line."""
    return {"path": LIVE_PATH, "token": line.token}
