"""Turns a tool's result into a spoken sentence.

Pure. The result is whatever the client sent, prose, JSON or rubbish: it must never be trusted to be short or
flat.
"""

import json
import math
from collections.abc import Mapping, Sequence

from voice.agent.brain.base import Message
from voice.agent.brain.turn import Answer
from voice.agent.brain.wording import as_sentence, join_words, normalize, shorten, speakable

_MAX_ITEMS = 6
_MAX_DEPTH = 3
_MAX_RESULT_CHARS = 320
# json.loads recurses with the nesting of its input.
_MAX_JSON_CHARS = 20_000


def speak(results: Sequence[Message]) -> Answer:
    """Return what to say after the tools have answered. `results` holds at least one tool message."""
    each = max(_MAX_RESULT_CHARS // len(results), 60)
    return Answer(" ".join(_speak_one(result, each) for result in results[:_MAX_ITEMS]))


def spoken_name(name: str | None) -> str:
    """Return a tool's or an argument's name as words: `getOrder_status` becomes "get order status"."""
    spaced = "".join(f" {c}" if c.isupper() else c for c in (name or "")[:60])
    return normalize(spaced.replace("_", " ").replace("-", " ").replace(".", " ")) or "tool"


def _speak_one(result: Message, limit: int) -> str:
    value = _parsed(result.text)
    error = value.get("error") if isinstance(value, Mapping) else None
    if result.is_error or error:
        reason = shorten(_spoken(error or value), limit)
        tool = spoken_name(result.tool_name)
        return f"I'm sorry, the tool {tool} failed: {as_sentence(reason) or 'it gave no reason.'}"
    words = shorten(_spoken(value), limit)
    return as_sentence(words) if words else f"Done: {spoken_name(result.tool_name)} gave nothing to report."


def _parsed(text: str) -> object:
    if len(text) > _MAX_JSON_CHARS:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _spoken(value: object, depth: int = 0) -> str:  # noqa: PLR0911 - one line per JSON type
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else "not a number"
    if isinstance(value, str):
        return speakable(value).strip()
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else "a very long number"
    if depth >= _MAX_DEPTH:
        return "and more"
    if isinstance(value, Mapping):
        return _spoken_pairs(value, depth)
    return (
        join_words([words for item in list(value)[:_MAX_ITEMS] if (words := _spoken(item, depth + 1))])
        if isinstance(value, list)
        else ""
    )


def _spoken_pairs(value: Mapping[object, object], depth: int) -> str:
    pairs = [
        (spoken_name(str(key)), _spoken(item, depth + 1)) for key, item in list(value.items())[:_MAX_ITEMS]
    ]
    told = [(key, words) for key, words in pairs if words]
    if len(told) == 1 and told[0][0] in {"result", "answer", "message", "text", "output", "value", "data"}:
        return told[0][1]
    return ", ".join(f"{key} {_verb(key)} {words}" for key, words in told)


def _verb(key: str) -> str:
    return "are" if key.endswith("s") and not key.endswith(("ss", "us", "is")) else "is"
