"""Does a transcript look as if the person has finished?

Owns the word lists and the rule for numbers being read out. Pure text in, verdict out; how long to wait
on each verdict is `endpointing`'s affair.
"""

import re
from enum import Enum
from typing import Final


class Completeness(Enum):
    """How finished an utterance looks from its words alone."""

    COMPLETE = "complete"
    UNCLEAR = "unclear"
    UNFINISHED = "unfinished"


def _words(text: str) -> list[str]:
    return text.split()


# Words that English hardly ever ends a turn on: fillers, conjunctions, articles, possessives,
# prepositions that need an object, auxiliaries with their subject. "That", "it", "this" and "is" end
# plenty of turns and are left out; so are "on", "off", "in", "up" and "out" (turn it on, log in).
_HANGING_WORDS: Final = frozenset(
    _words("""
    um uh er erm hmm like well so and or but because cause if when while although though unless
    until a an the my your our their his its every to of for from with at by into than as i i'm
    i'd i'll we're they're who which whose what's where's let's can could would should will must
    gonna wanna
""")
)
_HANGING_PHRASES: Final = ("you know", "i mean", "i think", "kind of", "sort of", "i want", "i need")
# A question may end on some of the words above: "Who?", "What is this for?", "Where are you from?".
_QUESTION_END: Final = "?"

_NUMBER_WORDS: Final = frozenset(
    _words("""
    zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty
    ninety double triple
""")
)
_ENTITY_WORDS: Final = re.compile(
    r"\b(number|code|pin|zip|card|account|phone|serial|reference)\b", re.IGNORECASE
)
# Three in a row are a number being read out; two are as likely an age or a time ("twenty three").
_READ_OUT_TOKENS: Final = 3
_WHOLE_NUMBER_DIGITS: Final = 10  # a full phone number: no reason to wait for more

_WORD: Final = re.compile(r"[a-z0-9']+")


def completeness(text: str) -> Completeness:
    """Judge the transcript of an utterance so far; empty text (a noise) counts as complete."""
    stripped = text.strip()
    words = _WORD.findall(stripped.lower())
    if not words or stripped.endswith(_QUESTION_END):
        return Completeness.COMPLETE
    if stripped.endswith(("-", "…", "...")):
        return Completeness.UNFINISHED
    if words[-1] in _HANGING_WORDS or " ".join(words[-2:]) in _HANGING_PHRASES:
        return Completeness.UNFINISHED
    if _reading_a_number(stripped, words):
        return Completeness.UNFINISHED
    return Completeness.COMPLETE if stripped.endswith((".", "!")) else Completeness.UNCLEAR


def _reading_a_number(text: str, words: list[str]) -> bool:
    run: list[str] = []
    for word in reversed(words):
        if not (word.isdigit() or word in _NUMBER_WORDS):
            break
        run.append(word)
    digits = sum(len(word) if word.isdigit() else 1 for word in run)
    if not run or digits >= _WHOLE_NUMBER_DIGITS:
        return False
    return len(run) >= _READ_OUT_TOKENS or _ENTITY_WORDS.search(text) is not None
