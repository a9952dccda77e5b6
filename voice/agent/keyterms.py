"""Corrects recognised near misses to the spellings a caller asked for.

Owns the rule for what counts as a near miss. Pure text in, text out; when in doubt it leaves the words
as they were recognised.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import jellyfish

# Shorter terms sound like too many ordinary words ("Brawn", "Lacy"): only their own letters are matched.
_MIN_FUZZY_CHARS: Final = 6
# Same sound: most letters must agree too, for sound keys drop every vowel.
_SAME_SOUND_SIMILARITY: Final = 0.66
# Another sound, same first letter: one slip in seven letters.
_OTHER_SOUND_SIMILARITY: Final = 0.85
# A term may have been heard as fewer or more words than it is written in ("assembly A I").
_MAX_EXTRA_WORDS: Final = 2

_WORD: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")  # noqa: RUF001 - the typographic apostrophe is meant
_POSSESSIVE: Final = re.compile(r"['’]s$", re.IGNORECASE)  # noqa: RUF001 - likewise


@dataclass(frozen=True, slots=True)
class _Term:
    spelling: str
    letters: str
    sound: str
    word_count: int


@dataclass(frozen=True, slots=True)
class _Match:
    score: float
    start: int
    end: int
    spelling: str


def apply_keyterms(text: str, keyterms: Sequence[str]) -> str:
    """Return `text` with near misses of the keyterms replaced by their given spelling.

    A near miss is the same letters spaced or capitalised in another way, the same sound with mostly the
    same letters, or nearly the same letters. Punctuation and the words around stay as they are.
    """
    terms = [_term(keyterm) for keyterm in keyterms]
    words = list(_WORD.finditer(text))
    matches = [match for term in terms if term.letters for match in _matches(text, words, term)]
    taken: list[_Match] = []
    for match in sorted(matches, key=lambda m: (-m.score, m.start - m.end)):
        if all(match.end <= other.start or match.start >= other.end for other in taken):
            taken.append(match)
    for match in sorted(taken, key=lambda m: m.start, reverse=True):
        text = text[: match.start] + match.spelling + text[match.end :]
    return text


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _term(keyterm: str) -> _Term:
    spelling = " ".join(keyterm.split())
    letters = _letters(spelling)
    return _Term(spelling, letters, jellyfish.metaphone(letters), len(spelling.split()))


def _matches(text: str, words: list[re.Match[str]], term: _Term) -> list[_Match]:
    found: list[_Match] = []
    for count in range(max(term.word_count - 1, 1), term.word_count + _MAX_EXTRA_WORDS + 1):
        for index in range(len(words) - count + 1):
            start, end = words[index].start(), words[index + count - 1].end()
            possessive = _POSSESSIVE.search(text[start:end])
            if possessive and not _POSSESSIVE.search(term.spelling):
                end -= len(possessive.group())
            score = _score(_letters(text[start:end]), term, same_count=count == term.word_count)
            if score:
                found.append(_Match(score, start, end, term.spelling))
    return found


def _score(heard: str, term: _Term, *, same_count: bool) -> float:
    """Return how well the letters heard fit the term, 0 for not at all, 1 for the same letters."""
    if heard == term.letters:
        return 1.0
    if min(len(heard), len(term.letters)) < _MIN_FUZZY_CHARS or _digits(heard) != _digits(term.letters):
        return 0.0
    longest = max(len(heard), len(term.letters))
    # The lengths alone rule most windows out, and this runs for each word and each of up to 100 terms.
    if abs(len(heard) - len(term.letters)) > longest * (1 - _SAME_SOUND_SIMILARITY):
        return 0.0
    similarity = 1 - jellyfish.damerau_levenshtein_distance(heard, term.letters) / longest
    same_sound = jellyfish.metaphone(heard) == term.sound
    if same_sound and similarity >= _SAME_SOUND_SIMILARITY:
        return similarity
    # A plural, a past tense or a first half ("assembly" for "AssemblyAI") is another word, not a slip.
    other_word = heard.startswith(term.letters) or term.letters.startswith(heard)
    slip = same_count and heard[0] == term.letters[0] and similarity >= _OTHER_SOUND_SIMILARITY
    return similarity if slip and not other_word else 0.0


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
