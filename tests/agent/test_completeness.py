"""What looks finished and what does not."""

import pytest

from voice.agent.completeness import Completeness, completeness


@pytest.mark.parametrize(
    "text",
    [
        "Go forward ten meters.",
        "Yes.",
        "Turn it on.",
        "What is this for?",
        "It is twenty three.",
    ],
)
def test_whole_sentences_are_complete(text: str) -> None:
    assert completeness(text) is Completeness.COMPLETE


@pytest.mark.parametrize("text", ["I would like to", "And then, um.", "Because the", "I mean", "Well..."])
def test_hanging_words_are_unfinished(text: str) -> None:
    assert completeness(text) is Completeness.UNFINISHED


@pytest.mark.parametrize(
    "text", ["Five five five.", "My phone number is 555.", "Thirty three four, six ninety two."]
)
def test_a_number_being_read_out_is_unfinished(text: str) -> None:
    assert completeness(text) is Completeness.UNFINISHED


def test_a_whole_phone_number_is_complete() -> None:
    assert completeness("My number is 555 123 4567.") is Completeness.COMPLETE


def test_words_without_an_end_mark_are_unclear() -> None:
    assert completeness("go forward ten meters") is Completeness.UNCLEAR


@pytest.mark.parametrize("text", ["", "   ", "?!"])
def test_a_noise_without_words_keeps_nobody_waiting(text: str) -> None:
    assert completeness(text) is Completeness.COMPLETE
