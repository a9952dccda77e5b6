"""The words, filters and order by which the list is asked for. It reads nothing but its own widgets."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, get_args
from zoneinfo import ZoneInfo

import streamlit as st

from voice.history.records import Agent, Choices, Filters, HowEnded, Order
from voice.ui.history.facts import AGENTS, ENDS
from voice.ui.history.when import reader_zone

MAX_SEARCH_CHARS = 200
_SEARCHES = "history_searches"
_TEXT = "history_text"
_FILTERS = ("history_ends", "history_voices", "history_personas", "history_agents", "history_days")
_ORDERS: dict[Order, str] = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "longest": "Longest first",
    "most_turns": "Most turns first",
    "slowest": "Slowest answers first",
    "most_interrupted": "Most interrupted first",
    "dearest": "Dearest first",
    "best": "Best rated first",
}


class Asked(NamedTuple):
    """What the list is asked for."""

    text: str
    filters: Filters
    order: Order

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.text and self.filters == Filters()


def draw_search(choices: Choices) -> Asked:
    """Draw the search bar; gives what it asks for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search",
            placeholder="Words that were said, titles, notes",
            icon=":material/search:",
            max_chars=MAX_SEARCH_CHARS,
            key=_TEXT,
            on_change=to_first_page,
            persist_state="page",
        )
        order = st.selectbox(
            "Order",
            get_args(Order),
            format_func=lambda name: _ORDERS[name],
            key="history_order",
            on_change=to_first_page,
            persist_state="page",
            width=220,
        )
        with st.popover("Filters", icon=":material/filter_list:"):
            filters = _draw_filters(choices)
    return Asked((text or "").strip()[:MAX_SEARCH_CHARS], filters, order)


def clear_search() -> None:
    """Ask for everything again."""
    st.session_state[_TEXT] = ""
    for key in _FILTERS:
        st.session_state[key] = ()
    to_first_page()


def to_first_page() -> None:
    """What is asked for has changed, so its first page is shown."""
    st.session_state[_SEARCHES] = st.session_state.get(_SEARCHES, 0) + 1


def pager_key() -> str:
    """The pager's key. Each search has a pager of its own: one that has a page can't be set back."""
    return f"history_page_{st.session_state.get(_SEARCHES, 0)}"


def _draw_filters(choices: Choices) -> Filters:
    ends = _draw_choice("How it ended", get_args(HowEnded), "history_ends", lambda end: ENDS[end][1])
    voices = _draw_choice("Voice", choices.voices, "history_voices")
    personas = _draw_choice("Persona", choices.personas, "history_personas")
    agents = _draw_choice("Agent", get_args(Agent), "history_agents", lambda agent: AGENTS[agent])
    days = st.date_input("Days", [], key="history_days", on_change=to_first_page, persist_state="page")
    since, until = bounds_of(days if isinstance(days, tuple) else (), reader_zone())
    return Filters(
        how_ended=tuple(end for end in get_args(HowEnded) if end in ends),
        voices=tuple(voices),
        personas=tuple(personas),
        agents=tuple(agent for agent in get_args(Agent) if agent in agents),
        since=since,
        until=until,
    )


def _draw_choice(
    label: str, options: Sequence[str], key: str, words: Callable[[Any], str] = str
) -> list[str]:
    # What was chosen may be gone with the last call that had it.
    chosen = st.session_state.get(key, ())
    if not set(chosen) <= set(options):
        st.session_state[key] = [option for option in chosen if option in options]
    return st.multiselect(
        label, options, format_func=words, key=key, on_change=to_first_page, persist_state="page"
    )


def bounds_of(days: Sequence[date], zone: ZoneInfo) -> tuple[float | None, float | None]:
    """The first moment of the first day and the one after the last day's end, in the reader's own zone."""
    if not days:
        return None, None
    first, after = days[0], days[-1] + timedelta(days=1)
    return (
        datetime(first.year, first.month, first.day, tzinfo=zone).timestamp(),
        datetime(after.year, after.month, after.day, tzinfo=zone).timestamp() if len(days) > 1 else None,
    )
