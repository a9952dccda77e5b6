"""What the list shows of a call. Pure: words and numbers for `history_list.js`, which puts them on the page
as plain text. Dates are left to the browser, which knows the reader's zone.
"""

from voice.history.records import FoundCall
from voice.ui.history.facts import ENDS, cost_words, seconds_of


def row_of(found: FoundCall) -> dict[str, object]:
    """One row: plain values, and the passage that was found as `[text, found]` pairs."""
    call = found.call
    kind, word, icon = ENDS[call.how_ended]
    return {
        "id": call.id,
        "title": call.title,
        "started_at": call.started_at,
        "seconds": seconds_of(call),
        "turns": call.turn_count,
        "voice": call.voice,
        "persona": call.persona,
        "latency_ms": call.median_latency_ms,
        "interruptions": call.interruptions,
        "ended": {"kind": kind, "word": word, "icon": icon},
        "cost": cost_words(call.cost_usd),
        "rating": call.rating,
        "sample": call.sample,
        "has_recording": call.has_recording,
        "snippet": [[text, marked] for text, marked in found.snippet],
    }
