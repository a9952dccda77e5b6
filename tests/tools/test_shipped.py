"""The shipped tools, called as an agent calls them."""

import json
from typing import Any

import pytest

from voice.agent.brain.unit_table import UNITS
from voice.tools import ToolRunner, catalogue
from voice.tools.context import ToolContext
from voice.tools.notes import MAX_NOTE_CHARS, MAX_NOTES, Notes
from voice.tools.past_calls import Passage
from voice.tools.shipped_units import convert_units
from voice.tools.tool import ToolProblem

# Monday, 23 November 2026, 05:29 UTC.
NOW = 1_795_411_740.0


async def run(name: str, context: ToolContext | None = None, /, **arguments: Any) -> str:
    """The result, or the error, as a sentence."""
    outcome = await ToolRunner(catalogue(), context or ToolContext(now=lambda: NOW)).run(name, arguments)
    (sentence,) = json.loads(outcome.result).values()
    return f"Error: {sentence}" if outcome.is_error else str(sentence)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("Tokyo", "In Tokyo it is 2:29 PM on Monday, November 23, 2026."),
        ("los angeles", "In los angeles it is 9:29 PM on Sunday, November 22, 2026."),
        ("São Paulo", "In São Paulo it is 2:29 AM on Monday, November 23, 2026."),
        ("Paris, France", "In Paris, France it is 6:29 AM on Monday, November 23, 2026."),
        ("Paris, Texas", "In Paris, Texas it is 11:29 PM on Sunday, November 22, 2026."),
        ("Sydney Australia", "In Sydney Australia it is 4:29 PM on Monday, November 23, 2026."),
        ("the Netherlands", "In the Netherlands it is 6:29 AM on Monday, November 23, 2026."),
        ("South Korea", "In South Korea it is 2:29 PM on Monday, November 23, 2026."),
        ("Asia/Kolkata", "In Asia/Kolkata it is 10:59 AM on Monday, November 23, 2026."),
        ("UTC", "In UTC it is 5:29 AM on Monday, November 23, 2026."),
    ],
)
async def test_the_time_in_a_place(place: str, told: str) -> None:
    assert await run("current_time", place=place) == told


async def test_the_time_of_a_country_with_many_zones_asks_for_a_city() -> None:
    told = await run("current_time", place="USA")
    assert told.startswith("Error: USA has several time zones. Ask for a city: New York,")


@pytest.mark.parametrize("place", ["Atlantis", "../../etc/passwd", "x" * 3_000, "\u0000", "東京"])
async def test_a_place_that_is_not_known_is_said_so(place: str) -> None:
    told = await run("current_time", place=place)
    assert told.startswith("Error: There is no time zone for ")
    assert len(told) < 200


