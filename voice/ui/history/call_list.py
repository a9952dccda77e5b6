"""The list of calls: search, rows, pages, and what can be done with the rows that are chosen."""

from functools import partial
from hashlib import blake2b
from math import ceil

import msgspec
import streamlit as st

from voice.history.records import Filters, Found, FoundCall
from voice.history.store import Store
from voice.ui.history.address import open_call, open_pair
from voice.ui.history.exporting import draw_export
from voice.ui.history.forgetting import ask_before_deleting
from voice.ui.history.news import News, news_address
from voice.ui.history.rows import row_of
from voice.ui.history.said import telling
from voice.ui.history.search_bar import Asked, clear_search, draw_search, pager_key, to_first_page
from voice.ui.live_component import live_component, read_part

PER_PAGE = 50
_LIST = "history_list"
_PAIR = 2
_RUNNING = Filters(how_ended=("running",))

_list = live_component(
    _LIST, html=read_part("history_list.html"), parts=("history_time.js", "news.js", "history_row.js")
)


@st.fragment
def draw_call_list(store: Store, owner: str) -> None:
    """Draw the list. It runs by itself; opening a call runs the page."""
    with telling():
        _draw(store, owner)


def _draw(store: Store, owner: str) -> None:
    asked = draw_search(store.choices(owner))
    found = _ask(store, owner, asked)
    if not found.total:
        _draw_empty(asked)
        # Nothing is seen of it, but it hears of a call that begins.
        _draw_rows(store, owner, found)
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.text(_count(found.total, asked))
        actions = st.container(horizontal=True, width="content")
    chosen = _draw_rows(store, owner, found)
    with actions:
        _draw_actions(store, owner, chosen)
    pages = _pages(found.total)
    if pages > 1:
        st.pagination(pages, key=pager_key(), persist_state="page")


def _ask(store: Store, owner: str, asked: Asked) -> Found:
    page = st.session_state.get(pager_key(), 1)
    found = _page_of(store, owner, asked, page)
    # Calls were deleted meanwhile, so this page is behind the last.
    if not found.rows and found.total:
        to_first_page()
        found = _page_of(store, owner, asked, 1)
    return found


def _page_of(store: Store, owner: str, asked: Asked, page: int) -> Found:
    offset = (page - 1) * PER_PAGE
    return store.list_calls(owner, asked.text, asked.filters, asked.order, offset=offset, limit=PER_PAGE)


def _pages(total: int) -> int:
    return ceil(total / PER_PAGE)


def _count(total: int, asked: Asked) -> str:
    calls = "1 call" if total == 1 else f"{total:,} calls"
    return calls if asked.everything else f"{calls} found"


def _draw_empty(asked: Asked) -> None:
    if asked.everything:
        st.info(
            "Every call is kept here: what was said, how fast the answers came, the settings, and the "
            "recording. You can search all of it, listen to any turn again, and take it along as a file.",
            title="No calls yet",
            icon=":material/history:",
        )
    else:
        st.text("No call fits this search.")
        st.button("Clear search and filters", icon=":material/filter_list_off:", on_click=clear_search)


def _draw_rows(store: Store, owner: str, found: Found) -> list[FoundCall]:
    """Draw the rows; gives those that are chosen."""
    state = st.session_state.get(_LIST) or {}
    ids = set(state.get("chosen") or ())
    chosen = [row for row in found.rows if row.call.id in ids]
    _list(
        key=_LIST,
        data={
            "rows": [row_of(row) for row in found.rows],
            "chosen": [row.call.id for row in chosen],
            "running": [row["id"] for row in _running(store, owner)],
            "news": news_address(owner, _LIST, partial(news_of_running, store, owner)),
        },
        on_changed_change=lambda: None,
        on_chosen_change=lambda: None,
        on_open_change=_open_clicked,
    )
    return chosen


# These act before their run draws anything: another run may break it off, and the click would be lost.
def _open_clicked() -> None:
    opened = st.session_state[_LIST].get("open")
    if isinstance(opened, str):
        open_call(opened)
        st.rerun()


def _open_chosen(call_id: str, other_id: str) -> None:
    open_pair(call_id, other_id)
    st.rerun()


def news_of_running(store: Store, owner: str, seen: str) -> News:
    """The rows of the owner's calls that run, unless they are as the stamp that was `seen` says."""
    data = {"running": _running(store, owner)}
    stamp = blake2b(msgspec.json.encode(data), digest_size=16).hexdigest()
    return News(stamp, None if stamp == seen else data)


def _running(store: Store, owner: str) -> list[dict[str, object]]:
    return [row_of(row) for row in store.list_calls(owner, filters=_RUNNING).rows]


def _draw_actions(store: Store, owner: str, chosen: list[FoundCall]) -> None:
    if not chosen:
        return
    calls = [row.call for row in chosen]
    st.button(
        "Compare",
        icon=":material/compare:",
        disabled=len(calls) != _PAIR,
        help="Choose two calls.",
        on_click=_open_chosen,
        args=(calls[0].id, calls[-1].id),
    )
    draw_export(store, owner, calls)
    if st.button("Delete", icon=":material/delete:"):
        ask_before_deleting(owner, calls)
