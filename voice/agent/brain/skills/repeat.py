"""Says again what was said, or says what it is asked to say."""

import re

from voice.agent.brain.turn import Answer, Turn
from voice.agent.brain.wording import MAX_HEARD_CHARS, as_sentence, shorten, speakable, straight_quotes

_AGAIN = re.compile(
    r"^(?:(?:say|repeat) (?:that|it|this)(?: again| once more| one more time)?|(?:say|come) again|repeat"
    r"|what did you (?:just )?say"
    r"|pardon(?: me)?|i did not (?:hear|catch|get|understand) (?:that|you|it)|what was that|once more"
    r"|one more time"
    r"|repeat (?:your(?: last)? (?:answer|reply|sentence)|what you (?:just )?said)|i beg your pardon"
    r"|excuse me|huh)$"
)
_AFTER_ME = re.compile(
    r"^\W*(?:(?:can|could|would|will) you |please |now |okay |ok |so |hey )*(?:please )?"
    r"(?:repeat after me|repeat the (?:words?|sentence|phrase)|repeat|say after me|say the (?:words?"
    r"|sentence|phrase)|say|echo)"
    r"\s*[:,.]?\s+(?P<words>\S.*?)(?:,? please)?\W*$",
    re.IGNORECASE | re.DOTALL,
)
# "say" that is a question or means something else.
_NOT_WORDS = re.compile(
    r"^(?:what|it|that|this|something|anything|again|a joke|a number|your name)\b",
    re.IGNORECASE,
)
_MAX_ECHO_CHARS = 300


def match(turn: Turn) -> Answer | None:
    """Answer "say that again" with the last reply, "repeat after me …" with the words."""
    if _AGAIN.match(turn.core) or _AGAIN.match(turn.plain):
        said = turn.agent_texts()
        return Answer(speakable(said[-1]), exact=True) if said else Answer("I haven't said anything yet.")
    found = _AFTER_ME.match(straight_quotes(turn.heard[:MAX_HEARD_CHARS]))
    if not found:
        return None
    words = speakable(found["words"].strip(" \"'"))
    if not re.search(r"\w", words) or _NOT_WORDS.match(words):
        return None
    return Answer(as_sentence(shorten(words, _MAX_ECHO_CHARS)), exact=True)
