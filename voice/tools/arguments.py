"""Arguments as the agent sent them: checked against a tool's schema, made what its function takes. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it ships no types
from jsonschema.exceptions import ValidationError, best_match  # type: ignore[import-untyped] # as above

from voice.tools.signature import enum_of
from voice.tools.tool import Tool, ToolProblem

# Spoken arguments are a sentence at most; a model that sends more has lost its way.
MAX_ARGUMENTS_CHARS = 4_000
_MAX_SHOWN_CHARS = 60
_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def checked_arguments(tool: Tool, arguments: object) -> dict[str, Any]:
    """What to call the function with. Raises `ToolProblem` with a sentence that says what is wrong."""
    if not isinstance(arguments, Mapping):
        raise ToolProblem(f"The arguments of {tool.name} must be a JSON object.")
    if _length(arguments) > MAX_ARGUMENTS_CHARS:
        raise ToolProblem(f"The arguments of {tool.name} are longer than {MAX_ARGUMENTS_CHARS} characters.")
    unknown = [name for name in arguments if name not in tool.types]
    if unknown:
        raise ToolProblem(f"{tool.name} takes no argument '{_short(unknown[0])}'.")
    error = best_match(Draft202012Validator(tool.schema.parameters).iter_errors(dict(arguments)))
    if error is not None:
        raise ToolProblem(_sentence(tool, error))
    return {name: _as_python(value, tool.types[name]) for name, value in arguments.items()}


def _length(arguments: Mapping[str, Any]) -> int:
    try:
        return len(json.dumps(arguments))
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets without end
        return MAX_ARGUMENTS_CHARS + 1


def _sentence(tool: Tool, error: ValidationError) -> str:
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"{tool.name} needs the argument '{missing}'."
    name = str(error.absolute_path[0]) if error.absolute_path else "arguments"
    part = "each item of " if len(error.absolute_path) > 1 else ""
    if error.validator == "enum":
        choices = ", ".join(str(choice) for choice in error.validator_value if choice is not None)
        return f"{part}'{name}' must be one of: {choices}."
    kinds = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    wanted = " or ".join(_KINDS.get(str(kind), str(kind)) for kind in kinds if kind != "null")
    return f"{part}'{name}' must be {wanted}, not {_short(json.dumps(error.instance, ensure_ascii=False))}."


def _as_python(value: Any, hint: Any) -> Any:
    if value is None:
        return None
    enum = enum_of(hint)
    if enum is not None:
        return enum(value)
    # JSON has one kind of number: 3.0 is a whole one.
    if isinstance(value, float) and value.is_integer() and hint in (int, int | None):
        return int(value)
    return value


def _short(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN_CHARS else text[: _MAX_SHOWN_CHARS - 1] + "…"
