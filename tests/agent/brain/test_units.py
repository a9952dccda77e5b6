import pytest

from tests.agent.brain.support import reply


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("how many feet in a mile", "1 mile is 5,280 feet."),
        ("How many feet are there in five miles?", "5 miles is 26,400 feet."),
        ("convert ten miles to kilometers", "10 miles is about 16.09 kilometers."),
        ("Convert 10 kilometres into miles.", "10 kilometers is about 6.21 miles."),
        (
            "What is 100 degrees Fahrenheit in Celsius?",
            "100 degrees Fahrenheit is about 37.78 degrees Celsius.",
        ),
        (
            "convert minus forty celsius to fahrenheit",
            "Minus 40 degrees Celsius is minus 40 degrees Fahrenheit.",
        ),
        ("72\u00b0F to celsius", "72 degrees Fahrenheit is about 22.22 degrees Celsius."),
        ("zero celsius in kelvin", "0 degrees Celsius is 273.15 kelvins."),
        ("how many kilos is 150 pounds", "150 pounds is about 68.04 kilograms."),
        ("60 mph in kilometers per hour", "60 miles per hour is about 96.56 kilometers per hour."),
        ("how many seconds in a day", "1 day is 86,400 seconds."),
        ("How many cups are in a gallon", "1 gallon is 16 cups."),
        ("5 feet is how many inches", "5 feet is 60 inches."),
        ("how many acres in a square mile", "1 square mile is 640 acres."),
        ("two gigabytes in megabytes", "2 gigabytes is 2,000 megabytes."),
        ("how far is five miles in kilometers", "5 miles is about 8.05 kilometers."),
    ],
)
def test_units_are_converted_however_they_are_asked(said: str, expected: str) -> None:
    assert reply(said) == expected


def test_units_of_different_kinds_are_not_converted() -> None:
    assert reply("how many miles in a kilogram").startswith("Kilograms measure mass and miles measure length")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("minus 500 celsius in fahrenheit", "absolute zero"),
        ("999999999999 light years in millimeters", "too long to say"),
    ],
)
def test_impossible_conversions_say_why(said: str, reason: str) -> None:
    assert reason in reply(said)


def test_unknown_units_are_not_guessed() -> None:
    assert "can't answer" in reply("how many zorkmids in a mile?")
