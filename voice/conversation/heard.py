"""Text of a reply from its words, and how much of it was heard before it was cut. Pure text work."""

from collections.abc import Sequence

import msgspec

_CLOSING = frozenset(",.;:!?…)]}»%\u2019\u201d")


class Word(msgspec.Struct, frozen=True):
    """One word of a reply; `start_ms` and `end_ms` count from the first sample of the reply's audio."""

    text: str
    start_ms: float | None = None
    end_ms: float | None = None


TimedWord = tuple[str, int, int]

# Times are the agent's: beyond a day they are nonsense, and could be too large to write down.
_MAX_TIME_MS = 86_400_000


def timed(words: Sequence[Word]) -> tuple[TimedWord, ...]:
    """The words that came with a start, as `(text, start_ms, end_ms)`; an end never lies before its start."""
    return tuple(_timed(word.text, word.start_ms, word.end_ms) for word in words if word.start_ms is not None)


def _timed(text: str, start_ms: float, end_ms: float | None) -> TimedWord:
    start = _bounded_ms(start_ms)
    return text.strip(), start, start if end_ms is None else max(start, _bounded_ms(end_ms))


def _bounded_ms(time_ms: float) -> int:
    return round(min(max(time_ms, 0.0), _MAX_TIME_MS))


def append_word(text: str, word: str) -> str:
    """`text` with one more word, whatever spaces the word came with.

    The service is not consistent: words of a greeting come bare, words of a generated reply sometimes
    with a trailing space (seen 2026-09).
    """
    bare = word.strip()
    if not text or not bare:
        return text or bare
    return text + bare if _CLOSING.issuperset(bare) else f"{text} {bare}"


def joined(words: Sequence[Word]) -> str:
    """The words as a sentence."""
    text = ""
    for word in words:
        text = append_word(text, word.text)
    return text


def heard_and_rest(words: Sequence[Word], played_ms: float) -> tuple[str, str] | None:
    """The words that had begun after `played_ms` of audio, and the others; None when no word has a time.

    A word without a time of its own shares the fate of the word before it.
    """
    if all(word.start_ms is None for word in words):
        return None
    heard = 0
    for word in words:
        if word.start_ms is not None and word.start_ms >= played_ms:
            break
        heard += 1
    return joined(words[:heard]), joined(words[heard:])


def rest_of(generated: str, heard: str) -> str:
    """What of `generated` follows `heard`; empty when it does not begin with it."""
    return generated[len(heard) :].strip() if generated.startswith(heard) else ""


def continues(earlier: str, later: str) -> bool:
    """Whether `later` is `earlier` with more words after it, apart from case and punctuation."""
    first, second = _bare_words(earlier), _bare_words(later)
    return 0 < len(first) < len(second) and second[: len(first)] == first


def _bare_words(text: str) -> list[str]:
    bare = ("".join(filter(str.isalnum, word)).casefold() for word in text.split())
    return [word for word in bare if word]
