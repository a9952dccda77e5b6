"""Deleting calls: asked about first, and what was deleted where is said afterwards."""

from collections.abc import Sequence

import streamlit as st

from voice.history.records import CallRecord, HistoryProblem
from voice.history.store import Store
from voice.ui.history.address import back_to_list
from voice.ui.history.said import complain, say

_WORD = "delete all"
_TYPED = "history_delete_all"


@st.dialog("Delete for good?", icon=":material/delete:")
def ask_before_deleting(store: Store, owner: str, calls: Sequence[CallRecord]) -> None:
    """Ask, then delete."""
    st.text(
        "It can't be undone. Deleted here: "
        + ("the call" if len(calls) == 1 else f"{len(calls)} calls")
        + ", with transcript, figures, events and recording."
    )
    _say_what_stays(calls)
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", key="history_delete_yes"):
            _delete(store, owner, calls)
            back_to_list()
            st.rerun()
        if st.button("Keep", key="history_delete_no"):
            st.rerun()


def draw_delete_all(store: Store, owner: str) -> None:
    """Delete every call of this person, once they have typed that they want it."""
    st.text("Delete every call of yours on this page, with its recording. It can't be undone.")
    typed = st.text_input(f'Type "{_WORD}" to confirm', key=_TYPED, autocomplete="off")
    st.button(
        "Delete all calls",
        icon=":material/delete_forever:",
        disabled=(typed or "").strip().lower() != _WORD,
        on_click=_delete_all,
        args=(store, owner),
    )


def _say_what_stays(calls: Sequence[CallRecord]) -> None:
    if any(call.agent == "assemblyai" for call in calls):
        st.text("AssemblyAI keeps its own record of a call on its service. It is not deleted from here.")
    if any(call.ended_at is None for call in calls):
        st.text("A call that still runs is left alone. Hang up first, to delete it.")


def _delete(store: Store, owner: str, calls: Sequence[CallRecord]) -> None:
    try:
        for call in calls:
            say(_delete_one(store, owner, call))
    except HistoryProblem as problem:
        complain(problem)


def _delete_one(store: Store, owner: str, call: CallRecord) -> list[str]:
    name = f'"{call.title}"' if call.title else "The call"
    if call.ended_at is None:
        return [f"{name} still runs and was not deleted. Hang up first."]
    if not store.delete(owner, call.id):
        return [f"{name} was deleted before."]
    where = "here, in Parley's database"
    if not call.has_recording:
        said = [f"{name} was deleted {where}."]
    elif store.recording_path(call.id).exists():
        said = [f"{name} was deleted {where}, but its recording is still at {store.recording_path(call.id)}."]
    else:
        said = [f"{name} was deleted {where}, and its recording from the data folder."]
    if call.agent == "assemblyai" and call.session_id:
        said.append(f"AssemblyAI still has its own record of it, as session {call.session_id}.")
    return said


def _delete_all(store: Store, owner: str) -> None:
    if st.session_state.get(_TYPED, "").strip().lower() != _WORD:
        return
    st.session_state[_TYPED] = ""
    try:
        count = store.delete_all(owner)
    except HistoryProblem as problem:
        complain(problem)
        return
    calls = "1 call was" if count == 1 else f"{count:,} calls were"
    say([f"{calls} deleted here, with their recordings. What an agent's service keeps is not touched."])
