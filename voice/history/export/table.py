"""The turns of a call as CSV, one row each. Pure. No cell of text is ever a formula in a spreadsheet."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from voice.history.export.words import Span, clean, spans
from voice.history.records import FullCall

COLUMNS = (
    "call",
    "title",
    "number",
    "speaker",
    "time",
    "start_s",
    "end_s",
    "text",
    "not_heard",
    "interrupted",
    "typed",
    "latency_ms",
    "endpointing_ms",
    "agent_ms",
    "tool",
    "tool_status",
    "arguments",
    "result",
)
# What a spreadsheet may take for a formula, in half and full width; an apostrophe before it makes it text.
_FORMULA = tuple("=+-@|\t\n\uff1d\uff0b\uff0d\uff20")


def csv_table(full: FullCall) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheets know it. Every text is quoted."""
    out = io.StringIO(newline="")
    # Quoted throughout: a list separator of another country in the text begins no new cell.
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for span in spans(full):
        writer.writerow([_cell(value) for value in _row(full, span)])
    return out.getvalue().encode("utf-8-sig")


def _row(full: FullCall, span: Span) -> list[Any]:
    turn = span.turn
    latency, tool = turn.latency or {}, turn.tool or {}
    return [
        full.call.id,
        full.call.title,
        turn.number,
        turn.speaker,
        datetime.fromtimestamp(turn.started_at, UTC).isoformat(timespec="milliseconds"),
        round(span.start, 3),
        round(span.end, 3),
        turn.text,
        turn.rest,
        "yes" if turn.interrupted else "no",
        "yes" if turn.typed else "no",
        latency.get("total_ms"),
        latency.get("endpointing_ms"),
        latency.get("agent_ms"),
        tool.get("name"),
        tool.get("status"),
        tool.get("arguments"),
        tool.get("result"),
    ]


def _cell(value: Any) -> int | float | str:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = clean(str(value))
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(_FORMULA) else text
