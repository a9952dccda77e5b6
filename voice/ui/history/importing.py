"""Bringing calls in from files that were exported, here or anywhere. What a file holds is nobody's word:
`voice.history.importing` checks it.
"""

import streamlit as st
from streamlit.typing import UploadedFile

from voice.history.importing import MAX_IMPORT_BYTES, from_json
from voice.history.records import HistoryProblem
from voice.history.store import Store
from voice.ui.history.said import complain, say

_FILES = "history_files"
_MAX_MEGABYTES = -(-MAX_IMPORT_BYTES // 1_000_000)


def draw_import(store: Store, owner: str) -> None:
    """Draw the place for files and the button that brings them in."""
    st.text("Calls that were exported as JSON. Their recordings do not come along.")
    with st.form("history_import_form", clear_on_submit=True, border=False):
        st.file_uploader(
            "Exported calls",
            type="json",
            accept_multiple_files=True,
            max_upload_size=_MAX_MEGABYTES,
            key=_FILES,
        )
        st.form_submit_button(
            "Import", icon=":material/upload_file:", on_click=_import_all, args=(store, owner)
        )


def _import_all(store: Store, owner: str) -> None:
    for file in st.session_state.get(_FILES) or ():
        try:
            _import(store, owner, file)
        except HistoryProblem as problem:
            complain(HistoryProblem(f'"{file.name}": {problem.sentence}', problem.next_step))


def _import(store: Store, owner: str, file: UploadedFile) -> None:
    full = from_json(file.getvalue())
    store.add_imported(owner, full)
    turns = "1 turn" if len(full.turns) == 1 else f"{len(full.turns)} turns"
    say([f'"{file.name}" was brought in: {full.call.title or "a call"} with {turns}.'])
