"""What a persona is, its limits, and the ones that ship. Pure; `checking` makes one from untrusted values."""

from functools import cache
from importlib.resources import files

import msgspec

from voice.protocol.turn_presets import TurnTaking

MAX_NAME_CHARS = 40
# The service names no limits for these; these keep one message far below what any socket takes.
MAX_PROMPT_CHARS = 8_000
MAX_GREETING_CHARS = 500
MAX_VOICE_CHARS = 100
DEFAULT_VOICE = "alba"


class PersonaRefused(Exception):
    """A persona can't be read, saved or shared; the message is a sentence for a person."""


class Persona(msgspec.Struct, frozen=True, omit_defaults=True):
    """One persona. `tools` are names of the tools that are on; None stands for the usual ones."""

    name: str
    prompt: str = ""
    greeting: str = ""
    voice: str = DEFAULT_VOICE
    keyterms: tuple[str, ...] = ()
    tools: tuple[str, ...] | None = None
    turn_taking: TurnTaking = "adaptive"

    @property
    def key(self) -> str:
        """What makes two names the same name."""
        return self.name.casefold()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    about: str
    personas: tuple[Persona, ...]


@cache
def shipped() -> tuple[Persona, ...]:
    """The personas that come with Parley, the default one first."""
    return msgspec.json.decode((files(__package__) / "shipped.json").read_bytes(), type=_File).personas
