"""The units people say, and what they are worth in the base unit of their kind.

Data. The factors are exact definitions (international yard and pound of 1959, US liquid volumes). A library
would bring hundreds of units more, but not the spoken names, which are most of this table.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Unit:
    """One unit: base value = (value + offset) * factor. Only temperatures have an offset."""

    kind: str
    one: str
    many: str
    factor: Decimal
    offset: Decimal = Decimal(0)

    def name(self, value: Decimal) -> str:
        """Return the unit's name to go with `value`."""
        return self.one if value == 1 else self.many


def _unit(kind: str, one: str, many: str, factor: str, aliases: str = "") -> dict[str, Unit]:
    unit = Unit(kind, one, many, Decimal(factor))
    return dict.fromkeys([one, many, *filter(None, aliases.split(", "))], unit)


_MPS_PER_KPH = Decimal(1) / Decimal("3.6")
_KELVIN_PER_F = Decimal(5) / 9

UNITS: dict[str, Unit] = {
    **_unit("length", "millimeter", "millimeters", "0.001", "millimetre, millimetres, mm"),
    **_unit("length", "centimeter", "centimeters", "0.01", "centimetre, centimetres, cm"),
    **_unit("length", "meter", "meters", "1", "metre, metres, m"),
    **_unit("length", "kilometer", "kilometers", "1000", "kilometre, kilometres, km, kms, k m"),
    **_unit("length", "inch", "inches", "0.0254"),
    **_unit("length", "foot", "feet", "0.3048", "ft"),
    **_unit("length", "yard", "yards", "0.9144"),
    **_unit("length", "mile", "miles", "1609.344"),
    **_unit("length", "nautical mile", "nautical miles", "1852"),
    **_unit("length", "fathom", "fathoms", "1.8288"),
    **_unit("length", "light year", "light years", "9460730472580800", "lightyear, lightyears"),
    **_unit("mass", "milligram", "milligrams", "0.000001", "mg"),
    **_unit("mass", "gram", "grams", "0.001", "gramme, grammes, g"),
    **_unit("mass", "kilogram", "kilograms", "1", "kilo, kilos, kg, kgs"),
    **_unit("mass", "metric ton", "metric tons", "1000", "tonne, tonnes"),
    **_unit("mass", "ton", "tons", "907.18474"),
    **_unit("mass", "ounce", "ounces", "0.028349523125", "oz"),
    **_unit("mass", "pound", "pounds", "0.45359237", "lb, lbs"),
    **_unit("mass", "stone", "stone", "6.35029318", "stones"),
    **_unit("volume", "milliliter", "milliliters", "0.001", "millilitre, millilitres, ml"),
    **_unit("volume", "centiliter", "centiliters", "0.01", "centilitre, centilitres, cl"),
    **_unit("volume", "liter", "liters", "1", "litre, litres"),
    **_unit("volume", "cubic meter", "cubic meters", "1000", "cubic metre, cubic metres"),
    **_unit("volume", "teaspoon", "teaspoons", "0.00492892159375", "tsp"),
    **_unit("volume", "tablespoon", "tablespoons", "0.01478676478125", "tbsp"),
    **_unit("volume", "fluid ounce", "fluid ounces", "0.0295735295625"),
    **_unit("volume", "cup", "cups", "0.2365882365"),
    **_unit("volume", "pint", "pints", "0.473176473"),
    **_unit("volume", "quart", "quarts", "0.946352946"),
    **_unit("volume", "gallon", "gallons", "3.785411784"),
    **_unit("time", "millisecond", "milliseconds", "0.001", "ms"),
    **_unit("time", "second", "seconds", "1", "sec, secs"),
    **_unit("time", "minute", "minutes", "60", "min, mins"),
    **_unit("time", "hour", "hours", "3600", "hr, hrs"),
    **_unit("time", "day", "days", "86400"),
    **_unit("time", "week", "weeks", "604800"),
    **_unit("time", "year", "years", "31536000"),
    **_unit("area", "square meter", "square meters", "1", "square metre, square metres"),
    **_unit("area", "square kilometer", "square kilometers", "1e6", "square kilometre, square kilometres"),
    **_unit("area", "square foot", "square feet", "0.09290304"),
    **_unit("area", "square mile", "square miles", "2589988.110336"),
    **_unit("area", "hectare", "hectares", "10000"),
    **_unit("area", "acre", "acres", "4046.8564224"),
    **_unit("data", "byte", "bytes", "1"),
    **_unit("data", "kilobyte", "kilobytes", "1000", "kb"),
    **_unit("data", "megabyte", "megabytes", "1000000", "mb, megs"),
    **_unit("data", "gigabyte", "gigabytes", "1000000000", "gb, gigs"),
    **_unit("data", "terabyte", "terabytes", "1000000000000", "tb"),
    **_unit("speed", "meter per second", "meters per second", "1", "metre per second, metres per second"),
    **_unit("speed", "knot", "knots", str(Decimal(1852) / 3600)),
    **_unit("speed", "mile per hour", "miles per hour", "0.44704", "mph, miles an hour"),
    **_unit("speed", "foot per second", "feet per second", "0.3048"),
    **dict.fromkeys(
        (
            "kilometer per hour", "kilometers per hour", "kilometre per hour", "kilometres per hour", "kph",
            "kmh", "kilometers an hour", "kilometres an hour",
        ),
        Unit("speed", "kilometer per hour", "kilometers per hour", _MPS_PER_KPH),
    ),
    **dict.fromkeys(
        ("celsius", "degree celsius", "degrees celsius", "centigrade", "degrees centigrade", "degrees c"),
        Unit("temperature", "degree Celsius", "degrees Celsius", Decimal(1), Decimal("273.15")),
    ),
    **dict.fromkeys(
        ("fahrenheit", "degree fahrenheit", "degrees fahrenheit", "degrees f"),
        Unit("temperature", "degree Fahrenheit", "degrees Fahrenheit", _KELVIN_PER_F, Decimal("459.67")),
    ),
    **dict.fromkeys(("kelvin", "kelvins"), Unit("temperature", "kelvin", "kelvins", Decimal(1))),
}  # fmt: skip
