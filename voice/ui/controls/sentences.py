"""Short sentences of the sidebar. What may hold somebody's words is drawn as plain text."""

from collections.abc import Iterable

import streamlit as st


def draw_problems(sentences: Iterable[str]) -> None:
    """Draw sentences about what is wrong; they may quote anything."""
    told = list(sentences)
    if told:
        with st.container(border=True, gap="xsmall"):
            st.badge("Please note", icon=":material/warning:", color="orange")
            for sentence in told:
                st.text(sentence)


def within(text: str | None, limit: int, name: str) -> str:
    """The part of a field's text that fits, with a sentence if that is not all. Browsers keep to limits,
    but not all that speak to this server are browsers.
    """
    text = text or ""
    if len(text) > limit:
        draw_problems([f"The {name} is longer than {limit} characters; the rest is not used."])
    return text[:limit]
