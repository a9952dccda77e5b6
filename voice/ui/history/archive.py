"""What concerns all calls of a person: forgetting them."""

import streamlit as st

from voice.history.store import Store
from voice.ui.history.forgetting import draw_delete_all


@st.fragment
def draw_archive(store: Store, owner: str) -> None:
    """Draw it, closed."""
    forgets = st.expander(
        "Delete all", icon=":material/delete_forever:", on_change="rerun", key="history_forget"
    )
    if forgets.open:
        with forgets:
            draw_delete_all(store, owner)
