import pytest

from voice.agent.brain.wording import (
    article,
    as_sentence,
    join_words,
    normalize,
    quoted_speech,
    shorten,
    speakable,
    without_courtesy,
)


@pytest.mark.parametrize(
    ("heard", "plain"),
    [
        ("What's 12 x 7?", "what is 12 times 7"),
        ("It\u2019s 1,234.50 \u2212 2", "it is 1234.50 minus 2"),
        ("twenty-one", "twenty one"),
        ("10-4", "10 minus 4"),
        ("I can't, won't and don't!", "i cannot will not and do not"),
        ("20% of $5", "20 percent of 5"),
        ("72\u00b0F", "72 degrees f"),
        (".5 + 5\u00b2", "0.5 plus 5 squared"),
        ("Dr. Who's there...", "dr who is there"),
        ("don't say 'stop'", "do not say stop"),
        ("", ""),
    ],
)
def test_speech_is_made_comparable(heard: str, plain: str) -> None:
    assert normalize(heard) == plain


@pytest.mark.parametrize(
    ("plain", "core"),
    [
        ("can you please tell me a joke for me please", "tell me a joke"),
        ("um okay so what time is it right now", "what time is it"),
        ("please", "please"),
        ("can you hear me", "hear me"),
    ],
)
def test_courtesies_are_stripped_but_never_everything(plain: str, core: str) -> None:
    assert without_courtesy(plain) == core


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("**Bold** and `code`, *it*.", "Bold and code, it."),
        ("# Title\n- one\n- two", "Title one two"),
        ("see [the site](https://example.com/x)", "see the site"),
        ("2*3 is snake_case", "2*3 is snake_case"),
        ("a\x00b\x1b[0m\u202ec\u00add", "a b [0mcd"),
        (" \n\t ", ""),
        ("12 * 7 is 84.", "12 \u00d7 7 is 84."),
    ],
)
def test_markdown_and_control_characters_are_not_spoken(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


def test_long_text_is_cut_at_a_word() -> None:
    assert shorten("one two three four", 12) == "one two\u2026"
    assert shorten("x" * 20, 10) == "x" * 9 + "\u2026"
    assert shorten("short", 10) == "short"


def test_small_grammar() -> None:
    assert join_words([]) == ""
    assert join_words(["a", "b", "c"], last="or") == "a, b or c"
    assert (article("owl"), article("bat")) == ("an owl", "a bat")
    assert (as_sentence("so it is"), as_sentence("Really?"), as_sentence("  ")) == (
        "So it is.",
        "Really?",
        "",
    )
    assert quoted_speech("Hello.") == "Hello"
    assert quoted_speech("...")
