"""Who the system prompt says the agent is.

Pure: prompt in, `Persona` out. What it cannot truly follow it leaves out, rather than pretend.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from voice.agent.brain.styles import STYLES, Style
from voice.agent.brain.wording import article, shorten, speakable, straight_quotes

DEFAULT_NAME = "Parley's local agent"

# Names and roles end up in spoken sentences: longer ones are not names.
_MAX_NAME_CHARS = 40
_MAX_ROLE_CHARS = 80
_MAX_PHRASE_CHARS = 60
_MAX_PROMPT_CHARS = 8000

_NAME = r"((?:(?:Dr|Mr|Mrs|Ms|Prof|St)\. )?[A-Z][\w'-]*(?: (?:of |the |de |van |von )?[A-Z0-9][\w'-]*){0,3})"
_NAMED = (
    re.compile(
        rf"\b(?i:your (?:new )?name is|you(?: are|'re) (?:called|named)|call yourself"
        rf"|go by)\s+[\"']?{_NAME}"
    ),
    re.compile(
        rf"\b(?i:you(?: are|'re)|act as|play|pretend to be|be)\s+{_NAME}(?=\s*(?:[,.!;:\n]|$|\band\b"
        rf"|\bfrom\b))"
    ),
    re.compile(rf"\b(?i:named|called|by the name of)\s+[\"']?{_NAME}"),
)
_ROLE = re.compile(
    r"\b(?:you(?: are|'re)(?: now)?|act(?: as)?(?: like)?|play|pretend to be|behave like|speak like"
    r"|talk like"
    r"|respond (?:as|like)|answer (?:as|like)|your role is(?: that of)?)\s+"
    r"((?:an?|the|our)\s+[^.!?;:\n]+)",
    re.IGNORECASE,
)
# Said of a name: "You are Captain Flint, a cheerful pirate."
_APPOSITION = r"\s*,\s*((?:an?|the|our)\s+[^.!?;:\n]+)"
_ROLE_ENDS = re.compile(
    r",|\s+(?:who|whose|that|which|named|called|by the name of|and (?:you|always|your|never|only|should)"
    r"|on a|in a"
    r"|speaking|with)\b.*",
    re.IGNORECASE,
)
_BRIEF = re.compile(
    r"\b(?:one|a single|1|single) (?:short )?sentence|\bbrief(?:ly)?\b|\bconcise(?:ly)?\b|\bterse(?:ly)?\b"
    r"|\b(?:short|very short) (?:answers?|repl(?:y|ies)|responses?|sentences?)|\bkeep (?:it|them) short"
    r"|(?:answers?|repl(?:y|ies)|responses?) (?:very )?short",
    re.IGNORECASE,
)
_LANGUAGES = [
    "spanish",
    "french",
    "german",
    "italian",
    "portuguese",
    "dutch",
    "polish",
    "russian",
    "ukrainian",
    "chinese",
    "mandarin",
    "japanese",
    "korean",
    "hindi",
    "arabic",
    "turkish",
    "swedish",
    "norwegian",
    "danish",
    "finnish",
    "greek",
    "czech",
    "hebrew",
    "vietnamese",
    "thai",
    "latin",
    "catalan",
    "welsh",
    "irish",
]
# "an expert in French cuisine" is no such wish: a verb of speaking must come shortly before.
_LANGUAGE = re.compile(
    r"\b(?:speak|respond|reply|answer|talk|converse|communicate|only)(?:s|ing)?\s+(?:[\w']+\s+){0,4}?"
    rf"({'|'.join(_LANGUAGES)})\b",
    re.IGNORECASE,
)
_LANGUAGE_NAME = re.compile(rf"\b({'|'.join(_LANGUAGES)})\b", re.IGNORECASE)
_PHRASE = r"\s*(?:the (?:words?|phrase)|saying|with)?\s*[:,]?\s*[\"']?([^\"\n.;]{1,80})"
_UNIT = (
    r"(?:every|each|all|your|any)(?: of your| one of your)?\s+"
    r"(?:repl(?:y|ies)|answers?|responses?|sentences?|messages?|turns?)"
)
_SUFFIX = re.compile(rf"\b(?:end|finish|close|conclude)\s+{_UNIT}\s+(?:with|by)\b{_PHRASE}", re.IGNORECASE)
_PREFIX = re.compile(rf"\b(?:start|begin|open)\s+{_UNIT}\s+(?:with|by)\b{_PHRASE}", re.IGNORECASE)
_ADDRESS = re.compile(
    r"\b(?:call|address)\s+(?:the user|the caller|me|them|the customer"
    r"|people)\s+(?:as\s+)?[\"']?([\w' -]{2,30})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Persona:
    """A name, a role ("a cheerful pirate", empty if none), and ways of speaking.

    `prefix` and `suffix` are words the prompt wants around every reply, `address` what to call the person,
    `language` a language other than English that the prompt asks for and the agent cannot speak.
    """

    name: str = DEFAULT_NAME
    role: str = ""
    style: Style | None = None
    brief: bool = False
    prefix: str = ""
    suffix: str = ""
    address: str = ""
    language: str = ""

    @property
    def is_default(self) -> bool:
        """Whether the prompt gave neither a name nor a role."""
        return self.name == DEFAULT_NAME and not self.role

    def introduction(self) -> str:
        """Return "I'm Captain Flint, a cheerful pirate."."""
        return f"I'm {self.name}, {self.role}." if self.role else f"I'm {self.name}."


@lru_cache(maxsize=64)
def parse(system_prompt: str) -> Persona:
    """Read the persona from a system prompt of any shape; an empty one gives the neutral persona."""
    prompt = straight_quotes(system_prompt[:_MAX_PROMPT_CHARS])
    name, role = _name_and_role(prompt)
    return Persona(
        name=name or DEFAULT_NAME,
        role=role,
        style=_style(prompt),
        brief=_BRIEF.search(prompt) is not None,
        prefix=_phrase(_PREFIX, prompt),
        suffix=_phrase(_SUFFIX, prompt),
        address=_phrase(_ADDRESS, prompt),
        language=_language(prompt),
    )


def language_in(text: str) -> str:
    """Return the first language other than English that `text` names, or nothing."""
    match = _LANGUAGE_NAME.search(text)
    return match.group(1).capitalize() if match else ""


def _name_and_role(prompt: str) -> tuple[str, str]:
    name = ""
    role_match = None
    for pattern in _NAMED:
        if (match := pattern.search(prompt)) and len(match.group(1)) <= _MAX_NAME_CHARS:
            name = speakable(match.group(1))
            role_match = re.compile(_APPOSITION).match(prompt, match.end())
            break
    role_match = role_match or _ROLE.search(prompt)
    return name, _tidy_role(role_match.group(1)) if role_match else ""


def _tidy_role(raw: str) -> str:
    role = _ROLE_ENDS.sub("", speakable(raw[: 4 * _MAX_ROLE_CHARS])).strip()
    words = role.split(maxsplit=1)
    if len(words) < 2:  # noqa: PLR2004 - an article alone says nothing
        return ""
    first = words[0].lower()
    return shorten(article(words[1]) if first in {"a", "an"} else f"{first} {words[1]}", _MAX_ROLE_CHARS)


def _style(prompt: str) -> Style | None:
    lowered = prompt.lower().replace("-", " ")
    for style in STYLES:
        for cue in style.cues:
            found = re.search(rf"\b{cue}\b", lowered)
            if found and not re.search(
                r"\b(?:not|never|don't|avoid|isn't)\s(?:\w+\s){0,3}$", lowered[: found.start()]
            ):
                return style
    return None


def _language(prompt: str) -> str:
    match = _LANGUAGE.search(prompt)
    return match.group(1).capitalize() if match else ""


def _phrase(pattern: re.Pattern[str], prompt: str) -> str:
    match = pattern.search(prompt)
    if not match:
        return ""
    words = re.split(
        r",?\s+(?:and|but|when|if)\s+(?:never|always|start|begin|end|keep|be|you|speak)\b", match.group(1)
    )[0]
    return shorten(speakable(words).strip(" ,'"), _MAX_PHRASE_CHARS)
