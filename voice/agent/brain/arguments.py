"""Takes a tool's arguments out of what was said.

Pure. It must never make a value up: what was not said, or does not satisfy its schema, is missing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from voice.agent.brain.base import Tool
from voice.agent.brain.numbers import numbers_in, with_digits
from voice.agent.brain.phrases import phrase_for, quoted
from voice.agent.brain.results import spoken_name
from voice.agent.brain.schema import is_valid, properties_of, required_of
from voice.agent.brain.wording import MAX_HEARD_CHARS, normalize, speakable

_OFF = re.compile(r"\b(?:off|no|not|false|disable|disabled|without|stop|deactivate)\b")
_ON = re.compile(r"\b(?:on|yes|true|enable|enabled|with|start|activate|please do|sure)\b")
_SHIFTS = {"today": 0, "tomorrow": 1, "yesterday": -1}
_MAX_ARGUMENTS = 20
_PLACES = frozenset(["place", "city", "location", "town", "country", "timezone", "zone"])


@dataclass(frozen=True)
class Filled:
    """Arguments found, and the names of required ones that were not."""

    values: dict[str, object]
    missing: tuple[str, ...]


@dataclass
class Said:
    """One utterance as a source of arguments, each used once. `whole`: it answers one question."""

    heard: str
    now: datetime
    tool_words: frozenset[str]
    whole: bool = False
    used: set[object] = field(default_factory=set)
    numbers: list[Decimal] = field(init=False)
    plain: str = field(init=False)

    def __post_init__(self) -> None:
        self.heard = speakable(self.heard[:MAX_HEARD_CHARS])
        self.plain = normalize(self.heard)
        self.numbers = numbers_in(self.plain)


def fill(tool: Tool, said: Said) -> Filled:
    """Return the arguments of `tool` that `said` holds. Optional ones are taken only where plainly meant."""
    properties = properties_of(tool.parameters)
    required = required_of(tool.parameters)[:_MAX_ARGUMENTS]
    optional = [name for name in list(properties)[:_MAX_ARGUMENTS] if name not in required]
    values: dict[str, object] = {}
    # Options go first and are taken out: in "weather in Rome in celsius" the last word is not the city.
    for name in sorted((*required, *optional), key=lambda name: not _has_options(properties.get(name))):
        schema = properties.get(name, {})
        if name in optional and not _is_plainly_meant(name, schema, properties, said):
            continue
        if (value := take(name, schema, said)) is not None:
            values[name] = value
    return Filled(values, tuple(name for name in required if name not in values))


def take(name: str, schema: object, said: Said) -> object:
    """Return a value for one argument that satisfies `schema`, or None."""
    if not isinstance(schema, Mapping):
        return None
    if "const" in schema:
        value: object = schema["const"]
    elif isinstance(schema.get("enum"), list | tuple):
        value = _choice(schema["enum"], said)
    else:
        taker = _TAKERS.get(kind_of(schema))
        value = taker(name, schema, said) if taker else None
    return value if value is not None and is_valid(value, schema) else None


def kind_of(schema: Mapping[str, object]) -> str:
    """Return the JSON type that an argument has, "string" where none is given."""
    declared = schema.get("type", "string")
    kinds = declared if isinstance(declared, list | tuple) else [declared]
    return next((kind for kind in kinds if isinstance(kind, str) and kind != "null"), "")


def _choice(options: object, said: Said) -> object:
    """Return the option that was said; of options within one another ("light", "light blue") the longest."""
    digits = f" {with_digits(said.plain)} "
    found: list[tuple[int, object]] = []
    for option in list(options)[:100] if isinstance(options, list | tuple) else []:
        if isinstance(option, bool) or not isinstance(option, str | int | float):
            continue
        words = with_digits(spoken_name(option) if isinstance(option, str) else str(option))
        if f" {words} " in digits:
            found.append((len(words), option))
    if not found:
        return None
    option = max(found, key=lambda match: match[0])[1]
    said.heard = re.sub(
        rf"(?:\b(?:in|to|as|on)\s+)?\b{re.escape(str(option))}\b", " ", said.heard, flags=re.IGNORECASE
    )
    return option


def _has_options(schema: object) -> bool:
    return isinstance(schema, Mapping) and "enum" in schema


def _number(_: str, schema: Mapping[str, object], said: Said) -> object:
    for value in said.numbers:
        whole = value == value.to_integral_value()
        number: int | float = int(value) if whole else float(value)
        if (whole or kind_of(schema) == "number") and is_valid(number, schema):
            said.numbers.remove(value)
            return number
    return None


def _boolean(_: str, __: Mapping[str, object], said: Said) -> object:
    if _OFF.search(said.plain):
        return False
    return True if _ON.search(said.plain) else None


def _string(name: str, schema: Mapping[str, object], said: Said) -> object:
    if schema.get("format") == "date":
        shift = next((days for word, days in _SHIFTS.items() if word in said.plain.split()), None)
        return None if shift is None else (said.now + timedelta(days=shift)).date().isoformat()
    phrase = phrase_for(spoken_name(name), said.heard, said.tool_words, whole=said.whole)
    if not phrase or phrase in said.used:
        return None
    said.used.add(phrase)
    return phrase


def _array(name: str, schema: Mapping[str, object], said: Said) -> object:
    items = schema.get("items")
    items = items if isinstance(items, Mapping) else {}
    if isinstance(items.get("enum"), list):
        return [
            option for option in items["enum"] if isinstance(option, str) and option.lower() in said.plain
        ] or None
    if kind_of(items) in {"integer", "number"}:
        taken = []
        while (value := _number(name, items, said)) is not None:
            taken.append(value)
        return taken or None
    if kind_of(items) != "string":
        return None
    phrase = _string(name, {}, said)
    parts = quoted(said.heard) or re.split(r",\s*(?:and )?| and ", phrase if isinstance(phrase, str) else "")
    return [part.strip() for part in parts if part.strip()] or None


_TAKERS: dict[str, Callable[[str, Mapping[str, object], Said], object]] = {
    "integer": _number,
    "number": _number,
    "boolean": _boolean,
    "string": _string,
    "array": _array,
}


def _is_plainly_meant(name: str, schema: object, properties: Mapping[str, object], said: Said) -> bool:
    """Tell whether an optional argument was said: an option, its name, or the only number asked for."""
    if not isinstance(schema, Mapping) or "const" in schema:
        return False
    if "enum" in schema:
        return True
    if spoken_name(name) in said.plain:
        return kind_of(schema) != "array"
    if kind_of(schema) == "string" and _PLACES & set(spoken_name(name).split()):
        return " in " in f" {said.plain}"
    numeric = [
        s for s in properties.values() if isinstance(s, Mapping) and kind_of(s) in {"integer", "number"}
    ]
    return kind_of(schema) in {"integer", "number"} and len(numeric) == 1
