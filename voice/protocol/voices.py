"""The voices a session may name, as data: ids change faster than code.

Owns reading `voices.json`. It never decides what a server accepts: an id that is not listed may be valid.
"""

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec


class LocalStyle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the local agent renders a voice id: factors on the one voice it ships."""

    pitch: float
    speed: float


class Voice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One voice id. `languages` are ISO 639-1 codes; `accent` and `style` are None where nobody tells."""

    id: str
    generation: Literal["current", "earlier"]
    languages: tuple[str, ...]
    accent: str | None
    style: str | None
    local: LocalStyle


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    about: str
    voices: tuple[Voice, ...]


@cache
def catalogue() -> tuple[Voice, ...]:
    """Every known voice, the current generation first, in the order of the vendor's page."""
    return msgspec.json.decode((files(__package__) / "voices.json").read_bytes(), type=_File).voices


def find_voice(voice_id: str) -> Voice | None:
    """The voice with this id, or None when the catalogue does not list it."""
    return next((voice for voice in catalogue() if voice.id == voice_id), None)
