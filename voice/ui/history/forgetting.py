"""Deleting calls: asked about first, done in the background, then told what was deleted where."""

from collections.abc import Sequence

import streamlit as st

from voice.history.records import CallRecord, HistoryProblem
from voice.history.store import Store
from voice.service.forgetting import Forgetting, Forgotten
from voice.service.problems import NOTHING_THERE
from voice.ui.controls.sentences import draw_problems
from voice.ui.history.address import back_to_list
from voice.ui.history.forgotten import gone_sentences, left_sentences, name_of
from voice.ui.history.said import complain, say
from voice.ui.lifespan import service_desk

_WORD = "delete all"
_TYPED = "history_delete_all"
_ALSO_THERE = "history_delete_there"
_JOB = "history_forgetting"
_LEFT = "history_left"
# What is quickly done needs no line that says how far it is.
_QUICK_S = 1.0
_PERIOD_S = 0.5


@st.dialog("Delete for good?", icon=":material/delete:")
def ask_before_deleting(owner: str, calls: Sequence[CallRecord]) -> None:
    """Ask, then delete."""
    draw_question(owner, calls)


def draw_question(owner: str, calls: Sequence[CallRecord]) -> None:
    """Draw what will be deleted where, and both answers."""
    st.text(
        "It can't be undone. Deleted here: "
        + ("the call" if len(calls) == 1 else f"{len(calls)} calls")
        + ", with transcript, figures, events and recording."
    )
    only_here = _say_what_is_there(calls)
    with st.container(horizontal=True):
        if st.button("Delete from Parley only" if only_here else "Delete", key="history_delete_yes"):
            say(
                [
                    f"{name_of(call)} still runs and was not deleted."
                    for call in calls
                    if call.ended_at is None
                ]
            )
            over = [call.id for call in calls if call.ended_at is not None]
            begin(owner, over, all_the_same=only_here)
            back_to_list()
            st.rerun()
        if st.button("Keep", key="history_delete_no"):
            st.rerun()


def draw_forgetting(owner: str) -> None:
    """Draw how far a deletion is, then what came of it, and what could not be deleted."""
    job, expected = st.session_state.get(_JOB, (None, 0))
    if job is not None and not job.is_over:
        _draw_progress(job)
    elif job is not None:
        del st.session_state[_JOB]
        _take(job, expected)
    left: list[Forgotten] = st.session_state.get(_LEFT, [])
    if left:
        _draw_left(owner, left)


def draw_delete_all(store: Store, owner: str) -> None:
    """Delete every call of this person, once they have typed that they want it."""
    st.text("Delete every call of yours on this page, with its recording. It can't be undone.")
    st.checkbox(
        "Also at the agent's service",
        value=True,
        key=_ALSO_THERE,
        help="A call that can't be deleted there stays here, and you are told why.",
    )
    typed = st.text_input(f'Type "{_WORD}" to confirm', key=_TYPED, autocomplete="off")
    st.button(
        "Delete all calls",
        icon=":material/delete_forever:",
        disabled=(typed or "").strip().lower() != _WORD,
        on_click=_delete_all,
        args=(store, owner),
    )


def begin(owner: str, ids: Sequence[str] | None, *, all_the_same: bool = False) -> None:
    """Delete calls, all without `ids`; what comes of it is drawn by `draw_forgetting`."""
    try:
        job = service_desk().forget(owner, ids, all_the_same=all_the_same)
    except HistoryProblem as problem:
        complain(problem)
        return
    st.session_state[_JOB] = (job, len(ids or ()))
    job.wait(_QUICK_S)


def _say_what_is_there(calls: Sequence[CallRecord]) -> bool:
    """Say what becomes of it at the service; gives whether none of the calls can be deleted there."""
    reach = service_desk().reach
    had = [call for call in calls if call.session_id and call.ended_at is not None]
    told = [reach.why_not(call) for call in had]
    problems = [problem for problem in told if problem and problem.reason not in NOTHING_THERE]
    if None in told:
        st.text(f"{reach.name} is asked first to delete its own recording and timeline.")
    for sentence in dict.fromkeys(map(str, problems)):
        st.text(f"What its service keeps stays there. {sentence}")
    if any(call.ended_at is None for call in calls):
        st.text("A call that still runs is left alone. Hang up first, to delete it.")
    return bool(had) and len(problems) == len(had)


@st.fragment(run_every=_PERIOD_S)
def _draw_progress(job: Forgetting) -> None:
    """How far it is. It runs by itself, and runs the page once it is over."""
    if job.is_over:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.done / job.total if job.total else 0.0, width=240)
        st.text(f"{job.doing} {job.done:,} of {job.total:,}", width="content")
        st.button("Stop", key="history_forgetting_stop", type="tertiary", on_click=job.stop)


def _take(job: Forgetting, expected: int) -> None:
    done = job.result or []
    say(gone_sentences(done))
    if job.problem is not None:
        complain(job.problem)
    elif job.is_stopped:
        say([f"Stopped: {max(job.total, expected) - len(done):,} calls were left as they are."])
    elif len(done) < expected:
        say(["The call was deleted before." if expected == 1 else "Some were deleted before."])
    st.session_state[_LEFT] = [one for one in done if not one.is_gone]


def _draw_left(owner: str, left: list[Forgotten]) -> None:
    """What could not be deleted, with the choice to keep it or to delete it here only."""
    draw_problems(left_sentences(left))
    with st.container(horizontal=True):
        st.button(
            "Delete from Parley anyway",
            icon=":material/delete:",
            key="history_left_delete",
            help="Parley will lose the session ID needed to delete it there.",
            on_click=_delete_left,
            args=(owner, [one.call.id for one in left]),
        )
        st.button("Keep it here", key="history_left_keep", on_click=_forget_left)


def _delete_left(owner: str, ids: list[str]) -> None:
    _forget_left()
    begin(owner, ids, all_the_same=True)


def _forget_left() -> None:
    st.session_state[_LEFT] = []


def _delete_all(store: Store, owner: str) -> None:
    if st.session_state.get(_TYPED, "").strip().lower() != _WORD:
        return
    st.session_state[_TYPED] = ""
    if st.session_state.get(_ALSO_THERE, True):
        begin(owner, None)
        return
    try:
        count = store.delete_all(owner)
    except HistoryProblem as problem:
        complain(problem)
        return
    calls = "1 call was" if count == 1 else f"{count:,} calls were"
    say([f"{calls} deleted here, with their recordings. What an agent's service keeps is not touched."])
