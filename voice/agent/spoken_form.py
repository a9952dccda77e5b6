"""Printed words to words that can be said.

Owns abbreviations, addresses, symbols, emoji and foreign scripts. Pure. Each printed word maps to its own
spoken form, so that the caller can tell when each printed word was said; it never merges or reorders them.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from voice.agent.numerals import UNITS_APART, read_number, unit_name

# Nobody listens to more of one word; a run this long is a key held down or a hash.
MAX_SPOKEN_CHARS: Final = 60

_ABBREVIATIONS: Final = {
    "mr.": "Mister",
    "mrs.": "Missus",
    "ms.": "Miz",
    "dr.": "Doctor",
    "prof.": "Professor",
    "st.": "Saint",
    "mt.": "Mount",
    "jr.": "junior",
    "sr.": "senior",
    "vs.": "versus",
    "etc.": "et cetera",
    "e.g.": "for example",
    "i.e.": "that is",
    "a.m.": "ay M",
    "p.m.": "P M",
    "approx.": "approximately",
    "dept.": "department",
    "est.": "estimated",
    "inc.": "incorporated",
    "ltd.": "limited",
    "w/": "with",
    "w/o": "without",
}
_SYMBOLS: Final = {
    "&": "and",
    "+": "plus",
    "=": "equals",
    "@": "at",
    "%": "percent",
    "°": "degrees",
    "<": "less than",
    ">": "greater than",
    "×": "times",  # noqa: RUF001
    "÷": "divided by",
    "≈": "about",
    "→": "to",
    "€": "euros",
    "£": "pounds",
    "$": "dollars",
    "©": "copyright",
    "™": "",
    "®": "",
}
_ADDRESS_SYMBOLS: Final = {".": "dot", "/": "slash", "@": "at", "-": "dash", "_": "underscore", ":": "colon"}
_ADDRESS: Final = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:[\w-]+\.)+(?:com|org|net|io|ai|dev|edu|gov)(?:/\S*)?",
    re.IGNORECASE,
)
_PAUSES: Final = {",": ",", ";": ",", ":": ",", "—": ",", "–": ",", "…": ",", ".": ".", "!": "!", "?": "?"}  # noqa: RUF001
_EDGE: Final = re.compile(r"""^["'(\[{<*_~`#|“‘«-]*(.*?)(["')\]}>*_~`|”’».,!?;:…—–-]*)$""", re.DOTALL)  # noqa: RUF001
_HASHTAG: Final = re.compile(r"#(\d+)")
_PIECE: Final = re.compile(r"\d+(?:[.,]\d+)*|[A-Z]+(?![a-z])|[A-Za-z']+|[^\sA-Za-z0-9]")
_MAGNITUDE_WORDS: Final = frozenset({"thousand", "million", "billion", "trillion"})
_MONEY: Final = re.compile(r"([$€£])(\d[\d,.]*)")
_CAPITAL_READINGS: Final = {"AM": "ay M", "PM": "P M", "A": "ay"}  # else "am", and "a" as the article
_MONEY_NAMES: Final = {"$": "dollars", "€": "euros", "£": "pounds"}


def spoken_forms(words: Sequence[str]) -> list[str]:
    """Return for each printed word what is said, with its pause mark, or an empty string for nothing.

    The result consists of ASCII letters, apostrophes, spaces and the pause marks `, . ! ?`.
    """
    forms = [_spoken(word, last=index == len(words) - 1) for index, word in enumerate(words)]
    for index, word in enumerate(words[1:], start=1):
        core, pause = _core(words[index - 1])[0], _core(word)[1]
        money = _MONEY.fullmatch(core)
        unit = _core(word)[0]
        if money and unit.lower() in _MAGNITUDE_WORDS:
            forms[index - 1] = read_number(money[2].rstrip(".,")) or forms[index - 1]
            forms[index] = f"{unit} {_MONEY_NAMES[money[1]]}{pause}"
        elif unit.lower() in UNITS_APART and core[:1].isdecimal() and read_number(core):
            forms[index] = unit_name(unit, core) + pause
    return forms


def _spoken(word: str, *, last: bool) -> str:
    core, pause = _core(word)
    if not core:
        return ""
    shortened = _abbreviation(word) or _initials(core, word)
    if shortened and pause == "." and not last:
        pause = ""
    text = (
        shortened
        or read_number(core)
        or (_address(core) if _ADDRESS.fullmatch(core) else None)
        or _mixed(core)
    )
    text = _cut(_speakable(text))
    return text + pause if text else ""


def _core(word: str) -> tuple[str, str]:
    """Return the word without quotes, brackets and closing marks, and the pause those marks make."""
    # Compatibility forms become plain: full-width letters, ligatures, superscripts, one-character fractions.
    folded = unicodedata.normalize("NFKC", word).replace("’", "'")  # noqa: RUF001
    match = _EDGE.match(folded)
    assert match is not None  # noqa: S101 - every part of the pattern may be empty
    core, closing = match.groups()
    if hashtag := _HASHTAG.match(folded):
        core = f"number {hashtag[1]}"
    if folded.startswith("-") and core[:1] in "0123456789.$€£¥₹":
        core = "-" + core
    if closing.startswith(")") and "(" in core:
        core += ")"
    marks = [mark for mark in closing if mark in _PAUSES]
    return core, _PAUSES[marks[-1]] if marks else ""


def _abbreviation(word: str) -> str | None:
    bare = word.strip("\"'()[]{},;:!?")
    return _ABBREVIATIONS.get(bare.lower()) or (
        _CAPITAL_READINGS.get(bare.rstrip(".")) if len(bare) > 1 else None
    )


def _initials(core: str, word: str) -> str | None:
    """Spell "U.S." and "J." letter by letter."""
    if re.fullmatch(r"(?:[A-Za-z]\.)*[A-Za-z]", core) and word.rstrip(",;:!?").endswith("."):
        return " ".join(_CAPITAL_READINGS.get(letter, letter) for letter in core.replace(".", "").upper())
    return None


def _address(core: str) -> str:
    bare = (
        re.sub(r"^(?:https?://)?(?:www\.)?", "", core, flags=re.IGNORECASE).split("?", 1)[0].split("#", 1)[0]
    )
    spaced = re.sub(r"[./@_:-]", lambda match: f" {_ADDRESS_SYMBOLS[match.group()]} ", bare.rstrip("/"))
    return _mixed(spaced)


def _mixed(core: str) -> str:
    """Say a word of letters, digits and symbols piece by piece: "B2B", "rock-n-roll", "AT&T"."""
    plain = "".join(c for c in unicodedata.normalize("NFD", core) if not unicodedata.combining(c))
    if plain.replace("'", "").isalpha() and plain.isascii():
        return plain
    pieces = (read_number(piece) or _SYMBOLS.get(piece, piece) for piece in _PIECE.findall(plain))
    return " ".join(pieces)


def _speakable(text: str) -> str:
    """Keep what the voice has sounds for; other scripts, emoji and loose signs are passed over."""
    kept = "".join(c if (c.isascii() and (c.isalpha() or c in "' ,")) else " " for c in text)
    words = (word.strip("'") if word.strip("',") else "" for word in kept.split())
    return " ".join(filter(None, words))


def _cut(text: str) -> str:
    if len(text) <= MAX_SPOKEN_CHARS * 4:
        return " ".join(word[:MAX_SPOKEN_CHARS] for word in text.split())
    return _cut(text[: MAX_SPOKEN_CHARS * 4])
