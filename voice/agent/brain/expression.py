"""Spoken arithmetic: "12 times 7", "the square root of 81 plus 15 percent of 80".

Pure: a normalised sentence with numbers in digits in, a value out. It must never evaluate what it does not
understand completely, and never run long: operands, results and length are bounded.
"""

import decimal
import re
from collections.abc import Callable
from decimal import Decimal

from voice.agent.brain.numbers import MAX_SPOKEN, is_number

_MAX_TOKENS = 60
_MAX_FACTORIAL = 17  # 18! has more digits than are spoken
_MAX_POWER = 1000
_HUNDRED = Decimal(100)
# Enough that roots of squares and cubes come out whole after rounding.
_CONTEXT = decimal.Context(prec=28)
_ROUNDED = decimal.Context(prec=18)


class CannotCalculate(ValueError):
    """The sentence is arithmetic, but has no answer that can be spoken. Its text says why."""


# Longest first: "square root of" before "root of", "percent of" before "percent".
_PHRASES = (
    ("raised to power of", "^"), ("to power of", "^"), ("to power", "^"), ("raised to", "^"),
    ("multiplied by", "*"), ("divided by", "/"), ("divided into", "into"), ("square root of", "sqrt"),
    ("cube root of", "cbrt"), ("root of", "sqrt"), ("factorial of", "fact"), ("percent off", "off"),
    ("percent of", "pctof"), ("take away", "-"), ("half of", "half"), ("third of", "third"),
    ("quarter of", "quarter"), ("plus", "+"), ("and", "+"), ("minus", "-"), ("negative", "-"), ("less", "-"),
    ("times", "*"), ("x", "*"), ("over", "/"), ("modulo", "mod"), ("mod", "mod"), ("squared", "sq"),
    ("cubed", "cube"), ("factorial", "!"), ("percent", "pct"), ("double", "twice"), ("twice", "twice"),
    ("triple", "thrice"),
)  # fmt: skip
_TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)(?=\s|$)|"
    + "|".join(rf"(?P<op{i}>{phrase})(?=\s|$)" for i, (phrase, _) in enumerate(_PHRASES))
)
_N = r"(?P<a>(?:minus )?\d[\d.]*)"
_M = r"(?P<b>(?:minus )?\d[\d.]*)"
# Sentences that name the operation first, or ask the other way round, put in the order of a formula.
_REWRITES = (
    (rf"add {_N} percent to {_M}", r"\g<b> plus \g<a> percent of \g<b>"),
    (rf"increase {_N} by {_M} percent", r"\g<a> plus \g<b> percent of \g<a>"),
    (rf"(?:decrease|reduce) {_N} by {_M} percent", r"\g<b> percent off \g<a>"),
    (rf"(?:add|sum of) {_N}(?: and| to) {_M}", r"\g<a> plus \g<b>"),
    (rf"subtract {_N} from {_M}", r"\g<b> minus \g<a>"),
    (rf"(?:multiply|product of) {_N} (?:by|and|with|times) {_M}", r"\g<a> times \g<b>"),
    (rf"(?:divide|quotient of) {_N} (?:by|and) {_M}", r"\g<a> divided by \g<b>"),
    (rf"difference (?:between|of) {_N} and {_M}", r"\g<a> minus \g<b>"),
    (rf"average of {_N} and {_M}", r"half of \g<a> plus half of \g<b>"),
    (rf"(?:what )?percent(?:age)? of {_N} is {_M}", r"\g<b> divided by \g<a> times 100"),
    (rf"{_N} is what percent(?:age)? of {_M}", r"\g<a> divided by \g<b> times 100"),
)
_REWRITE_RULES = tuple((re.compile(rf"^(?:the )?{pattern}$"), to) for pattern, to in _REWRITES)


_WRITTEN = {
    "+": "+", "-": "-", "*": "*", "/": "/", "^": "^", "mod": "%", "pctof": "/ 100 *", "sq": "^ 2",
    "cube": "^ 3",
}  # fmt: skip


def formula(sentence: str) -> str | None:
    """Write a sum in signs, "12 times 7" as "12 * 7"; None for what is no sum or takes more than signs."""
    try:
        if evaluate(sentence) is None:
            return None
    except CannotCalculate:  # it is a sum all the same
        pass
    written: list[str] = []
    tokens = _tokens(_rewritten(sentence)) or []
    for index, token in enumerate(tokens):
        if token == "sqrt" and tokens[index + 2 : index + 3] in ([], ["+"], ["-"], ["*"], ["/"]):  # noqa: S105 - a root
            written.append("sqrt")
        elif is_number(token):
            written.append(f"({token})" if written[-1:] == ["sqrt"] else token)
        elif token in _WRITTEN:
            written.append(_WRITTEN[token])
        else:
            return None
    return " ".join(written).replace("sqrt (", "sqrt(")


def evaluate(sentence: str) -> Decimal | None:
    """Return the value of `sentence`, or None if it is not arithmetic through and through.

    Raises `CannotCalculate` for a division by zero, a root of a negative number, or too large a result.
    """
    tokens = _tokens(_rewritten(sentence))
    if tokens is None or len(tokens) > _MAX_TOKENS or all(is_number(token) for token in tokens):
        return None
    with decimal.localcontext(_CONTEXT):
        try:
            value = _Parser(tokens).parse()
        except _NotArithmetic:
            return None
        except decimal.DecimalException as error:
            raise CannotCalculate("that has no result I can say") from error
    if abs(value) >= MAX_SPOKEN:
        raise CannotCalculate("the result is too long to say")
    return value.normalize(_ROUNDED)


