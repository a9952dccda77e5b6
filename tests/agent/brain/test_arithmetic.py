import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.brain.support import reply
from voice.agent.brain.expression import CannotCalculate, evaluate


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("What's twelve times seven?", "12 times 7 is 84."),
        ("what is 12 times 7", "12 times 7 is 84."),
        ("WHAT IS TWELVE TIMES SEVEN", "12 times 7 is 84."),
        ("What is 12 x 7?", "12 times 7 is 84."),
        ("12*7", "12 times 7 is 84."),
        ("12 \u00d7 7 =", "12 times 7 is 84."),
        ("Can you tell me what twelve times seven is?", "12 times 7 is 84."),
        ("Okay, so, how much is seven times eight?", "7 times 8 is 56."),
        ("calculate ten divided by four please", "10 divided by 4 is 2.5."),
        ("Square root of eighty-one.", "Square root of 81 is 9."),
        ("what's the square root of two", "Square root of 2 is about 1.4142."),
        ("the cube root of twenty seven", "Cube root of 27 is 3."),
        ("What is fifteen percent of eighty?", "15 percent of 80 is 12."),
        ("15% of 80", "15 percent of 80 is 12."),
        ("what's 20% off 50 dollars", "20 percent off 50 dollars is 40."),
        ("what percent of 80 is 20", "That is 25 percent."),
        ("Twenty is what percent of eighty?", "That is 25 percent."),
        ("add ten percent to fifty", "That is 55."),
        ("add five and seven", "That is 12."),
        ("subtract three from ten", "That is 7."),
        ("divide eighty one by nine", "That is 9."),
        ("what's the difference between 10 and 4", "Difference between 10 and 4 is 6."),
        ("what is the average of four and six", "Average of 4 and 6 is 5."),
        ("two to the power of ten", "2 to the power of 10 is 1,024."),
        ("what is nine squared plus one", "9 squared plus 1 is 82."),
        ("five factorial", "5 factorial is 120."),
        ("2 plus 3 times 4", "2 plus 3 times 4 is 14."),
        ("0.1 + 0.2", "0.1 plus 0.2 is 0.3."),
        ("What is minus five plus three?", "Minus 5 plus 3 is minus 2."),
        ("half of fifty", "Half of 50 is 25."),
        ("two thirds of ninety", "2 thirds of 90 is 60."),
        ("what's 1,234 plus 1", "1234 plus 1 is 1,235."),
        ("one hundred and five plus two thousand and twenty six", "105 plus 2026 is 2,131."),
        ("17 mod 5", "17 mod 5 is 2."),
    ],
)
def test_sums_are_worked_out_however_they_are_said(said: str, expected: str) -> None:
    assert reply(said) == expected


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("ten divided by zero", "divided by zero"),
        ("5 mod 0", "divided by zero"),
        ("square root of minus four", "no real square root"),
        ("nine to the power of nine hundred", "too long to say"),
        ("2 to the power of 999999999", "too large"),
        ("a hundred factorial", "too long to say"),
        ("zero to the power of zero", "no such power"),
    ],
)
def test_sums_without_an_answer_are_told_so(said: str, reason: str) -> None:
    assert reply(said).startswith("I can't work that out: ")
    assert reason in reply(said)


@pytest.mark.parametrize(
    "said", ["12", "the 3 bears", "5 apples plus 3 pears", "times", "plus", "1 1", "2 plus", "", "minus"]
)
def test_what_is_not_arithmetic_through_and_through_is_left_alone(said: str) -> None:
    assert evaluate(said) is None


@given(st.integers(-999, 999), st.integers(-999, 999), st.sampled_from(["plus", "minus", "times"]))
@settings(deadline=None)
def test_results_agree_with_python(a: int, b: int, operator: str) -> None:
    def said(number: int) -> str:
        return f"minus {-number}" if number < 0 else str(number)

    expected = {"plus": a + b, "minus": a - b, "times": a * b}[operator]
    assert evaluate(f"{said(a)} {operator} {said(b)}") == Decimal(expected)


_WORDS = [
    "12",
    "0",
    "3.5",
    "999999999999",
    "plus",
    "minus",
    "times",
    "divided by",
    "squared",
    "cubed",
    "factorial",
    "percent",
    "half of",
    "to the power of",
    "square root of",
    "percent of",
]


@given(st.lists(st.sampled_from(_WORDS), max_size=70))
@settings(deadline=None)
def test_any_formula_ends_in_a_bounded_value_a_reason_or_nothing(words: list[str]) -> None:
    value: Decimal | None = None
    with contextlib.suppress(CannotCalculate):
        value = evaluate(" ".join(words))
    assert value is None or abs(value) < 10**15
