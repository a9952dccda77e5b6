"""What is a word, and where the found ones stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.history.words import MAX_WANTED, SNIPPET_CHARS, hits, index_of, snippet, wanted_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What's the weather?", ["what", "s", "the", "weather"]),
        ("Zürich, Straße; cafe\u0301", ["zurich", "strasse", "cafe"]),
        ("東京 and 大阪", ["東", "京", "and", "大", "阪"]),
        ("OR 1=1 --'\"; DROP_TABLE*", ["or", "1", "1", "drop", "table"]),
        ("!!! … —", []),
    ],
)
def test_words_are_without_case_accents_and_signs(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_a_word_never_holds_what_a_query_could_take_for_syntax(text: str) -> None:
    assert all(word.isalnum() for word in words_of(text))
    assert index_of([text]).split() == list(dict.fromkeys(words_of(text)))


def test_only_so_many_words_are_looked_for() -> None:
    assert len(wanted_of(" ".join(map(str, range(100))))) == MAX_WANTED


def test_found_words_are_marked_by_how_they_begin() -> None:
    assert snippet("Call me, I recall calls.", ["call"]) == [
        ("Call", True),
        (" me, I recall ", False),
        ("calls", True),
        (".", False),
    ]
    assert hits("Call me, I recall calls.", ["call", "me", "you"]) == 2


def test_a_long_text_is_cut_at_words_around_the_first_hit() -> None:
    pieces = snippet("before " * 100 + "needle " + "after " * 100, ["needle"])
    text = "".join(piece for piece, _ in pieces)
    assert ("needle", True) in pieces
    assert text.startswith("…before")
    assert text.endswith("after…")
    assert len(text) <= SNIPPET_CHARS + 2


@given(st.text(), st.text(min_size=1))
def test_a_snippet_is_a_part_of_the_text(text: str, wanted: str) -> None:
    pieces = snippet(text, wanted_of(wanted)) if wanted_of(wanted) else []
    assert all(piece for piece, _ in pieces)
    assert bool(pieces) == bool(hits(text, wanted_of(wanted)))
