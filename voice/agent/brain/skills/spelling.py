"""Spells words letter by letter."""

import re

from voice.agent.brain.turn import Answer, Turn
from voice.agent.brain.wording import join_words

_SPELL = re.compile(
    r"^(?:how (?:do|would|can|should) (?:you|i|we|one) |how is |how to )?spell(?: out)?(?: the)?(?: words?"
    r"| names?)? (?P<word>.+)$"
    r"|^how (?:is|are) (?P<passive>.+) spelled$|^what is the spelling of (?P<noun>.+)$"
)
_MAX_WORDS = 3
# The longest words of English dictionaries are shorter than this.
_MAX_LETTERS = 45
_SPOKEN_MARKS = {"'": "apostrophe", "-": "hyphen"}


def match(turn: Turn) -> Answer | None:
    """Answer "spell necessary" with "Necessary: N, E, C, E, S, S, A, R, Y."."""
    found = _SPELL.match(turn.core)
    if not found:
        return None
    words = (found["word"] or found["passive"] or found["noun"]).removeprefix("the word ").split()
    if len(words) > _MAX_WORDS:
        words = words[-1:]
    if sum(len(word) for word in words) > _MAX_LETTERS:
        return Answer("That is too long to spell out. Try one word.")
    spelled = [", ".join(_SPOKEN_MARKS.get(c, c.upper()) for c in word) for word in words]
    text = join_words(spelled, last="then")
    return Answer(f"{' '.join(words).capitalize()}: {text}.")
