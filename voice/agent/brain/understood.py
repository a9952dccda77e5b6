"""Calls a tool for what the agent's own skills understand to the last word: sums and measures.

Pure. "What is twelve times seven" has no word in common with a calculator's name, so the tool is known by
the arguments it takes. It must never pass on a sentence that a skill did not understand.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from voice.agent.brain.arguments import kind_of
from voice.agent.brain.base import CallTool, Tool
from voice.agent.brain.expression import formula
from voice.agent.brain.results import spoken_name
from voice.agent.brain.schema import are_valid_arguments, properties_of, required_of
from voice.agent.brain.skills import arithmetic, units
from voice.agent.brain.turn import Turn

_SUMS = frozenset(["expression", "formula", "calculation", "equation", "sum"])
_FROM = frozenset(["from", "source"])
_TO = frozenset(["to", "target", "into"])


def call_for(turn: Turn, tools: Sequence[Tool]) -> CallTool | None:
    """Return the call of the first tool that takes just what `turn` holds, or None."""
    for tool in tools:
        values = _sum(turn, tool) or _measure(turn, tool)
        if values and are_valid_arguments(values, tool.parameters):
            return CallTool(tool.name, values)
    return None


def _sum(turn: Turn, tool: Tool) -> dict[str, object] | None:
    names = required_of(tool.parameters)
    if len(names) != 1 or spoken_name(names[0]) not in _SUMS or not _all_of_kind(tool, names, "string"):
        return None
    written = formula(arithmetic.sum_in(turn))
    return {names[0]: written} if written else None


def _measure(turn: Turn, tool: Tool) -> dict[str, object] | None:
    names = required_of(tool.parameters)
    source = [name for name in names if _FROM & set(spoken_name(name).split())]
    target = [name for name in names if _TO & set(spoken_name(name).split())]
    amount = [name for name in names if name not in (*source, *target)]
    if not (len(source) == len(target) == len(amount) == 1):
        return None
    numeric = _all_of_kind(tool, amount, "number") or _all_of_kind(tool, amount, "integer")
    measure = units.measure_in(turn) if numeric else None
    if measure is None or not _all_of_kind(tool, (*source, *target), "string"):
        return None
    value, from_unit, to_unit = measure
    return {amount[0]: _as_json(value), source[0]: from_unit.name(value), target[0]: to_unit.many}


def _all_of_kind(tool: Tool, names: Sequence[str], kind: str) -> bool:
    schemas = [properties_of(tool.parameters).get(name) for name in names]
    return all(isinstance(s, Mapping) and "enum" not in s and kind_of(s) == kind for s in schemas)


def _as_json(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
