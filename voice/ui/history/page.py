"""Decides what the History page shows: the list, one call, or two beside each other; or why it can't."""

import streamlit as st

from voice.history.store import Store
from voice.ui.history.address import back_to_list, opened
from voice.ui.history.archive import draw_archive
from voice.ui.history.call_list import draw_call_list
from voice.ui.history.comparison import draw_pair
from voice.ui.history.forgetting import draw_forgetting
from voice.ui.history.open_call import draw_call
from voice.ui.history.said import draw_said, telling


def draw_history(store: Store, owner: str) -> None:
    """Draw what the page's address asks for, of this owner's calls."""
    draw_forgetting(owner)
    draw_said()
    ids = opened()
    with telling():
        if not ids:
            draw_call_list(store, owner)
            draw_archive(store, owner)
            return
        st.button("All calls", icon=":material/arrow_back:", type="tertiary", on_click=back_to_list)
        found = [store.full_call(owner, id_) for id_ in ids]
        calls = [full for full in found if full is not None]
        if len(calls) < len(found):
            _draw_missing()
        elif len(calls) == 1:
            draw_call(store, owner, calls[0])
        else:
            draw_pair(store, calls[0], calls[1])


def _draw_missing() -> None:
    st.warning(
        "It may have been deleted, its time may be over, or it is somebody else's. "
        "Go back to all calls and look for it there.",
        title="There is no such call among yours",
        icon=":material/search_off:",
    )
