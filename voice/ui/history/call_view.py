"""What `history_call.js` draws of one call. Pure: every moment in seconds from the call's first, in order.

All text in it is untrusted and goes to the page as data, never into a component's markup.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from voice.history.records import ConfigChange, FullCall, Mark, TurnRecord
from voice.ui.history.measured import shown_latency_ms, tool_of

# A turn without an end, of a call that was cut short, is shown this long.
_SHORTEST_TURN_S = 0.3
_SHORTEST_CALL_S = 1.0
_MARK_WORDS = {
    "interruption": "Interrupted",
    "error": "Error",
    "reconnect": "Reconnected",
    "notice": "Notice",
}


def player_data(full: FullCall) -> dict[str, object]:
    """The component's data of a call without its sound."""
    start = full.call.started_at
    turns = [_turn(turn, start) for turn in full.turns]
    marks = sorted((*_marks(full, start), *_tool_marks(turns)), key=lambda mark: float(mark["at"]))
    return {
        "call": full.call.id,
        "running": full.call.ended_at is None,
        "sample": full.call.sample,
        "duration": _length_s(full, turns),
        "turns": turns,
        "marks": marks,
    }


def change_text(change: ConfigChange) -> str:
    """What a change of the configuration was about, in words."""
    names = ", ".join(sorted({path.rsplit(".", 1)[-1].replace("_", " ") for path in change.fields}))
    return f"Settings changed: {names}" if names else "Settings changed"


def mark_text(mark: Mark) -> str:
    """What happened, in words."""
    return mark.text or _MARK_WORDS[mark.kind]


def _turn(turn: TurnRecord, start: float) -> dict[str, Any]:
    began = max(0.0, turn.started_at - start)
    ended = began if turn.ended_at is None else turn.ended_at - start
    return {
        "id": f"{turn.call_id}-{turn.number}",
        "number": turn.number,
        "speaker": turn.speaker,
        "text": turn.text,
        "rest": turn.rest,
        "settled": True,
        "interrupted": turn.interrupted,
        "typed": turn.typed,
        "latency_ms": shown_latency_ms(turn),
        "tool": msgspec.to_builtins(tool_of(turn)),
        "from": round(began, 3),
        "to": round(max(ended, began + _SHORTEST_TURN_S), 3),
    }


def _marks(full: FullCall, start: float) -> list[dict[str, Any]]:
    said = [(mark.kind, mark.at, mark_text(mark)) for mark in full.marks]
    changed = [("change", change.at, change_text(change)) for change in full.changes]
    return [
        {"kind": kind, "at": max(0.0, round(at - start, 3)), "text": text}
        for kind, at, text in (*said, *changed)
    ]


def _tool_marks(turns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"kind": "tool", "at": turn["from"], "text": f"Tool: {turn['tool']['name']}"}
        for turn in turns
        if turn["tool"]
    ]


def _length_s(full: FullCall, turns: Sequence[dict[str, Any]]) -> float:
    ended = full.call.ended_at
    lasted = 0.0 if ended is None else ended - full.call.started_at
    return float(max([lasted, _SHORTEST_CALL_S, *(turn["to"] for turn in turns)]))
