"""Words and times as every export writes them. Pure.

Owns what is taken out of untrusted text before anything else is done with it. What a format must escape on
top of that is its own business.
"""

import unicodedata
from collections.abc import Iterator
from datetime import datetime, tzinfo

import msgspec

from voice.history.records import CallRecord, FullCall, HowEnded, TurnRecord

# A turn without an end: people and agents speak about as fast as this.
_CHARS_PER_S = 15.0
_LEAST_TURN_S = 1.0

NAMES = {"user": "Person", "agent": "Agent", "tool": "Tool"}
_ENDINGS: dict[HowEnded, str] = {
    "hung_up": "hung up",
    "agent_ended": "ended by the agent",
    "failed": "failed",
    "cut_short": "cut short",
    "idle": "ended because nobody spoke",
    "cap": "ended at its longest time",
    "running": "still running",
}
_AGENTS = {"assemblyai": "AssemblyAI", "local": "Parley's own", "other": "other"}
# They turn around the text that follows, other people's included.
_TURNING_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Span(msgspec.Struct, frozen=True):
    """A turn and where it lies, in seconds from the start of the call."""

    turn: TurnRecord
    start: float
    end: float


def clean(text: str) -> str:
    """The text without control characters; line breaks are `\\n`, and tabs stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(char for char in lines if char in "\n\t" or not _is_control(char))


def one_line(text: str) -> str:
    """The cleaned text with every run of white space as one space."""
    return " ".join(clean(text).split())


def spans(full: FullCall) -> Iterator[Span]:
    """All turns in their order. An end that is not known is guessed, up to the next turn."""
    begun = full.call.started_at
    following = [*(turn.started_at for turn in full.turns[1:]), full.call.ended_at]
    for turn, after in zip(full.turns, following, strict=False):
        end = turn.ended_at
        if end is None:
            end = turn.started_at + max(_LEAST_TURN_S, len(turn.text) / _CHARS_PER_S)
            end = min(end, after) if after is not None else end
        start = max(0.0, turn.started_at - begun)
        yield Span(turn, start, max(start, end - begun))


def clock(seconds: float) -> str:
    """`0:07`, `12:07` or `1:02:07`."""
    whole = int(max(0.0, seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def moment(at: float, zone: tzinfo) -> str:
    """`2026-11-23 08:05:44 UTC`."""
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def title_of(call: CallRecord) -> str:
    """The title, or what stands for it."""
    return one_line(call.title) or "Call"


def facts(call: CallRecord, zone: tzinfo) -> list[tuple[str, str]]:
    """What there is to say of a call as a whole, as pairs of a name and plain text."""
    latency, cost = call.median_latency_ms, call.cost_usd
    told = [
        ("Started", moment(call.started_at, zone)),
        ("Length", clock(call.ended_at - call.started_at) if call.ended_at is not None else ""),
        ("How it ended", _ENDINGS[call.how_ended]),
        ("Failure", one_line(call.failure)),
        ("Agent", _AGENTS[call.agent]),
        ("Voice", one_line(call.voice)),
        ("Persona", one_line(call.persona)),
        ("Session", one_line(call.session_id)),
        ("Median latency", "" if latency is None else f"{latency} ms"),
        ("Interruptions", str(call.interruptions)),
        ("Cost", "" if cost is None else f"${cost:.4f}"),
        ("Rating", "" if call.rating is None else f"{call.rating} of 5"),
        ("Sample call", "yes, with a recorded person" if call.sample else ""),
    ]
    return [(name, value) for name, value in told if value]


def json_text(value: object) -> str:
    """Values as JSON text, indented."""
    return msgspec.json.format(msgspec.json.encode(value)).decode()


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs") or char in _TURNING_AROUND
