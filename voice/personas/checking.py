"""Makes a persona of values that nobody vouches for: a link's, or a file's. Pure.

Whatever is wrong is mended or left out, with a sentence for each; nothing here raises but `PersonaRefused`,
for what is no persona at all.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import get_args

import msgspec

from voice.personas.keyterms import clean_keyterms
from voice.personas.persona import (
    DEFAULT_VOICE,
    MAX_GREETING_CHARS,
    MAX_NAME_CHARS,
    MAX_PROMPT_CHARS,
    MAX_VOICE_CHARS,
    Persona,
    PersonaRefused,
)
from voice.protocol.turn_presets import TurnTaking

UNNAMED = "Unnamed"
_FIELDS = frozenset(Persona.__struct_fields__)
_MARKUP = re.compile(r"<[A-Za-z/!]")
# They turn the reading direction of what stands around them, so that a text shows other than it is.
_BIDI_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT_CONTROLS = "\n\t"
# What is looked at in a list. A link can't carry more, a file could.
_MAX_LISTED = 1_000
_MAX_QUOTED = 30


class Checked(msgspec.Struct, frozen=True):
    """A persona that may be used, and what had to be changed for that."""

    persona: Persona
    problems: tuple[str, ...] = ()


def check(raw: object, *, tools: Collection[str], voices: Collection[str] | None = None) -> Checked:
    """The persona that `raw`, decoded JSON, describes.

    `tools` are the tools there are; `voices` the known ids, None to take any. Raises `PersonaRefused` when
    `raw` is no object.
    """
    if not isinstance(raw, Mapping):
        raise PersonaRefused("This is no persona: it should be a set of named fields.")
    checker = _Checker(raw)
    persona = Persona(
        name=checker.text("name", MAX_NAME_CHARS, lines=False).strip() or UNNAMED,
        prompt=checker.text("prompt", MAX_PROMPT_CHARS),
        greeting=checker.text("greeting", MAX_GREETING_CHARS, lines=False),
        voice=checker.voice(voices),
        keyterms=checker.keyterms(),
        tools=checker.tools(tools),
        turn_taking=checker.turn_taking(),
    )
    if any(key not in _FIELDS for key in raw):
        checker.problems.append("It has fields that no persona has; they are ignored.")
    return Checked(persona, tuple(checker.problems))


class _Checker:
    """Reads one field after the other and notes what is wrong."""

    def __init__(self, raw: Mapping[object, object]) -> None:
        self._raw = raw
        self.problems: list[str] = []

    def text(self, field: str, limit: int, *, lines: bool = True) -> str:
        value = self._raw.get(field, "")
        if not isinstance(value, str):
            self.problems.append(f"The {field} is not text; it is left empty.")
            return ""
        if len(value) > limit:
            self.problems.append(f"The {field} is longer than {limit} characters; the rest is cut off.")
        text = _printable(value[:limit])
        if text != value[:limit]:
            self.problems.append(f"The {field} has invisible control characters; they are taken out.")
        if _MARKUP.search(text):
            self.problems.append(f"The {field} has markup in it; it is only ever read as plain text.")
        return text if lines else " ".join(text.split())

    def voice(self, voices: Collection[str] | None) -> str:
        value = self._raw.get("voice", DEFAULT_VOICE)
        if not isinstance(value, str) or not value.strip():
            self.problems.append(f"The voice is not a name; {DEFAULT_VOICE} is used.")
            return DEFAULT_VOICE
        voice = _printable(value.strip())[:MAX_VOICE_CHARS]
        if voices is not None and voice not in voices:
            self.problems.append(f"The voice “{_quoted(voice)}” is not known; {DEFAULT_VOICE} is used.")
            return DEFAULT_VOICE
        return voice

    def keyterms(self) -> tuple[str, ...]:
        terms, problems = clean_keyterms(map(_printable, self._texts("keyterms", "key terms")))
        self.problems += problems
        return terms

    def tools(self, known: Collection[str]) -> tuple[str, ...] | None:
        if self._raw.get("tools") is None:
            return None
        named = dict.fromkeys(self._texts("tools", "tools"))
        unknown = [name for name in named if name not in known]
        if unknown:
            shown = ", ".join(f"“{_quoted(name)}”" for name in unknown[:3])
            more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""  # noqa: PLR2004 - three are named
            self.problems.append(f"Parley has no tool {shown}{more}; it stays off.")
        return tuple(name for name in named if name in known)

    def turn_taking(self) -> TurnTaking:
        value = self._raw.get("turn_taking", "adaptive")
        for known in get_args(TurnTaking):
            if value == known:
                return known  # type: ignore[no-any-return]  # an argument of the Literal itself
        self.problems.append("The turn taking is none that Parley knows; adaptive is used.")
        return "adaptive"

    def _texts(self, field: str, words: str) -> list[str]:
        value = self._raw.get(field, [])
        if not isinstance(value, list):
            self.problems.append(f"The {words} are not a list; none are used.")
            return []
        texts = [item for item in value[:_MAX_LISTED] if isinstance(item, str)]
        if len(texts) < len(value):
            self.problems.append(
                f"Some of the {words} are not text, or there are too many; they are left out."
            )
        return texts


def _printable(text: str) -> str:
    return "".join(
        char
        for char in text
        if char in _KEPT_CONTROLS
        or (unicodedata.category(char) not in ("Cc", "Cs") and char not in _BIDI_OVERRIDES)
    )


def _quoted(text: str) -> str:
    text = " ".join(_printable(text[: _MAX_QUOTED + 1]).split())
    return text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}…"
