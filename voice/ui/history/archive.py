"""What concerns all calls of a person: bringing some in from files, and forgetting them all."""

import streamlit as st

from voice.history.store import Store
from voice.ui.history.forgetting import draw_delete_all
from voice.ui.history.importing import draw_import


def draw_archive(store: Store, owner: str) -> None:
    """Draw both, closed."""
    bringing = st.expander(
        "Import calls", icon=":material/upload_file:", on_change="rerun", key="history_import"
    )
    if bringing.open:
        with bringing:
            draw_import(store, owner)
    forgetting = st.expander(
        "Delete all calls", icon=":material/delete_forever:", on_change="rerun", key="history_forget"
    )
    if forgetting.open:
        with forgetting:
            draw_delete_all(store, owner)
