"""A persona that came with the page's address: shown first, and used only when the person says so."""

from collections.abc import Callable

import streamlit as st

from voice.personas.checking import Checked, check
from voice.personas.link import QUERY_PARAMETER, read_link
from voice.personas.persona import Persona, PersonaRefused
from voice.protocol.voices import catalogue as voices
from voice.tools import catalogue
from voice.ui.controls.personas import use_linked
from voice.ui.controls.sentences import draw_problems
from voice.ui.controls.values import tool_names

_ANSWERED = "persona_link_answered"


def draw_persona_link() -> None:
    """Ask about the link's persona, if there is one that was not asked about yet. For every run of the page:
    a dialog that one run leaves out is closed.
    """
    written = st.query_params.get(QUERY_PARAMETER)
    if not written or st.session_state.get(_ANSWERED) == written:
        return
    try:
        found = check(read_link(written), tools=tool_names(), voices=[voice.id for voice in voices()])
    except PersonaRefused as refusal:
        _dialog("This link's persona can't be used", written)(_draw_refusal)(str(refusal), written)
    else:
        _dialog("Use this persona?", written)(_draw_question)(found, written)


def _dialog(title: str, written: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return st.dialog(title, on_dismiss=lambda: _answer(written))


def _draw_refusal(sentence: str, written: str) -> None:
    draw_problems([sentence])
    if st.button("Close", on_click=_answer, args=(written,)):
        st.rerun()


def _draw_question(found: Checked, written: str) -> None:
    st.caption("It came with the link. Nothing is saved, and your own personas stay as they are.")
    _draw_persona(found.persona)
    if found.problems:
        st.caption("Not everything in the link could be taken over:")
        draw_problems(found.problems)
    with st.container(horizontal=True):
        used = st.button("Use", on_click=_use, args=(found.persona, written))
        ignored = st.button("Ignore", on_click=_answer, args=(written,))
    if used or ignored:
        st.rerun()


def _draw_persona(persona: Persona) -> None:
    """Draw every value as plain text: it is somebody else's."""
    _draw_field("Name", persona.name)
    _draw_field("Voice", persona.voice)
    _draw_field("Greeting", persona.greeting or "None: you speak first")
    _draw_field("System prompt", persona.prompt or "None")
    _draw_field("Turn detection", persona.turn_taking.capitalize())
    if persona.tools is not None:
        titles = [tool.title for tool in catalogue() if tool.name in persona.tools]
        _draw_field("Tools", ", ".join(titles) or "None")
    if persona.keyterms:
        _draw_field("Key terms", ", ".join(persona.keyterms))


def _draw_field(name: str, value: str) -> None:
    with st.container(gap=None):
        st.caption(name)
        st.text(value)


def _use(persona: Persona, written: str) -> None:
    use_linked(persona)
    _answer(written)


def _answer(written: str) -> None:
    st.session_state[_ANSWERED] = written
    st.query_params.pop(QUERY_PARAMETER, None)
