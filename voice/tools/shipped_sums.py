"""The calculator, on simpleeval. Only numbers, signs and names from a table reach it: the rest is refused."""

import ast
import math
import operator
import re
from collections.abc import Callable
from typing import Any

from simpleeval import DEFAULT_OPERATORS, InvalidExpression, SimpleEval  # type: ignore[import-untyped] # it ships no types

from voice.tools.tool import ToolProblem

MAX_EXPRESSION_CHARS = 200
# Beyond a float's range nothing can be said either; it also bounds the time and memory of any one step.
_MAX_DIGITS = 300
_MAX_FACTORIAL = 170
_SHOWN_DIGITS = 12
_WORDS = {
    "times": "*",
    "multiplied by": "*",
    "divided by": "/",
    "over": "/",
    "plus": "+",
    "minus": "-",
    "x": "*",
}
_SIGNS = {"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "^": "**", "√": "sqrt"}  # noqa: RUF001  (as models write them)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|\.\d+)|(?P<name>[a-z]\w*)|(?P<sign>\*\*|//|[-+*/%(),]))"
)
_PERCENT = (
    (re.compile(r"(\d)\s*(?:%|percent)\s*of\b"), r"\1/100*"),
    (re.compile(r"(\d)\s*(?:%|percent)\s*(?=$|[-+*/)])"), r"\1/100"),
)


def calculate(expression: str) -> dict[str, str]:
    """Work out an arithmetic expression: sums, products, powers, roots, percentages, logarithms.

    Args:
        expression: The expression in digits and signs, such as "12 * 7", "sqrt(2) / 3" or "15% of 80".
    """
    if len(expression) > MAX_EXPRESSION_CHARS:
        raise ToolProblem(f"The expression is longer than {MAX_EXPRESSION_CHARS} characters.")
    try:
        value = _evaluator().eval(_cleaned(expression))
    except ZeroDivisionError:
        raise ToolProblem("Nothing can be divided by zero.") from None
    except OverflowError:
        raise ToolProblem("The result is too large.") from None
    except (InvalidExpression, SyntaxError, TypeError, ValueError, RecursionError, MemoryError):
        raise ToolProblem("That is no expression that can be worked out.") from None
    return {"result": f"{expression.strip().rstrip('= ?')} is {_told(value)}."}


def _cleaned(expression: str) -> str:
    text = (
        expression.casefold().replace(",", "")
        if re.search(r"\d,\d{3}\b", expression)
        else expression.casefold()
    )
    for sign, python in _SIGNS.items():
        text = text.replace(sign, python)
    for word, sign in _WORDS.items():
        text = re.sub(rf"(?<![a-z]){word}(?![a-z])", sign, text)
    for pattern, to in _PERCENT:
        text = pattern.sub(to, text)
    place = 0
    text = text.strip().rstrip("= ?")
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ToolProblem(f"An expression can't hold '{text[place:].strip()[:1]}'.")
        if found["name"] and found["name"] not in {**_FUNCTIONS, **_CONSTANTS}:
            raise ToolProblem(f"'{found['name'][:20]}' can't be worked out: give numbers and signs.")
        place = found.end()
    return text


def _told(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ToolProblem("The expression has no number as its result.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ToolProblem("The result is too large.")
    if abs(value) >= 10**_MAX_DIGITS:
        raise ToolProblem("The result is too large.")
    return (
        str(value)
        if isinstance(value, int) and abs(value) < 10**_SHOWN_DIGITS
        else f"{value:.{_SHOWN_DIGITS}g}"
    )


def _power(base: float, exponent: float) -> Any:
    if base and abs(exponent) * abs(math.log10(abs(base))) > _MAX_DIGITS:
        raise OverflowError
    value = base**exponent
    if isinstance(value, complex):
        raise ToolProblem("A negative number has no real root.")
    return value


def _factorial(number: float) -> int:
    if number > _MAX_FACTORIAL:
        raise OverflowError
    return math.factorial(int(number)) if float(number).is_integer() else math.factorial(-1)


def _sqrt(number: float) -> float:
    if number < 0:
        raise ToolProblem("A negative number has no real root.")
    return math.sqrt(number)


_OPERATORS = {
    kind: DEFAULT_OPERATORS[kind]
    for kind in (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.USub, ast.UAdd)
} | {ast.Pow: _power, ast.Mult: operator.mul, ast.Add: operator.add}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": _sqrt, "abs": abs, "round": round, "min": min, "max": max, "floor": math.floor, "ceil": math.ceil,
    "log": math.log, "log10": math.log10, "log2": math.log2, "ln": math.log, "exp": math.exp,
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "radians": math.radians, "degrees": math.degrees,
    "factorial": _factorial,
}  # fmt: skip
_CONSTANTS = {"pi": math.pi, "e": math.e}


def _evaluator() -> SimpleEval:
    # One for each expression: it keeps state while it works.
    return SimpleEval(operators=_OPERATORS, functions=_FUNCTIONS, names=_CONSTANTS)
