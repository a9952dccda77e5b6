"""Choosing a persona, and keeping or sharing what the sidebar holds as one."""

from collections.abc import Callable, Sequence

import streamlit as st

from voice.personas.link import write_link
from voice.personas.persona import MAX_NAME_CHARS, Persona, PersonaRefused
from voice.personas.store import Shelf, clean_name
from voice.ui.controls.personas import (
    CHOSEN,
    choices,
    choose,
    choose_default,
    chosen,
    chosen_own,
    describe,
    my_personas,
    own_choice,
)
from voice.ui.controls.sentences import draw_problems
from voice.ui.controls.values import KEEP, MANUAL, current_persona, use_persona
from voice.ui.copy_link import draw_copy_link

_NAME = "persona_name"
_SAID = "persona_said"
_WRONG = "persona_wrong"
_NO_MANUAL = "Manual turn detection is no part of a persona: it is kept as Adaptive."


@st.fragment
def draw_persona_bar() -> None:
    """Draw the picker and what it takes to keep a persona."""
    shelf = my_personas().load()
    found = choices(shelf)
    if st.session_state.get(CHOSEN) not in found:
        choose_default()
    st.selectbox(
        "Persona",
        list(found),
        format_func=lambda choice: describe(choice, found[choice]) if choice in found else choice,
        key=CHOSEN,
        on_change=_use_chosen,
        persist_state=KEEP,
    )
    keeping = st.popover(
        "Save or share",
        type="tertiary",
        icon=":material/bookmark:",
        key="persona_keeping",
        on_change="rerun",
    )
    # Drawn anew at each opening, so that the link has what the other groups hold by then.
    if keeping.open:
        with keeping:
            _draw_keeping(shelf)


def _use_chosen() -> None:
    persona = chosen()
    if persona is not None:
        use_persona(persona)
        # The other groups' widgets must show it.
        st.rerun()


def _draw_keeping(shelf: Shelf) -> None:
    own = chosen_own(shelf)
    st.caption("Prompt, greeting, voice, key terms, tools and turn detection, under a name.")
    st.text_input("Name", key=_NAME, max_chars=MAX_NAME_CHARS, on_change="ignore", persist_state=KEEP)
    with st.container(horizontal=True, gap="small"):
        st.button("Save as new", icon=":material/add:", on_click=_try, args=(_save_new,))
        if own is not None:
            st.button("Save changes", icon=":material/save:", on_click=_try, args=(_save_changes, own))
            st.button("Rename", icon=":material/edit:", on_click=_try, args=(_rename, own))
            st.button("Delete", icon=":material/delete:", on_click=_try, args=(_delete, own))
        st.button("Put back", icon=":material/undo:", on_click=_use_chosen, help="Undo what you changed.")
    draw_problems(st.session_state.pop(_WRONG, ()))
    for sentence in st.session_state.pop(_SAID, ()):
        st.text(sentence)
    try:
        draw_copy_link(write_link(current_persona(own.name if own else _typed_name())))
    except PersonaRefused as refusal:
        draw_problems([str(refusal)])
    draw_problems(shelf.problems)


def _typed_name() -> str:
    return " ".join((st.session_state.get(_NAME) or "").split())[:MAX_NAME_CHARS] or "Shared persona"


def _try(act: Callable[..., Sequence[str]], *arguments: Persona) -> None:
    try:
        st.session_state[_SAID] = act(*arguments)
    except PersonaRefused as refusal:
        st.session_state[_WRONG] = [str(refusal)]


def _save_new() -> Sequence[str]:
    store = my_personas()
    persona = current_persona(clean_name(st.session_state[_NAME], _names(store.load())))
    store.save(persona)
    choose(own_choice(persona))
    return _saved()


def _save_changes(own: Persona) -> Sequence[str]:
    my_personas().save(current_persona(own.name))
    return _saved()


def _saved() -> Sequence[str]:
    manual = st.session_state["turn_detection"] == MANUAL
    return ["Saved.", _NO_MANUAL] if manual else ["Saved."]


def _rename(own: Persona) -> Sequence[str]:
    store = my_personas()
    others = [name for name in _names(store.load()) if name.casefold() != own.key]
    choose(own_choice(store.rename(own, clean_name(st.session_state[_NAME], others))))
    return ["Renamed."]


def _delete(own: Persona) -> Sequence[str]:
    my_personas().delete(own)
    choose_default()
    return ["Deleted. The fields still hold what it was: save it again, or put Parley back."]


def _names(shelf: Shelf) -> list[str]:
    return [persona.name for persona in shelf.personas]
