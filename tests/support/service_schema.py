"""The service's events as a strict JSON Schema, for fixtures and for what the local agent sends."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it ships no types

SERVICE_DATA: Final = Path(__file__).parents[1] / "data" / "service"
_SCHEMA: Final[dict[str, Any]] = json.loads((SERVICE_DATA / "events.schema.json").read_text())

EVENT_TYPES: Final = frozenset(ref["$ref"].removeprefix("#/$defs/") for ref in _SCHEMA["oneOf"])


def problems_of(message: str | bytes | dict[str, Any]) -> list[str]:
    """What is wrong with one event, as text of the socket or decoded; empty when it is as the service's."""
    event = message if isinstance(message, dict) else json.loads(message)
    kind = event.get("type") if isinstance(event, dict) else None
    if kind not in EVENT_TYPES:
        return [f"type: {kind!r} is not an event of the service"]
    return [f"{kind} {error.json_path}: {error.message}" for error in _validator(kind).iter_errors(event)]


def check_event(message: str | bytes | dict[str, Any]) -> None:
    """Raise `AssertionError` unless the event is one that the service may send."""
    problems = problems_of(message)
    assert not problems, "\n".join(problems)


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator({"$defs": _SCHEMA["$defs"], "$ref": f"#/$defs/{kind}"})
