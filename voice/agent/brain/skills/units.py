"""Converts between units of length, mass, temperature, volume, speed, time, area and data."""

import decimal
import re
from decimal import Decimal

from voice.agent.brain.numbers import MAX_SPOKEN, is_exact, spoken
from voice.agent.brain.turn import Answer, Turn
from voice.agent.brain.unit_table import UNITS, Unit
from voice.agent.brain.wording import as_sentence

_NUMBER = r"(?P<value>(?:(?:minus|negative) )?\d[\d.]*|half an?|an?|one)"
_FROM = r"(?P<source>[a-z][a-z ]{0,30}?)"
_TO = r"(?P<target>[a-z][a-z ]{0,30}?)"
_ASK = (
    r"(?:(?:what is|what are|how much is|how (?:far|long|heavy|hot|cold|fast|big) is"
    r"|convert|change|turn|express) )?"
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^{_ASK}{_NUMBER} ?{_FROM} (?:to|into|in|as|equals how many|is how many"
        rf"|equal to how many) (?:degrees )?{_TO}$",
        rf"^(?:how many|how much|what is the number of) {_TO} (?:are |is )?(?:there )?(?:in|make(?: up)?"
        rf"|equals?|for) {_NUMBER} ?{_FROM}$",
        rf"^(?:how many|how much) {_TO} (?:is|are) {_NUMBER} ?{_FROM}$",
    )
)
# Two decimals are as much of a converted measure as anyone takes in.
_DECIMALS = 2
# A light year in millimetres is past what can be said.
_CONTEXT = decimal.Context(prec=28)
_ROUNDED = decimal.Context(prec=15)


def match(turn: Turn) -> Answer | None:
    """Answer "how many feet in a mile" with "1 mile is 5,280 feet."."""
    measure = measure_in(turn)
    return None if measure is None else _convert(*measure)


def measure_in(turn: Turn) -> tuple[Decimal, Unit, Unit] | None:
    """How much of which unit is to be had in which other one, if the turn asks for that."""
    sentence = turn.digits
    for pattern in _PATTERNS:
        found = pattern.match(sentence)
        if not found:
            continue
        source, target = UNITS.get(found["source"].strip()), UNITS.get(found["target"].strip())
        if source and target:
            return _value(found["value"]), source, target
    return None


def _value(said: str) -> Decimal:
    if said.startswith("half"):
        return Decimal("0.5")
    if said in {"a", "an", "one"}:
        return Decimal(1)
    digits = said.rsplit(" ", 1)[-1]
    size = Decimal(digits) if re.fullmatch(r"\d{1,15}(?:\.\d{1,15})?", digits) else MAX_SPOKEN
    return -size if said.startswith(("minus", "negative")) else size


def _convert(value: Decimal, source: Unit, target: Unit) -> Answer:
    if source.kind != target.kind:
        return Answer(
            f"{as_sentence(source.many)[:-1]} measure {source.kind} and {target.many} measure"
            f" {target.kind},"
            " so one can't become the other."
        )
    with decimal.localcontext(_CONTEXT):
        base = (value + source.offset) * source.factor
        result = (base / target.factor - target.offset).normalize(_ROUNDED)
    if source.kind == "temperature" and base < 0:
        return Answer("Nothing can be that cold: it is below absolute zero.")
    if abs(result) >= MAX_SPOKEN or abs(value) >= MAX_SPOKEN:
        return Answer("That number is too long to say.")
    about = "" if is_exact(result, _DECIMALS) else "about "
    converted = f"{spoken(result, _DECIMALS)} {target.name(result)}"
    return Answer(as_sentence(f"{spoken(value)} {source.name(value)} is {about}{converted}"))
