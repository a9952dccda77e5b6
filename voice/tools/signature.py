"""JSON schema from a function's type hints and docstring, and the description for the agent. Pure.

Understood are `str`, `int`, `float`, `bool`, `Literal`, `Enum`, `list[…]`, any of them `| None`, and a
Google-style `Args:` section. Anything else is refused when the tool is defined, not when it is called.
"""

import inspect
import types
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from voice.tools.context import ToolContext

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}


class UnfitFunction(TypeError):
    """A function that cannot be a tool; the message says which part of it."""


def description_of(function: Callable[..., object]) -> str:
    """The docstring up to its first section, as one paragraph. Raises `UnfitFunction` when there is none."""
    text = inspect.getdoc(function) or ""
    words = " ".join(text.partition("\nArgs:")[0].split())
    if not words:
        raise UnfitFunction(f"{function.__name__} has no docstring: the agent would not know its use")
    return words


def parameters_of(function: Callable[..., object]) -> dict[str, Any]:
    """The JSON schema, of type object, of everything the agent passes. Raises `UnfitFunction`."""
    hints = argument_types(function)
    told = _told_arguments(inspect.getdoc(function) or "")
    properties: dict[str, Any] = {}
    for name, hint in hints.items():
        schema = _schema_of(hint, f"{function.__name__}({name})")
        properties[name] = schema | ({"description": told[name]} if name in told else {})
    signature = inspect.signature(function).parameters
    required = [name for name in hints if signature[name].default is inspect.Parameter.empty]
    return {"type": "object", "properties": properties, "required": required}


def argument_types(function: Callable[..., object]) -> dict[str, Any]:
    """The type hint of every argument that the agent passes: all but the context. Raises `UnfitFunction`."""
    hints = get_type_hints(function)
    found: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise UnfitFunction(f"{function.__name__}({name}) can't be passed by name")
        if name not in hints:
            raise UnfitFunction(f"{function.__name__}({name}) has no type hint")
        if hints[name] is not ToolContext:
            found[name] = hints[name]
    return found


def context_argument(function: Callable[..., object]) -> str | None:
    """The name of the argument that takes the `ToolContext`, if the function wants one."""
    hints = get_type_hints(function)
    return next((name for name, hint in hints.items() if hint is ToolContext and name != "return"), None)


def enum_of(hint: Any) -> type[Enum] | None:
    """The enum a type hint stands for, also an optional one."""
    kinds = [kind for kind in _alternatives(hint) if isinstance(kind, type) and issubclass(kind, Enum)]
    return kinds[0] if kinds else None


def _schema_of(hint: Any, where: str) -> dict[str, Any]:
    kinds = _alternatives(hint)
    nullable = type(None) in kinds
    kinds = [kind for kind in kinds if kind is not type(None)]
    if len(kinds) != 1:
        raise UnfitFunction(f"{where} may be of only one type, or that and None")
    schema = _schema_of_one(kinds[0], where)
    return _nullable(schema) if nullable else schema


def _schema_of_one(hint: Any, where: str) -> dict[str, Any]:
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if get_origin(hint) is Literal:
        return _choice(list(get_args(hint)), where)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice([member.value for member in hint], where)
    if get_origin(hint) is list:
        return {"type": "array", "items": _schema_of(get_args(hint)[0], where)}
    raise UnfitFunction(f"{where} is of a type that an agent can't pass: {hint}")


def _choice(values: list[Any], where: str) -> dict[str, Any]:
    kinds = {type(value) for value in values}
    if len(kinds) != 1 or not kinds <= _PLAIN.keys():
        raise UnfitFunction(f"the choices of {where} must be texts or numbers of one type")
    return {"type": _PLAIN[kinds.pop()], "enum": values}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    choice = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [schema["type"], "null"]} | choice


def _alternatives(hint: Any) -> list[Any]:
    return list(get_args(hint)) if get_origin(hint) in (Union, types.UnionType) else [hint]


def _told_arguments(doc: str) -> Mapping[str, str]:
    """What the section `Args:` says of each argument; further lines of one are indented deeper."""
    told: dict[str, str] = {}
    name = ""
    for line in doc.partition("\nArgs:\n")[2].splitlines():
        if not line.startswith(" "):
            break
        head, colon, words = line.strip().partition(":")
        if colon and head.isidentifier() and not line.startswith("      "):
            name = head
            told[name] = words.strip()
        elif name:
            told[name] = f"{told[name]} {line.strip()}".strip()
    return told
