"""Names for files that are taken along. Pure.

A name is safe on every system: letters, digits and hyphens, short, and beginning with the call's date.
"""

import unicodedata
from collections.abc import Set as AbstractSet
from datetime import datetime, tzinfo

from voice.history.export.words import one_line
from voice.history.records import CallRecord

# In UTF-8 a letter takes up to four bytes, and file systems take 255.
_MAX_TITLE_CHARS = 40


def file_name(call: CallRecord, suffix: str, zone: tzinfo) -> str:
    """`2026-11-23-0805-call-with-ann.md`."""
    began = datetime.fromtimestamp(call.started_at, zone).strftime("%Y-%m-%d-%H%M")
    return f"{began}-{_slug(call.title) or 'call'}.{suffix}"


def apart_from(name: str, taken: AbstractSet[str]) -> str:
    """The name, with a number if it is taken; many systems do not tell upper and lower case apart."""
    stem, dot, suffix = name.rpartition(".")
    number = 1
    free = name
    while free.casefold() in taken:
        number += 1
        free = f"{stem}-{number}{dot}{suffix}"
    return free


def _slug(title: str) -> str:
    normal = unicodedata.normalize("NFKC", one_line(title)).lower()
    words = "".join(char if char.isalnum() else " " for char in normal).split()
    return "-".join(words)[:_MAX_TITLE_CHARS].strip("-")
