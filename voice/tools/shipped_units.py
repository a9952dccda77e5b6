"""The unit converter, on pint. Unit names are checked here first: pint works out whatever it is given, also
towers of powers that take for ever.
"""

import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from voice.tools.tool import ToolProblem

if TYPE_CHECKING:
    from pint import UnitRegistry

_MAX_UNIT_CHARS = 60
_SHOWN_DIGITS = 6
_WORD = r"[a-zµμ°'\"_]+"
_POWER = r"(?:\s?(?:\^|\*\*)\s?-?[1-9]|[²³])?"
_UNIT = re.compile(rf"{_WORD}{_POWER}(?:\s?(?:/|\*|\bper\b|\s)\s?{_WORD}{_POWER}){{0,4}}", re.IGNORECASE)
_SPOKEN = tuple(
    (re.compile(pattern, re.IGNORECASE), to)
    for pattern, to in (
        (r"\bdegrees? (?=celsius|fahrenheit|kelvin|rankine|c\b|f\b)", ""),
        (r"\bcentigrade\b", "celsius"),
        (r"^°?c$", "celsius"),
        (r"^°?f$", "fahrenheit"),
        (r"\b(?:an|a) (?=hour|minute|second|day)", "per "),
        (r"\bfluid ounces?\b", "fluid_ounce"),
        (r"\bnautical miles?\b", "nautical_mile"),
        (r"\blight ?years?\b", "light_year"),
        (r"\bmetric tons?\b", "tonne"),
        (r"\bsquare (\w+)", r"\1^2"),
        (r"\bcubic (\w+)", r"\1^3"),
        (r"\b(\w+) squared\b", r"\1^2"),
        (r"\b(\w+) cubed\b", r"\1^3"),
        (r"\bkm/?h\b|\bkmh\b|\bkph\b", "kilometer/hour"),
        (r"^lbs$", "lb"),
        (r"^\"$", "inch"),
        (r"^'$", "foot"),
        ("²", "^2"),
        ("³", "^3"),
    )
)


def convert_units(value: float, from_unit: str, to_unit: str) -> dict[str, str]:
    """Convert a measurement from one unit to another: length, weight, volume, temperature, speed and more.

    Args:
        value: How many of the first unit.
        from_unit: The unit to convert from, such as "miles", "degrees Fahrenheit" or "kg".
        to_unit: The unit to convert to, such as "kilometers", "celsius" or "pounds".
    """
    import pint  # noqa: PLC0415 - with its registry it takes 0.4 s, which no page should wait for

    if not math.isfinite(value):
        raise ToolProblem("That is no number that can be converted.")
    units = _registry()
    source, target = _unit(units, from_unit), _unit(units, to_unit)
    try:
        converted = float(units.Quantity(value, source).to(target).magnitude)
    except pint.DimensionalityError:
        raise ToolProblem(f"{_shown(from_unit)} and {_shown(to_unit)} measure different things.") from None
    except (OverflowError, ValueError, ZeroDivisionError):
        raise ToolProblem("That is no number that can be converted.") from None
    if not math.isfinite(converted):
        raise ToolProblem("The result is too large.")
    before, after = f"{value:.{_SHOWN_DIGITS}g}", f"{converted:.{_SHOWN_DIGITS}g}"
    return {"result": f"{before} {_shown(from_unit)} is {after} {_shown(to_unit)}."}


@cache
def _registry() -> "UnitRegistry[Any]":
    import pint  # noqa: PLC0415 - as above

    return pint.UnitRegistry(cache_folder=None, autoconvert_offset_to_baseunit=False)


def _unit(units: "UnitRegistry[Any]", said: str) -> Any:
    name = " ".join(said.split()) if len(said) <= _MAX_UNIT_CHARS else ""
    for pattern, to in _SPOKEN:
        name = pattern.sub(to, name)
    # "MB" is not "mb", but "Miles" are "miles".
    for spelling in (name, name.casefold()) if _UNIT.fullmatch(name) else ():
        try:
            return units.parse_units(spelling.replace("^", "**"))
        except Exception:  # noqa: BLE001, S112 - pint raises a dozen kinds for a name, and each means the same
            continue
    raise ToolProblem(f"The unit {_shown(said)} is not known.")


def _shown(unit: str) -> str:
    return " ".join(unit.split())[:_MAX_UNIT_CHARS] or "without a name"
