"""A button that copies this page's address with a persona in it."""

import streamlit as st

from voice.personas.link import QUERY_PARAMETER
from voice.ui.live_component import read_part

_copy_link = st.components.v2.component(
    "parley_copy_link",
    html=read_part("copy_link.html"),
    css=read_part("copy_link.css"),
    js=read_part("copy_link.js"),
)


def draw_copy_link(written: str) -> None:
    """Draw it; `written` is the persona as `voice.personas.link` writes it."""
    _copy_link(key="copy_link", data={"parameter": QUERY_PARAMETER, "written": written})
