"""How numbers, times, dates and amounts are read out in American English.

Pure: one printed token in, spoken words out, or None when the token is not of that kind. The names of the
numbers themselves come from the phoneme library's tables.
"""

import re
from collections.abc import Callable
from typing import Final

from sanotts.nano_g2p import NumberError, cardinal_words, ordinal_words, year_words

_MAX_CARDINAL_DIGITS: Final = 15  # longer ones are read digit by digit, as people do
_YEARS: Final = range(1100, 2100)
_HALF_DAYS: Final = {"a": "ay M", "p": "P M"}  # a bare "A" would be read as the article
_CENT_DIGITS: Final = 2
_CLOCK_HOURS: Final = 12
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_CURRENCIES: Final = {
    "$": ("dollar", "cent"),
    "€": ("euro", "cent"),
    "£": ("pound", "penny"),
    "¥": ("yen", "yen"),
    "₹": ("rupee", "paisa"),
}
_PLURALS: Final = {"penny": "pence", "yen": "yen", "paisa": "paise", "foot": "feet", "inch": "inches"}
_FRACTIONS: Final = {
    ("1", "2"): "a half",
    ("1", "3"): "a third",
    ("2", "3"): "two thirds",
    ("1", "4"): "a quarter",
    ("3", "4"): "three quarters",
}
_UNITS: Final = {
    "kg": "kilogram",
    "g": "gram",
    "mg": "milligram",
    "lb": "pound",
    "lbs": "pound",
    "oz": "ounce",
    "km": "kilometer",
    "m": "meter",
    "cm": "centimeter",
    "mm": "millimeter",
    "ft": "foot",
    "in": "inch",
    "mi": "mile",
    "ms": "millisecond",
    "s": "second",
    "min": "minute",
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
    "kb": "kilobyte",
    "mb": "megabyte",
    "gb": "gigabyte",
    "tb": "terabyte",
    "hz": "hertz",
    "khz": "kilohertz",
    "mph": "miles per hour",
    "km/h": "kilometers per hour",
    "%": "percent",
    "°": "degree",
    "°c": "degrees Celsius",
    "°f": "degrees Fahrenheit",
    "k": "thousand",
    "x": "times",
}
_UNCOUNTED: Final = frozenset({"hertz", "kilohertz", "percent", "thousand", "times"})
# Units that are words of their own when they stand apart from the number ("5 in a row", "10 x").
UNITS_APART: Final = frozenset(_UNITS) - {"in", "g", "m", "s", "h", "k", "x", "min"}

_NUMBER: Final = r"[-\u2212+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[-\u2212+]?\.\d+"
# Of the one-letter units only the small letters are meant: "5G" is no weight and "10M" no length.
_UNIT_SIGN: Final = "|".join(
    unit if len(unit) == 1 else f"(?i:{re.escape(unit)})" for unit in sorted(_UNITS, key=len, reverse=True)
)
_WITH_UNIT: Final = re.compile(rf"({_NUMBER})({_UNIT_SIGN})")
_CURRENCY: Final = re.compile(
    rf"([-\u2212]?)([{''.join(_CURRENCIES)}])((?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)([kmb]?)",
    re.IGNORECASE,
)
_TIME: Final = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?([ap])?\.?(m)?", re.IGNORECASE)
_DATE: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-([0-2]\d|3[01])")
_PHONE: Final = re.compile(r"\+?(?:\d{1,2}-)?\(?\d{3}\)?-\d{3}-\d{4}|\d{3}-\d{4}")
_ORDINAL: Final = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)", re.IGNORECASE)
_DECADE: Final = re.compile(r"(\d{2,4})'?s")
_FRACTION: Final = re.compile(r"(\d+)[/\u2044](\d+)")
_RANGE: Final = re.compile(rf"({_NUMBER})[-\u2013\u2014](\d[\d,.]*)(%?)")
_VERSION: Final = re.compile(r"\d+(?:\.\d+){2,}")
_MAGNITUDES: Final = {"k": "thousand", "m": "million", "b": "billion"}
_SIGNS: Final = {"-": "minus", "\u2212": "minus", "+": "plus"}


def read_number(token: str) -> str | None:
    """Return how `token` is read out, in words without punctuation, or None when it is no number."""
    for pattern, reader in _READERS:
        if match := pattern.fullmatch(token):
            return reader(match)
    return None


def unit_name(unit: str, number: str) -> str:
    """Return the spoken name of a unit that follows `number`: "kg" after "3.5" is "kilograms"."""
    return plural(_UNITS[unit.lower()], number)


