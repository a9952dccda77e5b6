"""Words to text, and how much of it was heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.conversation.heard import Word, append_word, continues, heard_and_rest, joined, rest_of, timed

TIMED = [Word("One", 0.0, 100.0), Word("two", 150.0, 300.0), Word("three.", 350.0, 600.0)]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["Hello", "there."], "Hello there."),
        (["Hello ", "there. "], "Hello there."),
        (["Well", ",", "yes", "!"], "Well, yes!"),
        (["It", "costs", "$", "5"], "It costs $ 5"),
        (["", " ", "Hi"], "Hi"),
        ([], ""),
    ],
)
def test_words_join_with_one_space_whatever_they_came_with(words: list[str], text: str) -> None:
    assert joined([Word(word) for word in words]) == text


@pytest.mark.parametrize(
    ("played_ms", "heard", "rest"),
    [
        (0.0, "", "One two three."),
        (0.1, "One", "two three."),
        (150.0, "One", "two three."),
        (151.0, "One two", "three."),
        (350.0, "One two", "three."),
        (10_000.0, "One two three.", ""),
    ],
)
def test_a_word_is_heard_once_it_has_begun(played_ms: float, heard: str, rest: str) -> None:
    assert heard_and_rest(TIMED, played_ms) == (heard, rest)


def test_a_word_without_a_time_goes_with_the_one_before_it() -> None:
    words = [Word("One", 0.0), Word("two"), Word("three", 300.0), Word("four")]
    assert heard_and_rest(words, 100.0) == ("One two", "three four")


def test_without_any_times_nothing_can_be_told() -> None:
    assert heard_and_rest([Word("One"), Word("two")], 100.0) is None
    assert heard_and_rest([], 100.0) is None


def test_timed_words_leave_out_those_without_a_start() -> None:
    words = [Word("One ", 0.4, 99.6), Word("two"), Word("three", 300.0), Word("four", 400.0, 390.0)]
    assert timed(words) == (("One", 0, 100), ("three", 300, 300), ("four", 400, 400))


@given(st.floats(allow_nan=False), st.none() | st.floats(allow_nan=False))
def test_whatever_time_the_agent_tells_the_page_gets_a_place_in_a_day(
    start_ms: float, end_ms: float | None
) -> None:
    ((_, start, end),) = timed([Word("x", start_ms, end_ms)])
    assert 0 <= start <= end <= 86_400_000


def test_rest_of_a_text() -> None:
    assert rest_of("One two three.", "One two") == "three."
    assert rest_of("One two three.", "Something else") == ""


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("I want.", "I want to book", True),
        ("i WANT", "I want, please", True),
        ("I want", "I want", False),
        ("I want", "I wanted it", False),
        ("", "I want", False),
        ("...", "I want", False),
        ("I want to book", "I want", False),
    ],
)
def test_what_counts_as_the_same_utterance_going_on(earlier: str, later: str, expected: bool) -> None:
    assert continues(earlier, later) is expected


@given(st.lists(st.text(max_size=6), max_size=12), st.floats(0, 5_000))
def test_heard_and_rest_lose_no_letters(texts: list[str], played_ms: float) -> None:
    words = [Word(text, index * 100.0) for index, text in enumerate(texts)]
    split = heard_and_rest(words, played_ms)
    if words:
        assert split is not None
        assert "".join(split).replace(" ", "") == joined(words).replace(" ", "")
    grown = ""
    for word in words:
        grown = append_word(grown, word.text)
    assert grown == joined(words)
