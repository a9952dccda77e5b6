"""Cuts text into sentences, whole or as it streams in.

Owns the rule for where a sentence ends. It must never change a word of the text.
"""

import re

# Words whose full stop does not end a sentence, lower case without the stop.
ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "sr",
        "jr",
        "st",
        "mt",
        "vs",
        "etc",
        "e.g",
        "i.e",
        "approx",
        "no",
        "vol",
        "fig",
        "dept",
        "est",
        "inc",
        "ltd",
        "co",
        "corp",
        "gen",
        "col",
        "capt",
        "sgt",
        "lt",
        "rev",
        "hon",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thurs",
        "fri",
        "sat",
        "sun",
    ]
)
# "No." and "etc." are abbreviations in the middle of a sentence only: what follows decides.
_ONLY_BEFORE_DIGIT = frozenset({"no", "vol", "fig", "mar", "sat", "sun", "may"})
_OFTEN_LAST = frozenset({"etc", "inc", "ltd", "co", "corp", "jr", "sr"})

# A stream without an end mark is cut here, so that a model that never stops a sentence is still spoken.
MAX_SENTENCE_CHARS = 400

_END = re.compile(r"""[.!?\u2026]+["'\u201d\u2019)\]]*(?=\s|$)|[\u3002\uff01\uff1f]|\n+""")
_INITIAL = re.compile(r"(?:^|[\s(.])[A-Z]$")


def split(text: str) -> list[str]:
    """Return the sentences of `text` in order, stripped, none empty; together they hold every word of it."""
    stream = SentenceStream()
    return [*stream.feed(text), *stream.finish()]


class SentenceStream:
    """Collects text as it arrives and hands out each sentence once it is surely whole."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[str]:
        """Add `text`, return the sentences that it completed."""
        self._rest += text
        whole: list[str] = []
        start = 0
        for match in _END.finditer(self._rest):
            # What follows decides ("3." then "5", "no." then "5"), so a mark waits for the next word.
            waits = not self._rest[match.end() :].strip() and not match.group().endswith("\n")
            if waits or not _ends_sentence(self._rest, start, match):
                continue
            _append(whole, self._rest[start : match.end()])
            start = match.end()
        self._rest = self._rest[start:]
        while len(self._rest) > MAX_SENTENCE_CHARS:
            cut = self._rest.rfind(" ", 1, MAX_SENTENCE_CHARS)
            cut = cut if cut > 0 else MAX_SENTENCE_CHARS
            _append(whole, self._rest[:cut])
            self._rest = self._rest[cut:]
        return whole

    def finish(self) -> list[str]:
        """Return what is left as a last sentence, if anything."""
        rest: list[str] = []
        _append(rest, self._rest)
        self._rest = ""
        return rest


def _append(sentences: list[str], text: str) -> None:
    if stripped := text.strip():
        sentences.append(stripped)


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    if match.group()[0] != ".":
        return True
    before = text[start : match.start()]
    following = text[match.end() :].lstrip()[:1]
    word = re.split(r"[\s(\"'\u201c\u2018]", before)[-1].lower()
    if word in _ONLY_BEFORE_DIGIT:
        return not following.isdigit()
    if word in _OFTEN_LAST:
        return following.isupper()
    if word in ABBREVIATIONS or _INITIAL.search(before):
        return _is_pronoun_i(before)
    # "1. Open the door": a list's number belongs to what it numbers.
    return not (word.isdigit() and not before.strip()[: -len(word)].strip() and following)


def _is_pronoun_i(before: str) -> bool:
    """Tell "neither do I." from "George I. Smith": only after a small word is it the pronoun."""
    words = before.split()
    return len(words) > 1 and words[-1] == "I" and words[-2][0].islower()
