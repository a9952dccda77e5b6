"""Printed words are said as a person would say them, word by word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.agent.spoken_form import MAX_SPOKEN_CHARS, spoken_forms


def said(text: str) -> str:
    return " ".join(filter(None, spoken_forms(text.split())))


@pytest.mark.parametrize(
    ("printed", "spoken"),
    [
        ("Hello, world! (Really?)", "Hello, world! Really?"),
        ("It cost $4.50.", "It cost four dollars and fifty cents."),
        ("$1 or $0.99", "one dollar or ninety nine cents"),
        ("€1,234 and £5m", "one thousand two hundred and thirty four euros and five million pounds"),
        ("$5 million.", "five million dollars."),
        ("-$5", "minus five dollars"),
        ("3.5 kg, 5km, 1 kg", "three point five kilograms, five kilometers, one kilogram"),
        ("5 in a row", "five in a row"),
        ("20°C and 10 %", "twenty degrees Celsius and ten percent"),
        ("10:30 AM, 14:05, 9:00", "ten thirty ay M, fourteen oh five, nine o'clock"),
        ("5:15pm", "five fifteen P M"),
        ("2026-11-23", "November twenty third twenty twenty six"),
        ("the 3rd of May 1999", "the third of May nineteen ninety nine"),
        ("in the 1990s", "in the nineteen nineties"),
        ("555-123-4567", "five five five, one two three, four five six seven"),
        ("1/2 3/4 5/8 ½", "a half three quarters five over eight a half"),
        ("1,234,567", "one million two hundred and thirty four thousand five hundred and sixty seven"),
        ("007 -5 .5 1.2.3", "zero zero seven minus five zero point five one point two point three"),
        ("5-10 people", "five to ten people"),
        (
            "12345678901234567",
            "one two three four five six seven eight nine zero one two three four five six seven",
        ),
        ("Dr. Smith vs. Mr. Jones, etc.", "Doctor Smith versus Mister Jones, et cetera."),
        ("the U.S. and J. Doe", "the U S and J Doe"),
        ("https://www.foo.bar/x_y?q=1", "foo dot bar slash x underscore y"),
        ("bob@x-y.com, docs.python.org.", "bob at x dash y dot com, docs dot python dot org."),
        ("AT&T B2B C++ 2+2=4", "AT and T B two B C plus plus two plus two equals four"),
        ("naïve café", "naive cafe"),
        ("**bold** _it_ `code` #5", "bold it code number five"),
        ("O’Brien’s don't", "O'Brien's don't"),  # noqa: RUF001 - typographic apostrophes are the point
        ("5G", "five G"),
    ],
)
def test_text_is_read_out(printed: str, spoken: str) -> None:
    assert said(printed) == spoken


@pytest.mark.parametrize("printed", ["😀", "日本語", "Привет", "---", "…", "()", "\x00\x01", "\u202e", "#"])
def test_what_cannot_be_said_is_passed_over(printed: str) -> None:
    assert said(f"well {printed} yes") == "well yes"


def test_a_key_held_down_is_cut_short() -> None:
    assert len(said("a" * 100_000)) == MAX_SPOKEN_CHARS


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_gives_one_sayable_form_for_each_word(text: str) -> None:
    words = text.split()
    forms = spoken_forms(words)
    assert len(forms) == len(words)
    assert set("".join(forms)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ' ,.!?")
    assert all(len(form) <= 5 * MAX_SPOKEN_CHARS for form in forms)


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,:-/$%+°kKmM()st#@'", max_size=30))
def test_any_run_of_digits_and_signs_can_be_said(token: str) -> None:
    assert len(spoken_forms([token])) == 1
