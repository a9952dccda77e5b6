"""Our transcript and the service's timeline beside each other, as `history_service.js` draws them."""

from voice.history.records import FullCall, SessionRecord
from voice.protocol.stored_sessions import Timeline
from voice.protocol.timeline_clock import says_when_it_started
from voice.ui.history.compared import Compared, compared
from voice.ui.live_component import live_component, read_part

_MS_PER_S = 1000
_MEANING = (
    "An answer's time runs from the moment at which the agent took the turn as ended to the first sound: "
    "here, as it left for your browser; there, as it left the agent."
)
_NO_START = "The timeline doesn't say when the session started, so its times count from the first turn."

_turns = live_component("history_service", html=read_part("history_service.html"), parts=("history_time.js",))


def draw_service_turns(full: FullCall, session: SessionRecord, timeline: Timeline, name: str) -> None:
    """Draw both, with what differs marked. `name` is the service's."""
    found = compared(full, session, timeline)
    _turns(
        key=f"history_service_turns_{full.call.id}_{session.number}",
        data={
            "name": name,
            "summary": summary_of(found),
            "meaning": meaning_of(found, timeline),
            "session": session.id,
            "sample": full.call.sample,
            "rows": [
                {
                    "speaker": row.speaker,
                    "ours": row.ours,
                    "theirs": row.theirs,
                    "same": row.is_same,
                    "typed": row.is_typed,
                    "our_ms": row.our_ms,
                    "their_ms": row.their_ms,
                    "at": row.at_s,
                }
                for row in found.rows
            ],
        },
    )


def meaning_of(found: Compared, timeline: Timeline) -> str:
    """What a reader must know of the times shown."""
    told = [_MEANING] if found.their_median_ms is not None else []
    if not says_when_it_started(timeline):
        told.append(_NO_START)
    return " ".join(told)


def summary_of(found: Compared) -> str:
    """What comes of it, in a sentence or two."""
    count = sum(not row.is_typed for row in found.rows)
    if not count:
        return "Nothing was said in this session."
    if found.same == count:
        words = "The words are the same on both sides."
    else:
        words = f"{found.same} of {count} turns are the same on both sides; what differs is marked."
    ours, theirs = found.our_median_ms, found.their_median_ms
    if ours is None or theirs is None:
        return words
    times = f"after {ours / _MS_PER_S:.2f} s here, and after {theirs / _MS_PER_S:.2f} s by its own count"
    return f"{words} Answers came {times} (medians)."
