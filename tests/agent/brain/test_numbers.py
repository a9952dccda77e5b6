from decimal import Decimal

import pytest

from voice.agent.brain.numbers import is_exact, numbers_in, spoken, with_digits


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("twelve times seven", "12 times 7"),
        ("twenty one", "21"),
        ("a hundred and five", "105"),
        ("one hundred five", "105"),
        ("two thousand and twenty six", "2026"),
        ("five thousand six hundred", "5600"),
        ("twenty five hundred", "2500"),
        ("three million two hundred thousand and one", "3200001"),
        ("2.5 million", "2500000"),
        ("three point one four", "3.14"),
        ("zero point oh five", "0.05"),
        ("thirty three four six ninety two", "33 4 6 92"),
        ("six six six", "6 6 6"),
        ("five and six", "5 and 6"),
        ("eight of spades four of clubs", "8 of spades 4 of clubs"),
        ("a dog and a cat", "a dog and a cat"),
        ("point taken", "point taken"),
        ("no numbers here", "no numbers here"),
        ("", ""),
    ],
)
def test_number_words_become_digits(said: str, digits: str) -> None:
    assert with_digits(said) == digits


def test_signs_belong_to_their_numbers() -> None:
    assert numbers_in("minus five plus three negative 2") == [Decimal(-5), Decimal(3), Decimal(-2)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("84", "84"),
        ("1234.5", "1,234.5"),
        ("1E+3", "1,000"),
        ("-2", "minus 2"),
        ("1.41421356", "1.4142"),
        ("0.000012345", "0.00001234"),
        ("0", "0"),
        ("0.10", "0.1"),
    ],
)
def test_values_are_spoken_grouped_and_rounded(value: str, text: str) -> None:
    assert spoken(Decimal(value)) == text


def test_rounding_is_owned_up_to() -> None:
    assert is_exact(Decimal("-1234.5"))
    assert not is_exact(Decimal(1) / 3)
