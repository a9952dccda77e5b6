"""Remembers the call: what was said, and the person's name."""

import re

from voice.agent.brain.turn import Answer, Turn
from voice.agent.brain.wording import normalize, quoted_speech, straight_quotes

_FIRST = re.compile(
    r"\bwhat (?:did|was|were) (?:i|the first|my first).*\bfirst\b|^what was (?:the )?first (?:thing"
    r"|sentence|words?)(?: that)? i said$"
    r"|^what did i (?:say|ask)(?: you)? (?:at the (?:start|beginning)|first)$"
)
_LAST = re.compile(
    r"^what did i (?:just )?(?:say|ask|tell you)(?: (?:just now|before|last|you))*$"
    r"|^what was (?:the )?last thing i said$"
    r"|^(?:do you remember )?what i (?:just )?said$|^what have i (?:just )?said$"
)
_COUNT = re.compile(
    r"^how (?:many|often) (?:times|things|turns|sentences|questions)? ?(?:have|did) i (?:said|say|spoken"
    r"|speak|asked|ask).*$"
)
_ALL = re.compile(
    r"^(?:summarize|sum up|recap)(?: (?:this|the|our))?(?: (?:call|conversation|chat))?(?: so far)?$"
    r"|^what (?:have we|did we) (?:talked?|spoken?|speak) about(?: so far)?$"
)
_ASKS_NAME = re.compile(
    r"^(?:what is my name|who am i|do you (?:know|remember) my name|say my name|remember my name)$"
)
_NAME = r"(?P<name>[A-Z][a-z'-]+(?: [A-Z][a-z'-]+)?)"
_NAME_CUE = re.compile(rf"\b(?i:my name is|my name's|call me|i am called)\s+{_NAME}(?=\W*$|[,.!?]| and )")
# "I'm" and "this is" introduce much else than names: only alone, perhaps after a greeting.
_NAME_ALONE = re.compile(rf"^(?i:(?:hello|hi|hey)\W+)?(?i:i'm|i am|this is)\s+{_NAME}\W*$")
_NAME_PLAIN = re.compile(
    r"^(?:(?:hello|hi|hey) )*(?:my name is|call me) (?P<name>[a-z][\w'-]+)(?: [a-z][\w'-]+)?$"
)
_NO_NAMES = frozenset(
    ["back", "later", "tomorrow", "when", "if", "not", "now", "maybe", "crazy", "sorry", "fine"]
)
# A longer speech is no introduction.
_MAX_INTRODUCTION_CHARS = 200
_SPOKEN_OF = 4


def match(turn: Turn) -> Answer | None:
    """Answer "what did I say first", "what's my name", and take note of "my name is Anna"."""
    said = [text for text in turn.user_texts() if text.strip()]
    if _ASKS_NAME.match(turn.core) or _ASKS_NAME.match(turn.plain):
        name = next(filter(None, map(name_in, reversed(said))), "")
        return Answer(f"You told me your name is {name}." if name else "You haven't told me your name yet.")
    if name := name_in(turn.heard):
        return Answer(f"Nice to meet you, {name}. What can I do for you?")
    recall = _recall(turn.core, said)
    return Answer(recall) if recall else None


def _recall(asked: str, said: list[str]) -> str:
    asked_first, asked_last = _FIRST.search(asked), _LAST.match(asked)
    if not said and (asked_first or asked_last or _COUNT.match(asked) or _ALL.match(asked)):
        return "That was the first thing you said in this call."
    if asked_first:
        return f"The first thing you said was: {quoted_speech(said[0])}."
    if asked_last:
        return f"Just before that you said: {quoted_speech(said[-1])}."
    if _COUNT.match(asked):
        return f"Before that question you spoke {len(said)} {'time' if len(said) == 1 else 'times'}."
    if _ALL.match(asked):
        heard = "; ".join(quoted_speech(text, 60) for text in said[-_SPOKEN_OF:])
        return (
            f"You spoke {len(said)} {'time' if len(said) == 1 else 'times'} so far. Lately you said: {heard}."
        )
    return ""


def name_in(heard: str) -> str:
    """Return the name by which the person introduces themselves, or nothing."""
    text = straight_quotes(heard[:_MAX_INTRODUCTION_CHARS])
    found = _NAME_CUE.search(text) or _NAME_ALONE.match(text) or _NAME_PLAIN.match(normalize(text))
    name = found["name"] if found else ""
    if not name or name.split()[0].lower() in _NO_NAMES:
        return ""
    return name[0].upper() + name[1:]
