"""Other ways of writing the server's events, brought to the current one. Pure.

The one place that knows how servers differ: by age (`args`, codes in upper case, times as ISO text), by
what they leave out or send as null, and by the types of numbers and ids.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

Fields = dict[str, Any]

_ERRORS: Final = ("session.error", "error")
# Older or other name: current name. What has both keeps the current one.
_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "transcript.user.delta": {"delta": "text"},
    "transcript.agent.delta": {"text": "delta"},
    "tool.call": {"args": "arguments"},
    "session.error": {"error": "message"},
    "error": {"error": "message"},
}
_TIMES: Final = ("timestamp", "expires_at")
_WORDS_OF_THE_PROTOCOL: Final = ("code", "status")


def current(event: Fields) -> Fields:
    """The event as the service writes it today. A null field is as good as a missing one."""
    event = {name: value for name, value in event.items() if value is not None}
    kind = kind_of(event)
    for old, new in _NAMES.get(kind, {}).items() if isinstance(kind, str) else ():
        if old in event:
            event.setdefault(new, event.pop(old))
    event |= {name: _epoch_s(event[name]) for name in _TIMES if isinstance(event.get(name), str)}
    event |= {
        name: event[name].lower() for name in _WORDS_OF_THE_PROTOCOL if isinstance(event.get(name), str)
    }
    if kind in _ERRORS and "message" in event:
        event["message"] = _text(event["message"])
    if kind == "tool.call":
        event["arguments"] = _unquoted(event.get("arguments", {}))
    return event | {"type": kind}


def kind_of(event: Fields) -> Any:
    """Its type. What has none and tells of something is an error: the service leaves it out there."""
    kind = event.get("type")
    if kind is None and not event.keys().isdisjoint(("code", "message", "error")):
        return "session.error"
    return kind


def readable(event: Fields, kind: type[msgspec.Struct]) -> Fields:
    """Only the fields that can be read; another one counts as missing. Ids may be numbers."""
    found: Fields = {}
    for field in msgspec.structs.fields(kind):
        if field.name not in event:
            continue
        value = event[field.name]
        for form in (value, str(value)) if isinstance(value, int | float) else (value,):
            try:
                found[field.name] = msgspec.convert(form, field.type, strict=False)
                break
            except (msgspec.ValidationError, OverflowError):
                continue
    return found


def _epoch_s(iso: str) -> float | str:
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _text(message: Any) -> str:
    return message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)


def _unquoted(arguments: Any) -> Any:
    """Chat endpoints give arguments as JSON text."""
    try:
        inner = msgspec.json.decode(arguments) if isinstance(arguments, str) else arguments
    except (ValueError, RecursionError):
        return arguments
    return inner if isinstance(inner, dict) else arguments
