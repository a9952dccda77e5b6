"""A call's sound and words: hands the recording and the transcript to the component that plays them."""

from typing import TypedDict

from voice.history.peaks import Peaks, peaks
from voice.history.records import FullCall, HistoryProblem
from voice.history.store import Store
from voice.ui.history.call_view import player_data
from voice.ui.history.recordings import tickets
from voice.ui.live_component import live_component, read_part

PARTS = (
    "controls.css",
    "transcript.css",
    "history_time.js",
    "turn_bubble.js",
    "tool_card.js",
    "history_timeline.js",
    "history_marks.js",
    "history_turns.js",
)
# As many as the widest page has room for.
BUCKETS = 600

_player = live_component("history_call", html=read_part("history_call.html"), parts=PARTS)


class _Heard(TypedDict, total=False):
    audio: str
    peaks: Peaks
    silent: str


def draw_player(store: Store, full: FullCall) -> None:
    """Draw the recording and the transcript. The call must be one that its owner's page was given."""
    _player(key=f"history_player_{full.call.id}", data=player_data(full, **_heard(store, full)))


def _heard(store: Store, full: FullCall) -> _Heard:
    call = full.call
    if call.ended_at is None:
        return {"silent": "The recording can be heard when the call is over."}
    if not call.has_recording:
        return {"silent": "There is no recording of this call."}
    path = store.recording_path(call.id)
    try:
        loudness = peaks(path, BUCKETS)
    except HistoryProblem as problem:
        return {"silent": str(problem)}
    return {"audio": tickets.address(call.owner, call.id, path), "peaks": loudness}
