"""Short sentences of the sidebar. What may hold somebody's words is drawn as plain text."""

from collections.abc import Iterable

import streamlit as st

_SIGN_AND_SENTENCE = (1, 12)


def draw_problems(sentences: Iterable[str]) -> None:
    """Draw sentences about what is wrong; they may quote anything."""
    for sentence in sentences:
        sign, text = st.columns(_SIGN_AND_SENTENCE, gap="small", wrap=False)
        sign.markdown(":orange[:material/warning:]")
        text.text(sentence)


def within(text: str | None, limit: int, name: str) -> str:
    """The part of a field's text that fits, with a sentence if that is not all. Browsers keep to limits,
    but not all that speak to this server are browsers.
    """
    text = text or ""
    if len(text) > limit:
        draw_problems([f"The {name} is longer than {limit} characters; the rest is not used."])
    return text[:limit]
