"""What concerns all calls of a person: bringing some in from files, and forgetting them all."""

import streamlit as st

from voice.history.store import Store
from voice.ui.history.forgetting import draw_delete_all
from voice.ui.history.importing import draw_import


@st.fragment
def draw_archive(store: Store, owner: str) -> None:
    """Draw both, closed."""
    imports = st.expander("Import calls", icon=":material/upload_file:", on_change="rerun", key="history_import")
    if imports.open:
        with imports:
            draw_import(store, owner)
    forgets = st.expander("Delete all", icon=":material/delete_forever:", on_change="rerun", key="history_forget")
    if forgets.open:
        with forgets:
            draw_delete_all(store, owner)
