"""Works out sums said in words or digits."""

import re

from voice.agent.brain.expression import CannotCalculate, evaluate
from voice.agent.brain.numbers import is_exact, spoken
from voice.agent.brain.turn import Answer, Turn
from voice.agent.brain.wording import as_sentence, shorten

_ASKING = re.compile(
    r"^(?:(?:what (?:is|are|does|do|about)|how (?:much|many) (?:is|are|does|do)|calculate|compute|work out"
    r"|evaluate"
    r"|solve|figure out|tell me|give me|find|the (?:result|answer|value) of|what|how much|the answer to) )+"
)
_ENDING = re.compile(r"(?: (?:equals?(?: to)?(?: what)?|is(?: what)?|make|give|come to|what))+$")
# "Add 5 and 7 is 12" is no sentence.
_VERB = re.compile(r"add|subtract|multiply|divide|increase|decrease|reduce|double|triple")
_MAX_RESTATED_CHARS = 120


def match(turn: Turn) -> Answer | None:
    """Answer "what is twelve times seven" with "12 times 7 is 84."."""
    return _answer(sum_in(turn))


def sum_in(turn: Turn) -> str:
    """What is left of the sentence to be worked out, if it asks for that at all."""
    sentence = turn.digits
    # Asked backwards, the words "what percent of" are part of the sum itself.
    if " percent" not in sentence or not re.search(r"what percent", sentence):
        sentence = _ENDING.sub("", _ASKING.sub("", sentence))
    return re.sub(r"^the ", "", sentence)


def _answer(sentence: str) -> Answer | None:
    try:
        value = evaluate(sentence)
    except CannotCalculate as error:
        return Answer(f"I can't work that out: {error}.")
    if value is None:
        return None
    result = f"{'' if is_exact(value) else 'about '}{spoken(value)}"
    if "what percent" in sentence:
        return Answer(f"That is {result} percent.")
    said = "that" if _VERB.match(sentence) else shorten(sentence, _MAX_RESTATED_CHARS)
    return Answer(as_sentence(f"{said} is {result}"))
