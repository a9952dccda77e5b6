"""What counts as a word for searching, and where the found ones stand in a text. Pure.

Both databases get words that were folded here, and queries made of such words only: so they find the same,
and nothing that a person types is ever read as the syntax of a query.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

MAX_WANTED = 16
# Of one call; a PostgreSQL index entry could not hold many more.
MAX_INDEXED = 20_000
SNIPPET_CHARS = 160
_MAX_WORD_CHARS = 64
# Japanese and Chinese are written without spaces: each sign counts as a word.
_SIGN = "[\u3040-\u30ff\u3400-\u9fff]"
_WORD = re.compile(rf"{_SIGN}|(?:(?!{_SIGN})[^\W_])+")

Pieces = list[tuple[str, bool]]


def words_of(text: str) -> list[str]:
    """The words of a text, without case and accents, in order."""
    folded = (_folded(word) for word in _WORD.findall(unicodedata.normalize("NFC", text)))
    return [word for word in folded if word]


def wanted_of(text: str) -> tuple[str, ...]:
    """The different words to look for, at most `MAX_WANTED`."""
    return tuple(dict.fromkeys(words_of(text)))[:MAX_WANTED]


def index_of(texts: Iterable[str]) -> str:
    """What goes into the index of a call: its different words, between spaces."""
    found = dict.fromkeys(word for text in texts for word in words_of(text))
    return " ".join(list(found)[:MAX_INDEXED])


def hits(text: str, wanted: Collection[str]) -> int:
    """How many of the wanted words, or words that begin like them, are in the text."""
    words = set(words_of(text))
    return sum(any(word.startswith(one) for word in words) for one in wanted)


def snippet(text: str, wanted: Collection[str]) -> Pieces:
    """The part of a text around the first word found, in pieces, with the found words marked."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    starts = tuple(wanted)
    spans = [match.span() for match in _WORD.finditer(line) if _folded(match.group()).startswith(starts)]
    if not spans:
        return []
    begin, end = _window(line, spans[0])
    pieces: Pieces = [("…", False)] if begin else []
    place = begin
    for start, stop in spans:
        if stop > end:
            break
        pieces += [(line[place:start], False), (line[start:stop], True)]
        place = stop
    pieces += [(line[place:end], False), ("…" if end < len(line) else "", False)]
    return [piece for piece in pieces if piece[0]]


def _window(line: str, first: tuple[int, int]) -> tuple[int, int]:
    """Where to cut: at spaces, with a third of the room before the first hit."""
    begin = max(0, first[0] - SNIPPET_CHARS // 3)
    if begin:
        space = line.find(" ", begin, first[0])
        begin = space + 1 if space >= 0 else first[0]
    end = min(len(line), max(begin + SNIPPET_CHARS, first[1]))
    if end < len(line):
        space = line.rfind(" ", first[1], end)
        end = space if space >= 0 else end
    return begin, end


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()[:_MAX_WORD_CHARS]
    bare = (char for char in unicodedata.normalize("NFKD", word).casefold() if char.isalnum())
    return "".join(bare)[:_MAX_WORD_CHARS]
