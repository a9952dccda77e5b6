"""A call as Markdown. Pure. Nothing that anybody said may become markup, a link, or HTML."""

import re
from datetime import tzinfo

from voice.history.export.words import (
    NAMES,
    Span,
    clean,
    clock,
    facts,
    json_text,
    one_line,
    spans,
    title_of,
)
from voice.history.records import FullCall

_MARKUP = re.compile(r"([\\`*_{}\[\]<>&|~#$!^=])")
_AT_LINE_START = re.compile(r"^(\s*)([-+]|\d+(?=[.)]))")
# An address would be made a link by many readers.
_ADDRESS = re.compile(r"(?i)(https?|ftp|mailto|www)([:.])")


def markdown(full: FullCall, zone: tzinfo) -> str:
    """The call with its facts, transcript, note and configuration."""
    call = full.call
    parts = [f"# {_inline(title_of(call))}"]
    parts.append("\n".join(f"- {name}: {_inline(value)}" for name, value in facts(call, zone)))
    if call.note:
        parts += ["## Note", _text(call.note)]
    parts.append("## Transcript")
    parts += [_turn(span) for span in spans(full)]
    if call.config:
        parts += ["## Configuration", _code(json_text(call.config))]
    for change in full.changes:
        at = clock(change.at - call.started_at)
        parts += [f"Changed at {at}:", _code(json_text(change.fields))]
    return "\n\n".join(parts) + "\n"


def _turn(span: Span) -> str:
    turn = span.turn
    head = f"**{NAMES[turn.speaker]}** · {clock(span.start)}"
    if turn.tool is not None:
        return _tool(head, turn.tool)
    if turn.typed:
        head += " · typed"
    if turn.interrupted:
        head += " · interrupted"
    told = [head, _text(turn.text)]
    if turn.rest:
        told.append(f"(not heard: {_inline(turn.rest)})")
    return "\n\n".join(part for part in told if part)


def _tool(head: str, tool: dict[str, object]) -> str:
    name, status = _inline(str(tool.get("name", ""))), _inline(str(tool.get("status", "")))
    arguments, result = str(tool.get("arguments") or ""), str(tool.get("result") or "")
    told = [f"{head} · {name} · {status}", _code(arguments)]
    return "\n\n".join([*told, _code(result)] if result else told)


def _inline(text: str) -> str:
    return _escaped(one_line(text))


def _text(text: str) -> str:
    # Two spaces at the end of a line keep the break. Spaces at its beginning would make it code.
    lines = (_escaped(line.strip()) for line in clean(text).split("\n"))
    return "  \n".join(line for line in lines if line)


def _escaped(line: str) -> str:
    without_markup = _MARKUP.sub(r"\\\1", line)
    without_addresses = _ADDRESS.sub(r"\1\\\2", without_markup)
    return _AT_LINE_START.sub(_escaped_start, without_addresses)


def _escaped_start(match: re.Match[str]) -> str:
    space, mark = match.groups()
    # A number is escaped at the mark behind it, which is all that makes it a list.
    return f"{space}\\{mark}" if mark in "-+" else f"{space}{mark}\\"


def _code(text: str) -> str:
    text = clean(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
