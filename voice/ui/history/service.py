"""What the service of an opened call's agent keeps of it: what is known, bringing it in, both compared.

What the service gave is untrusted: it goes to the page as data and plain text only.
"""

import streamlit as st

from voice.history.export import FORMATS, file_name_of
from voice.history.records import Agent, FullCall, HistoryProblem, SessionRecord
from voice.history.store import Store
from voice.service.bringing import Bringing
from voice.service.problems import service_name
from voice.ui.controls.sentences import draw_problems
from voice.ui.history.downloads import downloads
from voice.ui.history.player import draw_recording
from voice.ui.history.said import complain
from voice.ui.history.service_turns import draw_service_turns
from voice.ui.history.theirs import as_call
from voice.ui.history.when import reader_zone, when_text
from voice.ui.lifespan import service_desk

_HEADS: dict[Agent, str] = {
    "assemblyai": "At AssemblyAI",
    "local": "At the local agent",
    "other": "At the agent's service",
}
_KEEPS: dict[Agent, str] = {
    "assemblyai": "AssemblyAI keeps its own recording and timeline of this call.",
    "local": "The local agent keeps its own recording and timeline of a call in its memory: until it ends, "
    "a day at most.",
    "other": "The agent's service may keep a recording and a timeline of its own.",
}
_PERIOD_S = 0.5
_MEGABYTE = 1_000_000


def draw_service(store: Store, owner: str, full: FullCall) -> None:
    """Draw it for a call of this owner's that is over and had a session."""
    if full.call.ended_at is None or not full.sessions:
        return
    st.subheader(_HEADS[full.call.agent], divider="gray")
    job = service_desk().bringing(owner, full.call.id)
    if job is not None and not job.is_over:
        _draw_progress(job)
    else:
        _draw_offer(owner, full)
        _draw_outcome(full, job)
    brought = [session for session in full.sessions if session.has_sound or session.timeline]
    if brought:
        _draw_session(store, full, _chosen(full, brought))


def _draw_offer(owner: str, full: FullCall) -> None:
    """What is known of it, and the button that brings it in, or why that can't be."""
    call = full.call
    brought_at = max((session.brought_at or 0.0 for session in full.sessions), default=0.0)
    why_not = service_desk().reach.why_not(call)
    if brought_at:
        st.text(f"Imported on {when_text(brought_at)}. Stored with the call and deleted with it.")
    elif why_not is None:
        st.text(f"{_KEEPS[call.agent]} Not imported yet.")
    if why_not is not None:
        st.text(str(why_not))
        return
    st.button(
        "Import again" if brought_at else "Import recording and timeline",
        icon=":material/cloud_download:",
        type="tertiary" if brought_at else "secondary",
        key=f"history_bring_in_{call.id}",
        on_click=_bring_in,
        args=(owner, call.id),
    )


def _bring_in(owner: str, call_id: str) -> None:
    try:
        service_desk().bring_in(owner, call_id)
    except HistoryProblem as problem:
        complain(problem)


@st.fragment(run_every=_PERIOD_S)
def _draw_progress(job: Bringing) -> None:
    """How far it is. It runs by itself, and runs the page once it is over."""
    if job.is_over:
        st.rerun()
    done, total = job.done, job.total
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, done / total) if total else 0.0, width=240)
        far = f" {done / _MEGABYTE:.1f} of {total / _MEGABYTE:.1f} MB" if total > _MEGABYTE else ""
        st.text(f"{job.doing}{far}", width="content")
        st.button("Stop", key="history_bring_in_stop", type="tertiary", on_click=job.stop)


def _draw_outcome(full: FullCall, job: Bringing | None) -> None:
    """What went wrong the last time."""
    if job is None:
        return
    problems = [str(job.problem)] if job.problem else []
    for one in job.result or ():
        if one.problem is not None:
            which = f"Session {one.number}: " if len(full.sessions) > 1 else ""
            problems.append(f"{which}{one.problem}")
    draw_problems(problems)


def _chosen(full: FullCall, brought: list[SessionRecord]) -> SessionRecord:
    if len(brought) == 1:
        return brought[0]
    numbers = {session.number: session for session in brought}
    number = st.segmented_control(
        "Session",
        list(numbers),
        default=brought[0].number,
        format_func=lambda number: f"Session {number} of {len(full.sessions)}",
        help="A restart with other settings begins another session.",
        key=f"history_session_{full.call.id}",
    )
    return numbers.get(number or 0, brought[0])


def _draw_session(store: Store, full: FullCall, session: SessionRecord) -> None:
    name = service_name(full.call.agent)
    if session.has_sound:
        path = store.service_recording_path(full.call.id, session.number)
        draw_recording(f"history_service_{full.call.id}_{session.number}", as_call(full, session), path)
        st.download_button(
            "Download this recording",
            lambda: downloads.give(full.call.owner, path.read_bytes()),
            f"service-{session.number}-{file_name_of(full, FORMATS['ogg'], reader_zone())}",
            FORMATS["ogg"].mime,
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
    else:
        st.text(f"{name} gave no recording of this session.")
    if session.timeline is None:
        st.text(f"{name} gave no timeline of this session. The words above are Parley's own.")
    else:
        draw_service_turns(full, session, session.timeline, name)
