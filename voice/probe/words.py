"""Compares what was said with what should have been, whatever its punctuation. Pure."""

import re

_WORD = re.compile(r"[a-z0-9']+")
_CURLY_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"


def plain_words(text: str) -> str:
    """Lower-case words with one space between them, for `in` and `==`."""
    return " ".join(_WORD.findall(text.lower().replace(_CURLY_APOSTROPHE, "'")))
