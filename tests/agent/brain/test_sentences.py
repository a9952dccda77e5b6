import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.agent.brain.sentences import MAX_SENTENCE_CHARS, SentenceStream, split


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hello there. How are you?", ["Hello there.", "How are you?"]),
        ("It is 3.5 meters. Fine.", ["It is 3.5 meters.", "Fine."]),
        ("Dr. Smith met Mrs. Jones. They left.", ["Dr. Smith met Mrs. Jones.", "They left."]),
        ("J. R. R. Tolkien wrote it. Read it!", ["J. R. R. Tolkien wrote it.", "Read it!"]),
        ("So do I. Good.", ["So do I.", "Good."]),
        (
            "Apples, pears, e.g. Conference, etc. Then more.",
            ["Apples, pears, e.g. Conference, etc.", "Then more."],
        ),
        ("See no. 5. Is it no. No.", ["See no. 5.", "Is it no.", "No."]),
        ("What?! Really... Yes.", ["What?!", "Really...", "Yes."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("First line\nSecond line", ["First line", "Second line"]),
        ("1. Open the door. 2. Close it.", ["1. Open the door.", "2. Close it."]),
        ("no end mark", ["no end mark"]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_text_is_cut_where_sentences_end(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_a_sentence_is_handed_out_as_soon_as_it_is_surely_whole() -> None:
    stream = SentenceStream()
    assert stream.feed("It is 3") == []
    assert stream.feed(".") == []
    assert stream.feed("5 meters.") == []
    assert stream.feed(" And") == ["It is 3.5 meters."]
    assert stream.finish() == ["And"]
    assert stream.finish() == []


def test_a_sentence_without_end_is_cut_at_a_word() -> None:
    stream = SentenceStream()
    pieces = [piece for _ in range(100) for piece in stream.feed("word word ")]
    assert pieces
    assert all(len(piece) <= MAX_SENTENCE_CHARS and piece.endswith("word") for piece in pieces)


@given(st.text(max_size=1500), st.integers(1, 50))
@settings(deadline=None)
def test_no_word_is_lost_or_changed_however_the_text_arrives(text: str, size: int) -> None:
    stream = SentenceStream()
    pieces = [
        s for at in range(0, len(text), size) for s in stream.feed(text[at : at + size])
    ] + stream.finish()
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece == piece.strip() and piece for piece in pieces)


@given(st.text(alphabet='aI.?! 5D\n"r', max_size=200))
@settings(deadline=None)
def test_streaming_letter_by_letter_cuts_like_the_whole_text(text: str) -> None:
    stream = SentenceStream()
    assert [s for letter in text for s in stream.feed(letter)] + stream.finish() == split(text)
