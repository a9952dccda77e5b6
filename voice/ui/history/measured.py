"""The figures and tool calls of kept turns, as checked values. Pure.

A turn may come from a file that somebody imported, so whatever does not fit its shape counts as not there.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from voice.conversation.latency import ReplyLatency, summary_of
from voice.conversation.transcript import ToolView
from voice.history.records import TurnRecord

_T = TypeVar("_T")


def latency_of(turn: TurnRecord) -> ReplyLatency | None:
    """How long a reply took, and where the time went."""
    return _checked(turn.latency, ReplyLatency)


def tool_of(turn: TurnRecord) -> ToolView | None:
    """The call of a tool."""
    return _checked(turn.tool, ToolView)


def shown_latency_ms(turn: TurnRecord) -> int | None:
    """What the turn's bubble says: of an answer to speech only where the end of the voice is known."""
    latency = latency_of(turn)
    shown = latency is not None and (latency.is_measured or latency.asked == "typed")
    return latency.total_ms if latency and shown else None


def latency_data(turns: Sequence[TurnRecord]) -> dict[str, object] | None:
    """What `history_latency.js` draws; `None` where no answer was measured."""
    measured = [latency for turn in turns if (latency := latency_of(turn)) is not None]
    if not measured:
        return None
    summary = summary_of(measured)
    return {
        "turns": [msgspec.to_builtins(latency) for latency in measured],
        "summary": msgspec.to_builtins(summary),
    }


def _checked(values: dict[str, Any] | None, shape: type[_T]) -> _T | None:
    if values is None:
        return None
    try:
        return msgspec.convert(values, shape)
    except msgspec.ValidationError:
        return None
