"""Near misses become the asked-for spelling; everything else stays."""

import pytest

from voice.agent.keyterms import apply_keyterms

ORDINARY = (
    "The quick brown fox jumps over the lazy dog, and there is nothing more to report. "
    "I can help you with your account; please read the card number and the date."
)
NAMES = (
    "Lacy",
    "Brawn",
    "Reed",
    "Kard",
    "Knott",
    "Quirk",
    "Acount",
    "Portia",
    "Kubernetes",
    "AssemblyAI",
    "Parley",
)


@pytest.mark.parametrize(
    ("heard", "keyterm", "expected"),
    [
        ("Please call assembly A I now.", "AssemblyAI", "Please call AssemblyAI now."),
        ("This is parlay speaking.", "Parley", "This is Parley speaking."),
        ("Stream lit is fun", "Streamlit", "Streamlit is fun"),
        ("The metformen dose", "metformin", "The metformin dose"),
        ("i like paris", "Paris", "i like Paris"),
        ("Ask parlay's owner", "Parley", "Ask Parley's owner"),
    ],
)
def test_near_misses_are_corrected(heard: str, keyterm: str, expected: str) -> None:
    assert apply_keyterms(heard, [keyterm]) == expected


def test_ordinary_text_is_left_alone_by_names_that_resemble_it() -> None:
    kept = [name for name in NAMES if name != "Acount"]
    assert apply_keyterms(ORDINARY, kept) == ORDINARY


@pytest.mark.parametrize(
    ("text", "keyterm"),
    [
        ("the party was barely there", "Parley"),
        ("the assembly line", "AssemblyAI"),
        ("I met Kate", "Cat"),
        ("two reports were reported", "Report"),
        ("see you later", "ICU"),
        ("model 3000", "Model 3001"),
        ("nothing", ""),
        ("nothing", "  --  "),
        ("", "Parley"),
    ],
)
def test_other_words_are_not_taken_for_the_term(text: str, keyterm: str) -> None:
    assert apply_keyterms(text, [keyterm]) == text


def test_the_better_match_wins_where_terms_overlap() -> None:
    assert apply_keyterms("new york times", ["New York", "New York Times"]) == "New York Times"


def test_text_and_terms_are_no_patterns() -> None:
    assert apply_keyterms(r"a \1 (b) .*", [".*", r"\1", "[b]"]) == r"a \\1 ([b]) .*"


def test_without_terms_the_text_is_unchanged() -> None:
    assert apply_keyterms("  as it was ", []) == "  as it was "
