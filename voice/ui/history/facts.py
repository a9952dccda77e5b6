"""What a call was, in words: for its own page, the comparison and the list. All of it is plain text."""

from voice.conversation.cost import cost_text
from voice.conversation.state import duration_text
from voice.history.records import MAX_RATING, Agent, CallRecord, HowEnded
from voice.ui.history.when import when_text

UNKNOWN = "–"  # noqa: RUF001 - a dash, as the page has it
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


def name_of(call: CallRecord) -> str:
    """What a call is called: its title with its moment."""
    moment = when_text(call.started_at)
    return f"{call.title} · {moment}" if call.title else moment


def facts_of(call: CallRecord) -> dict[str, str]:
    """The figures of a call, by name."""
    latency, seconds = call.median_latency_ms, seconds_of(call)
    return {
        "Length": "still running" if seconds is None else duration_text(seconds),
        "Ended": ENDS[call.how_ended][1],
        "Turns": str(call.turn_count),
        "Median latency": UNKNOWN if latency is None else f"{latency / 1000:.2f} s",
        "Interruptions": str(call.interruptions),
        "Cost": cost_words(call.cost_usd),
        "Voice": call.voice or UNKNOWN,
        "Persona": call.persona or UNKNOWN,
        "Rating": UNKNOWN if call.rating is None else f"{call.rating} of {MAX_RATING}",
    }


def cost_words(usd: float | None) -> str:
    """What a call cost; the local agent is free, and of another agent nobody can say."""
    if usd is None:
        return UNKNOWN
    return cost_text(usd) or "free"


def seconds_of(call: CallRecord) -> float | None:
    """How long a call took; `None` while it runs."""
    return None if call.ended_at is None else max(0.0, call.ended_at - call.started_at)
