"""A call's sound and words: hands the recording and the transcript to the component that plays them.

While the call runs the component asks for news by itself; when it ends, the component asks for one run.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from voice.history.peaks import kept_peaks
from voice.history.records import FullCall, HistoryProblem
from voice.history.store import Store
from voice.ui.history.call_view import player_data
from voice.ui.history.facts import facts_of
from voice.ui.history.news import News, news_address
from voice.ui.history.recordings import BUCKETS, recording_address, waveform_data
from voice.ui.live_component import live_component, read_part

PARTS = (
    "controls.css",
    "transcript.css",
    "history_time.js",
    "news.js",
    "keyed.js",
    "turn_bubble.js",
    "tool_card.js",
    "history_timeline.js",
    "history_marks.js",
    "history_turns.js",
    "history_facts.js",
    "history_keys.js",
)

_RUNNING = "This call is still running. What is said appears here; it can be heard when the call is over."
_NO_RECORDING = "There is no recording of this call."
_FACTS = ("Length", "Ended", "Turns", "Median latency", "Interruptions", "Cost")

_player = live_component("history_call", html=read_part("history_call.html"), parts=PARTS)


def draw_player(store: Store, full: FullCall, *, with_facts: bool = False) -> None:
    """Draw a call with its own recording. It must be one that its owner's page was given."""
    call = full.call
    facts = _FACTS if with_facts else ()
    if call.ended_at is None:
        ask = partial(news_of_call, store, call.owner, call.id, facts)
        address = news_address(call.owner, (call.id, facts), ask)
        _draw(f"history_player_{call.id}", {**_data_of(full, facts), "news": address})
    elif call.has_recording:
        draw_recording(f"history_player_{call.id}", full, store.recording_path(call.id), facts)
    else:
        _draw(f"history_player_{call.id}", _data_of(full, facts))


def draw_recording(key: str, full: FullCall, path: Path, facts: tuple[str, ...] = ()) -> None:
    """Draw any recording of a call, with the turns, changes and marks that `full` has.

    The call must be one that its owner's page was given; times are as in `full`, and position 0 of the
    recording is the call's `started_at`. `facts` names the figures to show, of `facts_of`.
    """
    data = _data_of(full, facts)
    address = recording_address(full.call.owner, path)
    sound = {"audio": address, "silent": "", "waveform": f"{address}/waveform"}
    _draw(key, {**data, **sound, **_kept_waveform(path)})


def news_of_call(store: Store, owner: str, call_id: str, facts: tuple[str, ...], seen: str) -> News | None:
    """What there is of this owner's call, unless it is as old as the stamp that was `seen`."""
    written_at = store.written_at(owner, call_id)
    if written_at is None:
        return None
    stamp = repr(written_at)
    if stamp == seen:
        return News(stamp, None)
    full = store.full_call(owner, call_id)
    return None if full is None else News(stamp, _data_of(full, facts))


def _draw(key: str, data: Mapping[str, object]) -> None:
    _player(key=key, data=data, on_over_change=lambda: None)


def _data_of(full: FullCall, facts: tuple[str, ...]) -> dict[str, object]:
    all_facts = facts_of(full.call)
    silent = _RUNNING if full.call.ended_at is None else _NO_RECORDING
    return {**player_data(full), "silent": silent, "facts": [[name, all_facts[name]] for name in facts]}


def _kept_waveform(path: Path) -> dict[str, object]:
    """What is there at once; the rest is asked for by the component."""
    try:
        peaks = kept_peaks(path, BUCKETS)
    except HistoryProblem:
        return {}
    return {} if peaks is None else waveform_data(peaks)