async def test_without_a_place_the_time_is_parleys_own() -> None:
    assert (await run("current_time")).startswith("It is ")
    assert (await run("current_time", place=None)).startswith("It is ")


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("12 * 7", "12 * 7 is 84."),
        ("12 times 7 =", "12 times 7 is 84."),
        ("0.1 + 0.2", "0.1 + 0.2 is 0.3."),
        ("(1 + 2)^3 - √(16)", "(1 + 2)^3 - √(16) is 23."),
        ("15% of 80", "15% of 80 is 12."),
        ("10 % 3", "10 % 3 is 1."),
        ("1,234 * 2", "1,234 * 2 is 2468."),
        ("max(1,2)", "max(1,2) is 2."),
        ("sin(0) + pi", "sin(0) + pi is 3.14159265359."),
        ("2**100", "2**100 is 1.26765060023e+30."),
    ],
)
async def test_sums(expression: str, told: str) -> None:
    assert await run("calculate", expression=expression) == told


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("1/0", "Nothing can be divided by zero."),
        ("9**9**9**9", "The result is too large."),
        ("10**299 * 10**299", "The result is too large."),
        ("factorial(99999)", "The result is too large."),
        ("1e308 * 10", "The result is too large."),
        ("sqrt(-1)", "A negative number has no real root."),
        ("(-8)**0.5", "A negative number has no real root."),
        ("__import__('os')", "An expression can't hold '_'."),
        ("'a' * 9", "An expression can't hold '''."),
        ("open(1)", "'open' can't be worked out: give numbers and signs."),
        ("1 if 2 else 3", "'if' can't be worked out: give numbers and signs."),
        ("pi.real", "An expression can't hold '.'."),
        ("2 +", "That is no expression that can be worked out."),
        ("", "That is no expression that can be worked out."),
        ("max()", "That is no expression that can be worked out."),
        ("(" * 150, "That is no expression that can be worked out."),
        ("1+" * 150, "The expression is longer than 200 characters."),
    ],
)
async def test_what_cant_be_worked_out_is_said_so(expression: str, told: str) -> None:
    assert await run("calculate", expression=expression) == f"Error: {told}"


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "told"),
    [
        (10, "miles", "kilometres", "10 miles is 16.0934 kilometres."),
        (70, "degrees Fahrenheit", "°C", "70 degrees Fahrenheit is 21.1111 °C."),
        (-40, "c", "F", "-40 c is -40 F."),
        (100, "km/h", "miles per hour", "100 km/h is 62.1371 miles per hour."),
        (1, "GB", "MB", "1 GB is 1000 MB."),
        (2, "Square Feet", "m²", "2 Square Feet is 0.185806 m²."),
        (3, "feet", "inches", "3 feet is 36 inches."),
    ],
)
async def test_measures(value: float, from_unit: str, to_unit: str, told: str) -> None:
    assert await run("convert_units", value=value, from_unit=from_unit, to_unit=to_unit) == told


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "told"),
    [
        (1, "m", "kg", "m and kg measure different things."),
        (1, "flurbs", "m", "The unit flurbs is not known."),
        (1, "m**9**9**9**9", "m", "The unit m**9**9**9**9 is not known."),
        (1, "__import__('os')", "m", "The unit __import__('os') is not known."),
        (1, "", "m", "The unit without a name is not known."),
        (1e308, "light years", "mm", "The result is too large."),
    ],
)
async def test_what_cant_be_converted_is_said_so(
    value: float, from_unit: str, to_unit: str, told: str
) -> None:
    assert await run("convert_units", value=value, from_unit=from_unit, to_unit=to_unit) == f"Error: {told}"


def test_every_unit_that_the_local_agent_names_is_known_to_the_tool() -> None:
    for unit in UNITS.values():
        for name in (unit.one, unit.many):
            assert convert_units(2.0, name, unit.many)["result"].startswith(f"2 {name} is 2 ")


async def test_notes_are_kept_and_read_out_in_order() -> None:
    context = ToolContext()
    assert await run("list_notes", context) == "There are no notes yet."
    assert await run("add_note", context, text=" buy   milk ") == "Noted: buy milk"
    assert await run("add_note", context, text="<b>call</b> Anna") == "Noted: <b>call</b> Anna"
    assert await run("list_notes", context) == "2 notes. 1: buy milk. 2: <b>call</b> Anna."
    assert context.notes.texts == ("buy milk", "<b>call</b> Anna")


async def test_notes_are_bounded_and_say_so() -> None:
    context = ToolContext(Notes())
    assert await run("add_note", context, text="  ") == "Error: There is nothing to note."
    told = await run("add_note", context, text="x" * (MAX_NOTE_CHARS + 1))
    assert told == f"Error: A note takes at most {MAX_NOTE_CHARS} characters."
    for number in range(MAX_NOTES):
        assert context.notes.add(str(number))
    assert "no more fit" in await run("add_note", context, text="one more")


class SaidBefore:
    def search(self, text: str) -> list[Passage]:
        if text != "trains to Rome":
            raise ToolProblem("The database is locked.")
        return [
            Passage(NOW - 90, "note", "Ask about the train to Rome"),
            Passage(NOW - 7_300, "user", "I want a train to Rome."),
            Passage(NOW - 90, "agent", "Which train?"),
        ]


async def test_past_calls_are_told_with_who_said_it_and_when() -> None:
    context = ToolContext(past_calls=SaidBefore(), now=lambda: NOW)
    assert await run("search_past_calls", context, query="trains to Rome") == (
        "1 minute ago it was noted: Ask about the train to Rome. "
        "2 hours ago you said: I want a train to Rome. "
        "1 minute ago I said: Which train?."
    )
    assert await run("search_past_calls", context, query="cats") == "Error: The database is locked."
    nothing = await run("search_past_calls", ToolContext(), query="cats")
    assert nothing.startswith("Nothing about that")
