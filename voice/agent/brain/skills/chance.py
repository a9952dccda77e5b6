"""Flips coins, rolls dice, draws numbers and picks between things."""

import re
from decimal import Decimal

from voice.agent.brain.numbers import numbers_in
from voice.agent.brain.turn import Answer, Turn
from voice.agent.brain.wording import as_sentence, join_words

_COIN = re.compile(r"\b(?:flip|toss|throw)\b.*\bcoins?\b|^heads or tails$|^coin (?:flip|toss)$")
_DICE = re.compile(r"\b(?:roll|throw|toss)\b.*\b(?:dice|die|d\d+)\b|^dice(?: roll)?$|^roll again$")
_SIDES = re.compile(r"(\d+) sided|\bd(\d+)\b")
_NUMBER = re.compile(r"\b(?:random|pick|choose|think of|give me|guess|draw|say|any)\b.*\bnumber\b")
_EITHER = re.compile(
    r"^(?:choose|pick|decide|select)(?: between)? (?P<one>[\w ]{1,40}?) (?:or|and) (?P<two>[\w ]{1,40})$"
)
_MAX_DICE, _MAX_SIDES, _MAX_RANDOM = 10, 1000, 10**12
_DEFAULT_SIDES, _DEFAULT_TOP = 6, 100
_RANGE_ENDS = 2


def match(turn: Turn) -> Answer | None:
    """Answer "flip a coin", "roll two dice", "a random number between 1 and 10", "choose tea or coffee"."""
    words = turn.digits
    if _COIN.search(words):
        return Answer(f"It's {turn.chance.choice(('heads', 'tails'))}.")
    if _DICE.search(words):
        return _dice(turn)
    if _NUMBER.search(words):
        return _number(turn)
    if either := _EITHER.match(words):
        return Answer(as_sentence(f"I pick {turn.chance.choice((either['one'], either['two']))}"))
    return None


def _dice(turn: Turn) -> Answer:
    sides_said = _SIDES.search(turn.digits)
    sides = int((sides_said[1] or sides_said[2])[:6]) if sides_said else _DEFAULT_SIDES
    rest = _SIDES.sub("", turn.digits)
    count = next((int(n) for n in numbers_in(rest) if n == n.to_integral_value()), 1)
    if not (1 <= count <= _MAX_DICE and 1 < sides <= _MAX_SIDES):
        return Answer(f"I can roll up to {_MAX_DICE} dice with 2 to {_MAX_SIDES} sides.")
    rolls = [turn.chance.randint(1, sides) for _ in range(count)]
    total = f", {sum(rolls)} in total" if count > 1 else ""
    return Answer(f"I rolled {join_words([str(roll) for roll in rolls])}{total}.")


def _number(turn: Turn) -> Answer:
    said = [n for n in numbers_in(turn.digits) if n == n.to_integral_value() and abs(n) <= _MAX_RANDOM]
    low, high = _ends(said)
    return Answer(f"My number between {low} and {high} is {turn.chance.randint(low, high)}.")


def _ends(said: list[Decimal]) -> tuple[int, int]:
    if len(said) >= _RANGE_ENDS:
        return int(min(said[:2])), int(max(said[:2]))
    top = int(said[0]) if said else _DEFAULT_TOP
    return min(1, top), max(1, top)
