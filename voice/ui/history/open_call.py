"""One call, opened: what it was, its sound and words, and what can be found out about it."""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from voice.history.records import MAX_NOTE_CHARS, MAX_TITLE_CHARS, CallRecord, FullCall, HistoryProblem
from voice.history.store import Store
from voice.ui.history.comparison import draw_choice
from voice.ui.history.details import draw_details
from voice.ui.history.exporting import draw_export
from voice.ui.history.facts import AGENTS
from voice.ui.history.forgetting import ask_before_deleting
from voice.ui.history.player import draw_player
from voice.ui.history.said import complain
from voice.ui.history.service import draw_service
from voice.ui.history.when import when_text

T = TypeVar("T")


def draw_call(store: Store, owner: str, full: FullCall) -> None:
    """Draw a call of this owner's."""
    _draw_head(store, owner, full)
    draw_player(store, full, with_facts=True)
    details, judgement = st.columns([3, 2], gap="medium")
    with judgement:
        _draw_judgement(store, owner, full.call)
    with details:
        draw_details(full)
    draw_service(store, owner, full)


def _draw_facts(call: CallRecord) -> None:
    """What a call was, in one line. Names of voices and personas are plain text."""
    names = [when_text(call.started_at), call.voice, call.persona, AGENTS[call.agent]]
    if call.sample:
        names.append("Sample")
    st.text(" · ".join(name for name in names if name))
    if call.failure:
        st.text(call.failure)


def _draw_head(store: Store, owner: str, full: FullCall) -> None:
    call = full.call
    key = f"history_title_{call.id}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Title",
            call.title,
            placeholder="Give this call a name",
            max_chars=MAX_TITLE_CHARS,
            key=key,
            on_change=lambda: _keep(store.rename, owner, call.id, key, _text(MAX_TITLE_CHARS)),
        )
        draw_choice(store, owner, call)

        draw_export(store, owner, [call])
        if st.button("Delete", icon=":material/delete:"):
            ask_before_deleting(owner, [call])
    _draw_facts(call)


def _draw_judgement(store: Store, owner: str, call: CallRecord) -> None:
    """The person's own view of the call: stars and a note."""
    stars, note = f"history_rating_{call.id}", f"history_note_{call.id}"
    st.caption("Your rating")
    st.feedback(
        "stars",
        key=stars,
        default=None if call.rating is None else call.rating - 1,
        on_change=lambda: _keep(store.rate, owner, call.id, stars, _rating),
    )
    st.text_area(
        "Note",
        call.note,
        placeholder="What you want to remember of this call",
        max_chars=MAX_NOTE_CHARS,
        key=note,
        on_change=lambda: _keep(store.annotate, owner, call.id, note, _text(MAX_NOTE_CHARS)),
    )


def _keep(
    write: Callable[[str, str, T], object], owner: str, call_id: str, key: str, read: Callable[[Any], T]
) -> None:
    try:
        write(owner, call_id, read(st.session_state.get(key)))
    except HistoryProblem as problem:
        complain(problem)


def _rating(star: int | None) -> int | None:
    return None if star is None else star + 1


def _text(limit: int) -> Callable[[str | None], str]:
    # Browsers keep to limits, but not all that speak to this server are browsers.
    return lambda text: (text or "").strip()[:limit]
