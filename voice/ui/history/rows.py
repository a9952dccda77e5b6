"""What the list shows of a call. Pure: words and numbers for `history_list.js`, which puts them on the page
as plain text. Dates are left to the browser, which knows the reader's zone.
"""

from voice.conversation.cost import cost_text
from voice.history.records import Agent, CallRecord, FoundCall, HowEnded

# What kind of end it was, its word and its icon.
ENDS: dict[HowEnded, tuple[str, str, str]] = {
    "hung_up": ("fine", "Hung up", "call_end"),
    "agent_ended": ("fine", "By the agent", "call_end"),
    "idle": ("attention", "Nobody spoke", "hourglass_empty"),
    "cap": ("attention", "Time was up", "timer_off"),
    "cut_short": ("attention", "Cut short", "content_cut"),
    "failed": ("failed", "Failed", "error"),
    "running": ("running", "Running", "call"),
}
AGENTS: dict[Agent, str] = {"assemblyai": "AssemblyAI", "local": "Local agent", "other": "Another agent"}


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
        "cost": cost_text(call.cost_usd),
        "rating": call.rating,
        "sample": call.sample,
        "has_recording": call.has_recording,
        "snippet": [[text, marked] for text, marked in found.snippet],
    }


def seconds_of(call: CallRecord) -> float | None:
    """How long a call took; `None` while it runs."""
    return None if call.ended_at is None else max(0.0, call.ended_at - call.started_at)


def length_text(seconds: float | None) -> str:
    """A length in words, such as `4 min 12 s`."""
    if seconds is None:
        return "still running"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
