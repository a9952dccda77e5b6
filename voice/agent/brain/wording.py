"""How words are read and written: what was heard made comparable, what is to be said made speakable.

Pure text in, text out. It must never decide what to answer.
"""

import re
import unicodedata
from collections.abc import Sequence

# About 40 seconds of speech: longer answers are a nuisance in a spoken conversation.
MAX_REPLY_CHARS = 600
# Skills look at no more than this, so hostile input costs no more than a long sentence does.
MAX_HEARD_CHARS = 1000

_CONTRACTIONS = {
    r"\bwon't\b": "will not",
    r"\bcan't\b": "cannot",
    r"\blet's\b": "let us",
    r"\b(what|who|where|when|how|that|it|there|here|he|she)'s\b": r"\1 is",
    r"n't\b": " not",
    r"\b(i)'m\b": r"\1 am",
    r"'re\b": " are",
    r"'ve\b": " have",
    r"'ll\b": " will",
    r"\b(i|you|he|she|we|they|it)'d\b": r"\1 would",
    r"\bwhats\b": "what is",
    r"\bwanna\b": "want to",
    r"\bgonna\b": "going to",
}
_SYMBOLS = (
    (r"(?<=\d),(?=\d{3}\b)", ""),
    (r"(?<=[\d\s])[x*\u00d7](?=[\s\d])", " times "),
    (r"÷", " divided by "),
    (r"(?<=\d)\s*/\s*(?=\d)", " divided by "),
    (r"(?<=\d)\s*\^\s*(?=\d)", " to the power of "),
    (r"\+", " plus "),
    (r"=", " equals "),
    (r"%", " percent "),
    (r"°", " degrees "),
    (r"√", " square root of "),
    (r"²", " squared "),
    (r"³", " cubed "),
    (r"(?<=\d)\s*[\u2212\u2013]\s*(?=\d)|(?<=\d)\s+-\s+(?=\d)|(?<=\d)-(?=\d)", " minus "),
    (r"(?:(?<=\s)|^)[-\u2212](?=\.?\d)", " minus "),
)
_CONTRACTION_RULES = tuple((re.compile(pattern), to) for pattern, to in _CONTRACTIONS.items())
_SYMBOL_RULES = tuple((re.compile(pattern), to) for pattern, to in _SYMBOLS)
_NOT_A_WORD = re.compile(r"(?<!\d)\.|\.(?!\d)|[^\w.' ]|_|(?<!\w)'|'(?!\w)")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
_DECIMAL_WITHOUT_ZERO = re.compile(r"(?:(?<=\s)|^)\.(?=\d)")
_COURTESY = re.compile(
    r"^(?:(?:um+|uh+|er+m?|ah+|oh|hey|ok|okay|alright|well|so|now|and|but|then|please|sorry|yes|yeah|just"
    r"|(?:can|could|will|would) you(?: please)?(?: try to)?|i (?:want|need|would like) you to"
    r"|i would like to"
    r"|do you know|i wonder|do me a favor and) )+"
)
_TRAILING_COURTESY = re.compile(
    r"(?: (?:please|thanks|thank you|for me|right now|now then|if you can|if you please|would you"
    r"|will you))+$"
)
# Marks around words vanish, marks between words leave a space; in "2*3" and "snake_case" they are no marks.
_EMPHASIS = re.compile(r"```\w*|`|(?<!\w)[*_~]+|[*_~]+(?!\w)")
# Between spaced numbers it is no mark but a sign.
_TIMES = re.compile(r"(?<=\d) \* (?=\d)")
_MARKDOWN = re.compile(r"^\s*(?:#+|[-+\u2022])\s+|\||!?\[([^\]]{0,200})\]\([^)\s]{0,500}\)", re.MULTILINE)


def straight_quotes(text: str) -> str:
    """Return `text` with typographic quotes and apostrophes made plain."""
    return text.translate(_QUOTES)


def normalize(text: str) -> str:
    """Return `text` in lower case, contractions and symbols as words, no marks save decimal points."""
    words = unicodedata.normalize(
        "NFKC", text[:MAX_HEARD_CHARS].replace("²", " squared ").replace("³", " cubed ")
    )
    words = straight_quotes(words.casefold())
    for pattern, replacement in (*_CONTRACTION_RULES, *_SYMBOL_RULES):
        words = pattern.sub(replacement, words)
    words = _DECIMAL_WITHOUT_ZERO.sub("0.", words)
    return " ".join(_NOT_A_WORD.sub(" ", words).split())


def without_courtesy(plain: str) -> str:
    """Strip openings and endings without meaning ("could you please … for me") from a normalised sentence."""
    core = _TRAILING_COURTESY.sub("", _COURTESY.sub("", plain + " ").strip())
    return core or plain


def speakable(text: str) -> str:
    """Return `text` on one line without control characters and Markdown; the words are left alone."""
    text = _TIMES.sub(" \u00d7 ", text)
    unmarked = _EMPHASIS.sub("", _MARKDOWN.sub(lambda match: match.group(1) or " ", text))
    visible = "".join(map(_visible, unmarked))
    return " ".join(visible.split())


def _visible(char: str) -> str:
    """Drop what only steers display, such as a change of direction; what is no character parts words."""
    kind = unicodedata.category(char)
    return "" if kind == "Cf" else " " if kind in {"Cc", "Cs", "Co", "Cn"} else char


def shorten(text: str, limit: int = MAX_REPLY_CHARS) -> str:
    """Cut `text` to at most `limit` characters, at a word where one ends there."""
    if len(text) <= limit:
        return text
    cut = text.rfind(" ", limit // 2, limit - 1)
    return text[: cut if cut > 0 else limit - 1].rstrip(" ,;:") + "…"


def as_sentence(text: str) -> str:
    """Return `text` with a capital and an end mark."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")


def quoted_speech(text: str, limit: int = 160) -> str:
    """Return what somebody said, fit to stand inside a sentence of our own: one line, short, no end mark."""
    return shorten(speakable(text), limit).rstrip(" .!?…,;:") or "something I could not make out"


def join_words(items: Sequence[str], last: str = "and") -> str:
    """Return "a, b and c"."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def article(noun: str) -> str:
    """Return `noun` with "a" or "an"."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
