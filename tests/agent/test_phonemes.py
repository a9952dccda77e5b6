"""Every word keeps its own phonemes."""

from unittest.mock import patch

from voice.agent import phonemes
from voice.agent.phonemes import phonemize


def test_each_form_has_its_phonemes_and_its_pause() -> None:
    hello, nothing, there = phonemize(["Hello,", "", "there."])
    assert hello == "həlˈoʊ,"  # noqa: RUF001 - the stress mark of IPA
    assert nothing == ""
    assert there == "ðˈɛɹ."


def test_a_form_of_several_words_stays_together() -> None:
    (amount,) = phonemize(["four dollars"])
    assert amount.split() == phonemize(["four", "dollars"])


def test_neighbours_decide_how_the_article_sounds() -> None:
    before_vowel, before_consonant = phonemize(["the", "apple"])[0], phonemize(["the", "pear"])[0]
    assert before_vowel != before_consonant


def test_unknown_names_get_some_phonemes() -> None:
    assert all(phonemize(["Zyxxgorp", "AssemblyAI", "Kubernetes"]))


def test_nothing_to_say_is_nothing() -> None:
    assert phonemize([]) == []
    assert phonemize(["", ""]) == ["", ""]


def test_a_word_without_a_group_of_its_own_does_not_shift_the_others() -> None:
    whole = phonemize(["one", "two", "three"])
    joined = "".join(whole)

    def runs_together(text: str, **_: object) -> str:
        return joined if " " in text else whole[["one", "two", "three"].index(text)]

    with patch.object(phonemes, "phonemize_to_espeak_ipa", runs_together):
        assert phonemize(["one", "two", "three"]) == whole
