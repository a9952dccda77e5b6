"""Checks a value against a client's JSON Schema without trusting the schema.

Pure. It must never fetch a reference, never run a pattern that may backtrack for ever, and never raise.
"""

import re
from collections.abc import Mapping

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped] # it ships no types
from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped] # as above

_FORMATS = FormatChecker()
# References may be remote or circular, and the flat arguments that speech can fill need none.
_REFUSED = frozenset({"$ref", "$dynamicRef", "$recursiveRef", "$id", "$schema", "patternProperties"})
_MAX_NODES = 300
_MAX_DEPTH = 10
_MAX_PATTERN_CHARS = 100
_REPEATS = re.compile(r"[*+]|\{\d+,\d*\}")
# Python warns that these will one day mean nested sets, and a client must not be able to make it warn.
_NESTED_SET = re.compile(r"\[[^\]]*(?:\[|--|&&|~~|\|\|)")
_LARGE_REPEAT = re.compile(r"\{[^}]*\d{3,}")


def is_valid(value: object, schema: object) -> bool:
    """Tell whether `value` surely satisfies `schema`; one that cannot be judged safely is not satisfied."""
    if not _is_safe(schema):
        return False
    try:
        return _is_well_formed(schema) and bool(
            Draft202012Validator(schema, format_checker=_FORMATS).is_valid(value)
        )
    except (re.error, ArithmeticError, RecursionError, TypeError, ValueError):
        return False


def properties_of(schema: object) -> Mapping[str, object]:
    """Return the properties of a tool's parameters, none if they are malformed."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    return {str(k): v for k, v in properties.items()} if isinstance(properties, Mapping) else {}


def required_of(schema: object) -> tuple[str, ...]:
    """Return the names of the required arguments."""
    required = schema.get("required") if isinstance(schema, Mapping) else None
    return (
        tuple(name for name in required if isinstance(name, str))
        if isinstance(required, list | tuple)
        else ()
    )


def are_valid_arguments(arguments: Mapping[str, object], parameters: object) -> bool:
    """Tell whether `arguments` satisfy a tool's `parameters`. Arguments not given break no rule, but a schema
    that is malformed anywhere allows none.
    """
    if not isinstance(parameters, Mapping) or not _is_well_formed(parameters):
        return not arguments
    kept = {name: schema for name, schema in properties_of(parameters).items() if name in arguments}
    relevant = {
        key: value for key, value in parameters.items() if key not in {"properties", "$schema", "$defs"}
    }
    return is_valid(dict(arguments), {**relevant, "properties": kept})


def _is_well_formed(schema: object) -> bool:
    try:
        Draft202012Validator.check_schema(schema)
    except (SchemaError, re.error, RecursionError, TypeError, ValueError):
        return False
    return True


def _is_safe(schema: object) -> bool:
    nodes = 0
    waiting: list[tuple[object, int]] = [(schema, 0)]
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if nodes > _MAX_NODES or depth > _MAX_DEPTH:
            return False
        if isinstance(node, Mapping):
            if not _REFUSED.isdisjoint(map(str, node)) or not _is_safe_pattern(node.get("pattern")):
                return False
            waiting.extend((child, depth + 1) for child in node.values())
        elif isinstance(node, list | tuple):
            waiting.extend((child, depth + 1) for child in node)
    return True


def _is_safe_pattern(pattern: object) -> bool:
    """Allow only patterns whose matching time cannot explode: no groups, at most one open repeat."""
    if not isinstance(pattern, str):
        return True
    return (
        len(pattern) <= _MAX_PATTERN_CHARS
        and "(" not in pattern
        and len(_REPEATS.findall(pattern)) <= 1
        and not _LARGE_REPEAT.search(pattern)
        and not _NESTED_SET.search(pattern)
    )