def _rewritten(sentence: str) -> str:
    for pattern, order in _REWRITE_RULES:
        if pattern.match(sentence):
            return pattern.sub(order, sentence)
    return sentence


def _tokens(sentence: str) -> list[str] | None:
    tokens: list[str] = []
    at = 0
    # Articles and currencies carry no value, and "2 thirds of 90" is 2 times a third of 90.
    text = re.sub(r"\b(?:the|an?|dollars?|euros?|bucks|cents)(?: |$)", "", sentence).strip()
    text = re.sub(r"(?<=\d) (third|quarter|half)s? of", r" times \1 of", text)
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        group = match.lastgroup or ""
        tokens.append(match.group() if group == "number" else _PHRASES[int(group.removeprefix("op"))][1])
        at = match.end()
        while at < len(text) and text[at] == " ":
            at += 1
    return tokens


class _NotArithmetic(Exception):
    pass


class _Parser:
    """Precedence climbing: sums, products, signs, powers, what follows a number."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def parse(self) -> Decimal:
        value = self._sum()
        if self._at < len(self._tokens):
            raise _NotArithmetic
        return value

    def _next(self, *wanted: str) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at] in wanted:
            self._at += 1
            return self._tokens[self._at - 1]
        return ""

    def _sum(self) -> Decimal:
        value = self._product()
        while operator := self._next("+", "-"):
            right = self._product()
            value = value + right if operator == "+" else value - right
        return value

    def _product(self) -> Decimal:
        value = self._signed()
        while operator := self._next(*_PRODUCTS):
            value = _PRODUCTS[operator](value, self._signed())
        return value

    def _signed(self) -> Decimal:
        if self._next("-"):
            return -self._signed()
        if factor := self._next(*_FACTORS):
            return _FACTORS[factor] * self._signed()
        return self._power()

    def _power(self) -> Decimal:
        base = self._postfix()
        return _power(base, self._signed()) if self._next("^") else base

    def _postfix(self) -> Decimal:
        value = self._operand()
        while operator := self._next(*_POSTFIXES):
            value = _POSTFIXES[operator](value)
        return value

    def _operand(self) -> Decimal:
        if root := self._next("sqrt", "cbrt"):
            return _root(self._signed_operand(), 2 if root == "sqrt" else 3)
        if self._next("fact"):
            return _factorial(self._operand())
        if self._at >= len(self._tokens) or not is_number(self._tokens[self._at]):
            raise _NotArithmetic
        self._at += 1
        return Decimal(self._tokens[self._at - 1])

    def _signed_operand(self) -> Decimal:
        return -self._postfix() if self._next("-") else self._postfix()


def _divide(value: Decimal, by: Decimal) -> Decimal:
    if not by:
        raise CannotCalculate("nothing can be divided by zero")
    return value / by


def _remainder(value: Decimal, by: Decimal) -> Decimal:
    if not by:
        raise CannotCalculate("nothing can be divided by zero")
    return value - by * (value / by).to_integral_value(decimal.ROUND_FLOOR)


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if not base and exponent <= 0:
        raise CannotCalculate("zero has no such power")
    if base < 0 and exponent != exponent.to_integral_value():
        raise CannotCalculate("a negative number has no such power")
    if abs(exponent) > _MAX_POWER:
        raise CannotCalculate("that power is too large for me")
    return base**exponent


def _root(value: Decimal, degree: int) -> Decimal:
    if degree == 2:  # noqa: PLR2004 - a square root
        if value < 0:
            raise CannotCalculate("a negative number has no real square root")
        return value.sqrt()
    size = abs(value) ** (Decimal(1) / degree) if value else Decimal(0)
    return size.copy_sign(value).normalize(_ROUNDED)


def _factorial(value: Decimal) -> Decimal:
    if value < 0 or value != value.to_integral_value():
        raise CannotCalculate("only whole numbers have a factorial")
    if value > _MAX_FACTORIAL:
        raise CannotCalculate("the result is too long to say")
    result = Decimal(1)
    for factor in range(2, int(value) + 1):
        result *= factor
    return result


_PRODUCTS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "*": lambda a, b: a * b,
    "/": _divide,
    "into": lambda a, b: _divide(b, a),
    "mod": _remainder,
    "pctof": lambda a, b: a * b / _HUNDRED,
    "off": lambda a, b: b * (_HUNDRED - a) / _HUNDRED,
}
_POSTFIXES: dict[str, Callable[[Decimal], Decimal]] = {
    "sq": lambda a: a * a,
    "cube": lambda a: a * a * a,
    "!": _factorial,
    "pct": lambda a: a / _HUNDRED,
}
_FACTORS = {
    "half": Decimal("0.5"),
    "third": Decimal(1) / 3,
    "quarter": Decimal("0.25"),
    "twice": Decimal(2),
    "thrice": Decimal(3),
}