def plural(noun: str, number: str) -> str:
    """Return the noun in the number that goes with the printed `number`."""
    if number in ("1", "-1") or " " in noun or noun in _UNCOUNTED:
        return noun
    return _PLURALS.get(noun, noun + "s")


def _plain(words: str) -> str:
    return words.replace(",", "").replace("-", " ")


def _digits(text: str) -> str:
    return " ".join(cardinal_words(int(digit)) for digit in text if digit.isdecimal())


def _cardinal(text: str) -> str:
    digits = text.replace(",", "")
    if len(digits) > _MAX_CARDINAL_DIGITS or (len(digits) > 1 and digits[0] == "0"):
        return _digits(digits)
    return _plain(cardinal_words(int(digits)))


def _decimal(text: str) -> str:
    sign = _SIGNS.get(text[0], "")
    whole, _, fraction = text.lstrip("-\u2212+").partition(".")
    parts = [sign, _cardinal(whole or "0"), *(["point", _digits(fraction)] if fraction else [])]
    return " ".join(filter(None, parts))


def _number(match: re.Match[str]) -> str:
    text = match.group()
    # Four digits without a comma are far oftener a year than a count in what an agent says.
    if text.isdecimal() and int(text) in _YEARS:
        return _plain(year_words(int(text)))
    return _decimal(text)


def _with_unit(match: re.Match[str]) -> str:
    return f"{_decimal(match[1])} {unit_name(match[2], match[1])}"


def _currency(match: re.Match[str]) -> str:
    sign, symbol, amount, magnitude = match.groups()
    major, minor = _CURRENCIES[symbol]
    whole, _, cents = amount.partition(".")
    minus = ["minus"] if sign else []
    if magnitude:
        return " ".join([*minus, _decimal(amount), _MAGNITUDES[magnitude.lower()], plural(major, "2")])
    if cents and len(cents) != _CENT_DIGITS:
        return " ".join([*minus, _decimal(amount), plural(major, "2")])
    spoken = [*minus]
    if int(whole.replace(",", "")) or not int(cents or 0):
        spoken += [_cardinal(whole), plural(major, whole)]
    if int(cents or 0):
        spoken += [*(["and"] if len(spoken) > len(minus) else []), _cardinal(str(int(cents)))]
        spoken.append(plural(minor, str(int(cents))))
    return " ".join(spoken)


def _time(match: re.Match[str]) -> str:
    hour, minute, second, half, _ = match.groups()
    if half is None and match[5]:
        return _digits(match.group())
    spoken = [_cardinal(str(int(hour)))]
    if minute != "00":
        spoken.append(f"oh {_cardinal(minute[1])}" if minute[0] == "0" else _cardinal(minute))
    elif not half and not second:
        spoken.append("o'clock" if 1 <= int(hour) <= _CLOCK_HOURS else "hundred")
    if second:
        spoken.append(f"and {_cardinal(str(int(second)))} seconds")
    return " ".join([*spoken, *([_HALF_DAYS[half.lower()]] if half else [])])


def _date(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    return _plain(f"{_MONTHS[int(month) - 1]} {ordinal_words(int(day))} {year_words(int(year))}")


def _phone(match: re.Match[str]) -> str:
    return ", ".join(_digits(group) for group in re.split(r"\D+", match.group()) if group)


def _version(match: re.Match[str]) -> str:
    return " point ".join(_cardinal(part) for part in match.group().split("."))


def _ordinal(match: re.Match[str]) -> str:
    digits = match[1].replace(",", "")
    try:
        return _plain(ordinal_words(int(digits)))
    except NumberError:
        return _digits(digits)


def _decade(match: re.Match[str]) -> str:
    number = int(match[1])
    words = _plain(year_words(number) if number in _YEARS else cardinal_words(number))
    return re.sub(r"y$", "ie", words) + "s"


def _fraction(match: re.Match[str]) -> str:
    top, bottom = match.groups()
    return _FRACTIONS.get((top, bottom)) or f"{_cardinal(top)} over {_cardinal(bottom)}"


def _range(match: re.Match[str]) -> str:
    last = re.fullmatch(_NUMBER, match[2])
    end = _decimal(match[2]) if last else _digits(match[2])
    return f"{_decimal(match[1])} to {end}{' percent' if match[3] else ''}"


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (_DATE, _date),
    (_PHONE, _phone),
    (re.compile(_NUMBER), _number),
    (_CURRENCY, _currency),
    (_TIME, _time),
    (_VERSION, _version),
    (_ORDINAL, _ordinal),
    (_FRACTION, _fraction),
    (_RANGE, _range),
    (_DECADE, _decade),
    (_WITH_UNIT, _with_unit),
)
