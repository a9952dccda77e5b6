"""Two calls beside each other: their figures, what was set differently, and both to listen to."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from voice.history.records import CallRecord, FullCall
from voice.history.store import Store
from voice.ui.history.address import open_call, open_pair
from voice.ui.history.facts import UNKNOWN, facts_of, name_of
from voice.ui.history.player import draw_player

_OTHERS = 50


def draw_choice(store: Store, owner: str, call: CallRecord) -> None:
    """Draw the choice of a call to put beside this one."""
    choosing = st.popover("Compare", icon=":material/compare:", key="history_compare", on_change="rerun")
    if not choosing.open:
        return
    newest = store.list_calls(owner, limit=_OTHERS + 1).rows
    others = {row.call.id: row.call for row in newest if row.call.id != call.id}
    with choosing:
        if not others:
            st.text("There is no other call yet.")
            return
        # Options are shown as plain text.
        chosen = st.selectbox(
            "Compare with",
            list(others),
            format_func=lambda id_: name_of(others[id_]),
            help="The newest calls. For an older one, choose both in the list.",
        )
        if st.button("Compare", key="history_compare_yes"):
            open_pair(call.id, chosen)
            st.rerun()


def draw_pair(store: Store, first: FullCall, second: FullCall) -> None:
    """Draw two calls of one owner."""
    _draw_table(first.call, second.call)
    for column, full in zip(st.columns(2), (first, second), strict=True):
        with column:
            st.text(name_of(full.call))
            draw_player(store, full)
            st.button("Open", key=f"history_open_{full.call.id}", on_click=open_call, args=(full.call.id,))


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The settings in which two configurations differ, as `(path, first's, second's)`."""
    paths = sorted({*first, *second})
    rows = ((path, _value(first, path), _value(second, path)) for path in paths)
    return [row for row in rows if row[1] != row[2]]


def _value(config: Mapping[str, Any], path: str) -> str:
    return json.dumps(config[path], ensure_ascii=False) if path in config else UNKNOWN


def _draw_table(first: CallRecord, second: CallRecord) -> None:
    one, two = facts_of(first), facts_of(second)
    rows = [(name, one[name], two[name]) for name in one]
    rows += differences(first.config, second.config)
    st.dataframe(
        [{"": name, f"1: {name_of(first)}": a, f"2: {name_of(second)}": b} for name, a, b in rows],
        hide_index=True,
        alt="The two calls compared",
    )
