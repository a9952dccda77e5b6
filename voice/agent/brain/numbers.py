"""Numbers in speech: reads "a hundred and five" or "105", writes "1,234.5".

Pure. Values are `Decimal`, so that 0.1 plus 0.2 is 0.3. It must never guess at a number that was not said.
"""

import re
from decimal import Decimal

# Digits kept when a result is spoken: more cannot be taken in by ear.
SPOKEN_DECIMALS = 4
# Beyond this, grouped digits stop being speakable.
MAX_SPOKEN = Decimal(10) ** 15
_MAX_DIGITS = 18

_UNITS = {
    w: i
    for i, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    w: 10 * i
    for i, w in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
} | {"fourty": 40}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_TEN, _HUNDRED = 10, 100
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


def is_number(word: str) -> bool:
    """Tell whether `word` is written in digits, as `with_digits` leaves it."""
    return _DIGITS.fullmatch(word) is not None and len(word) <= _MAX_DIGITS


def with_digits(plain: str) -> str:
    """Write every number of a normalised sentence in digits: "twenty one cats" becomes "21 cats".

    Numbers said one after the other stay apart: "thirty three four six" becomes "33 4 6".
    """
    words = plain.split()
    out: list[str] = []
    at = 0
    while at < len(words):
        value, used = _read(words, at)
        if value is None:
            out.append(words[at])
            at += 1
        else:
            out.append(plain_digits(value))
            at += used
    return " ".join(out)


def numbers_in(plain: str) -> list[Decimal]:
    """Return the numbers of a normalised sentence in the order they were said."""
    words = with_digits(plain).split()
    values = [(Decimal(w), i) for i, w in enumerate(words) if is_number(w)]
    return [-v if i and words[i - 1] in {"minus", "negative"} else v for v, i in values]


def plain_digits(value: Decimal) -> str:
    """Return `value` in digits without grouping or exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spoken(value: Decimal, decimals: int = SPOKEN_DECIMALS) -> str:
    """Return `value` for an answer, grouped and rounded to `decimals`; below 1 that many digits are kept."""
    exponent = -decimals if abs(value) >= 1 else value.adjusted() - decimals + 1
    rounded = round(value, -exponent) if value else Decimal(0)
    text = f"{rounded:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text.replace("-", "minus ")


def is_exact(value: Decimal, decimals: int = SPOKEN_DECIMALS) -> bool:
    """Tell whether `spoken` says all of `value`."""
    return Decimal(spoken(value, decimals).replace(",", "").replace("minus ", "-")) == value


def _read(words: list[str], at: int) -> tuple[Decimal | None, int]:
    """Read one number at `at`: its value and how many words it took, or (None, 0)."""
    value, used = _read_whole(words, at)
    if value is None:
        return None, 0
    following = words[at + used : at + used + 2]
    if following[:1] == ["point"] and len(following) > 1:
        digits, taken = _read_decimals(words, at + used + 1)
        if digits:
            return Decimal(f"{plain_digits(value)}.{digits}"), used + 1 + taken
    return value, used


def _read_decimals(words: list[str], at: int) -> tuple[str, int]:
    digits = ""
    taken = 0
    for word in words[at:]:
        if _UNITS.get(word, _TEN) < _TEN or word == "oh":
            digits += str(_UNITS.get(word, 0))
        elif word.isdecimal() and word.isascii():
            digits += word
        elif word in _TENS and not digits:
            digits += str(_TENS[word] // 10)
        else:
            break
        taken += 1
        if len(digits) > _MAX_DIGITS:
            break
    return digits[:_MAX_DIGITS], taken


def _read_whole(words: list[str], at: int) -> tuple[Decimal | None, int]:
    total = Decimal(0)
    used = 0
    smallest_scale = 10**15
    while True:
        start = at + used
        skipped = 1 if used and words[start : start + 1] == ["and"] else 0
        group, taken = _read_group(words, start + skipped, alone=not used)
        if group is None:
            break
        scale = _SCALES.get(words[start + skipped + taken]) if start + skipped + taken < len(words) else None
        if scale is None:
            # "a thousand and five" is one number; "five six" and "five and six" are two.
            if used and group >= smallest_scale:
                break
            return total + group, used + skipped + taken
        if scale >= smallest_scale:
            break
        total += group * scale
        used += skipped + taken + 1
        smallest_scale = scale
    return (total, used) if used else (None, 0)


def _read_group(words: list[str], at: int, *, alone: bool) -> tuple[Decimal | None, int]:
    """Read up to 999: "a hundred and five", "twenty-one", "7", "12.5"."""
    value, taken = _read_below_hundred(words, at)
    if value is None and alone and words[at : at + 1] == ["a"]:
        large = words[at + 1 : at + 2]
        value, taken = (
            (Decimal(1), 1) if large and (large[0] == "hundred" or large[0] in _SCALES) else (None, 0)
        )
    if value is None or words[at + taken : at + taken + 1] != ["hundred"] or value >= _HUNDRED:
        return value, taken
    value, taken = value * _HUNDRED, taken + 1
    skipped = 1 if words[at + taken : at + taken + 1] == ["and"] else 0
    rest, more = _read_below_hundred(words, at + taken + skipped)
    if rest is not None and rest < _HUNDRED:
        return value + rest, taken + skipped + more
    return value, taken


def _read_below_hundred(words: list[str], at: int) -> tuple[Decimal | None, int]:
    if at >= len(words):
        return None, 0
    word = words[at]
    if is_number(word):
        return Decimal(word), 1
    if word in _UNITS:
        return Decimal(_UNITS[word]), 1
    if word not in _TENS:
        return None, 0
    unit = _UNITS.get(words[at + 1], 0) if at + 1 < len(words) else 0
    if 0 < unit < _TEN:
        return Decimal(_TENS[word] + unit), 2
    return Decimal(_TENS[word]), 1
