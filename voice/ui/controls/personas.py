"""The personas of this dashboard: which there are, and which one is chosen."""

import hashlib
from typing import Final

import streamlit as st

from voice.personas.persona import Persona, shipped
from voice.personas.store import PersonaStore, Shelf
from voice.settings import load_settings
from voice.ui.controls.values import tool_names, use_persona
from voice.ui.whose import SINGLE_USER, owner

CHOSEN: Final = "persona"
_LINKED = "linked_persona"
_FOLDER = "personas"


def my_personas() -> PersonaStore:
    """Where this person's own personas are kept; those of everybody where nobody logs in."""
    folder, mine = load_settings().voice_data_dir / _FOLDER, owner()
    if mine != SINGLE_USER:
        # A provider's name for a person may hold any sign.
        folder /= hashlib.sha256(mine.encode()).hexdigest()
    return PersonaStore(folder, tools=tool_names())


def choices(shelf: Shelf) -> dict[str, Persona]:
    """Every persona that can be chosen, by the value that the picker has for it."""
    linked: Persona | None = st.session_state.get(_LINKED)
    found = {_choice("shipped", persona): persona for persona in shipped()}
    found |= {own_choice(persona): persona for persona in shelf.personas}
    return found if linked is None else found | {_choice("linked", linked): linked}


def describe(choice: str, persona: Persona) -> str:
    """What the picker shows."""
    whose = {"own": " · saved", "linked": " · from a link"}.get(choice.partition(":")[0], "")
    return f"{persona.name}{whose}"


def own_choice(persona: Persona) -> str:
    """The picker's value for a persona that somebody saved."""
    return _choice("own", persona)


def choose(choice: str) -> None:
    """Have the picker show this persona, without touching the widgets."""
    st.session_state[CHOSEN] = choice


def choose_default() -> None:
    """Have the picker show the persona that every page starts with."""
    choose(_choice("shipped", shipped()[0]))


def chosen() -> Persona | None:
    """The chosen persona as it is kept, or None if it is gone."""
    return choices(my_personas().load()).get(st.session_state.get(CHOSEN, ""))


def chosen_own(shelf: Shelf) -> Persona | None:
    """The chosen persona if it is one that somebody saved."""
    choice = st.session_state.get(CHOSEN)
    return next((persona for persona in shelf.personas if own_choice(persona) == choice), None)


def use_linked(persona: Persona) -> None:
    """Use a link's persona in this tab. Nothing is saved."""
    st.session_state[_LINKED] = persona
    choose(_choice("linked", persona))
    use_persona(persona)


def _choice(whose: str, persona: Persona) -> str:
    return f"{whose}:{persona.key}"
