"""What an action has to say after the run that it causes. Drawn as plain text: it may quote titles."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from voice.history.records import HistoryProblem
from voice.ui.controls.sentences import draw_problems

_DONE = "history_done"
_WRONG = "history_wrong"


def say(sentences: Sequence[str]) -> None:
    """Say these once, at the next run's `draw_said`."""
    st.session_state[_DONE] = [*st.session_state.get(_DONE, ()), *sentences]


def complain(problem: HistoryProblem) -> None:
    """Say once what could not be done, and what helps."""
    st.session_state[_WRONG] = [*st.session_state.get(_WRONG, ()), str(problem)]


def draw_said() -> None:
    """Draw what the last action said, and forget it."""
    draw_problems(st.session_state.pop(_WRONG, ()))
    for sentence in st.session_state.pop(_DONE, ()):
        with st.container(horizontal=True, gap="small", wrap=False):
            st.markdown(":green[:material/check_circle:]", width="content")
            st.text(sentence)


@contextmanager
def telling() -> Iterator[None]:
    """Say what the history can't do in place of what was to be drawn. Every fragment needs its own."""
    try:
        yield
    except HistoryProblem as problem:
        st.error("Calls still work, but the history can't be shown.", icon=":material/database_off:")
        # It may quote a path, so it is plain text.
        st.text(problem.sentence)
        st.text(problem.next_step)
        st.button("Try again", icon=":material/refresh:")
