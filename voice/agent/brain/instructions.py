"""Follows the one-shot instructions of a `reply.create`: "Greet the user", "Tell the user that …", "Ask …".

Pure. It must never speak an instruction as if it were the agent's own knowledge: what has no rule is read out
as what it is.
"""

import re
from collections.abc import Callable

from voice.agent.brain.persona import language_in
from voice.agent.brain.skills import answer, answer_or_none, greeting
from voice.agent.brain.turn import Answer, Turn
from voice.agent.brain.wording import MAX_HEARD_CHARS, as_sentence, speakable, straight_quotes

_USER = r"(?:the )?(?:user|caller|customer|person|guest|client|human|them|him|her|me|us|everyone)"
_PLEASE = re.compile(
    r"^(?:(?:please|now|next|then|just|politely|briefly|kindly|you should|you must)[, ]+)+", re.IGNORECASE
)
# The person is spoken of in instructions and spoken to in the reply.
_TO_SECOND_PERSON = (
    (r"\b(?:they|the user|the caller|the customer) (?:are|is)\b", "you are"),
    (r"\b(?:they|the user|the caller|the customer) (?:have|has)\b", "you have"),
    (r"\b(?:the user|the caller|the customer)'s\b", "your"),
    (r"\b(?:they're)\b", "you're"),
    (r"\b(?:they've)\b", "you've"),
    (r"\btheirs\b", "yours"),
    (r"\btheir\b", "your"),
    (r"\bthemselves\b", "yourself"),
    (r"\b(?:they|them|the user|the caller|the customer)\b", "you"),
)
_STYLE_HINT = re.compile(
    r",? (?:in (?:one|a|a single|two|\d+) (?:short )?(?:sentences?|words?)|warmly|briefly|politely"
    r"|cheerfully|in a \w+ (?:way|tone|voice))"
    r"(?=\W*$)",
    re.IGNORECASE,
)
_GREET_BY_NAME = re.compile(r"\b(?:by name|called|named|whose name is|name is)[: ]+\"?([A-Z][\w'-]+)")


def follow(turn: Turn) -> Answer:
    """Return the reply to `turn.heard`, which holds the instructions."""
    given = speakable(straight_quotes(turn.heard[:MAX_HEARD_CHARS]))
    text = _PLEASE.sub("", _STYLE_HINT.sub("", given)).strip()
    for pattern, reply in _RULES:
        if found := pattern.match(text):
            return reply(turn, _words(found))
    asked = Turn(text, turn.conversation, turn.persona, turn.now, turn.chance)
    return answer_or_none(asked) or Answer(
        f"I was asked to do this, and have no rule for it: {text.rstrip(' .') or 'nothing at all'}."
    )


def _words(found: re.Match[str]) -> str:
    return (found.groupdict().get("words") or "").strip().strip('"').strip()


def _greet(turn: Turn, words: str) -> Answer:
    if language := language_in(words):
        return Answer(f"I can only speak English, not {language}: hello!", exact=True)
    named = _GREET_BY_NAME.search(words)
    hello = greeting.hello(turn)
    return Answer(f"Hello, {named[1]}! {hello.text}", exact=True) if named else hello


def _goodbye(turn: Turn, _: str) -> Answer:
    return greeting.goodbye(turn)


def _say(_: Turn, words: str) -> Answer:
    return Answer(as_sentence(words), exact=True)


def _tell(_: Turn, words: str) -> Answer:
    return Answer(as_sentence(_to_second_person(words)))


def _tell_something(turn: Turn, words: str) -> Answer:
    asked = Turn(f"tell me {words}", turn.conversation, turn.persona, turn.now, turn.chance)
    return answer_or_none(asked) or _tell(turn, words)


def _tell_answer(turn: Turn, words: str) -> Answer:
    return answer(Turn(f"tell me {words}", turn.conversation, turn.persona, turn.now, turn.chance))


def _ask(_: Turn, words: str) -> Answer:
    return Answer(f"Could you tell me {_to_second_person(words)}?")


def _ask_for(_: Turn, words: str) -> Answer:
    return Answer(f"Could you give me {_to_second_person(words)}?")


def _request(_: Turn, words: str) -> Answer:
    return Answer(f"Could you please {_to_second_person(words)}?")


def _remind(_: Turn, words: str) -> Answer:
    return Answer(as_sentence(f"please remember {_to_second_person(words)}"))


def _thank(_: Turn, words: str) -> Answer:
    return Answer(as_sentence(f"thank you {_to_second_person(words)}"))


def _apologise(_: Turn, words: str) -> Answer:
    return Answer(as_sentence(f"I'm sorry {_to_second_person(words)}"))


def _to_second_person(words: str) -> str:
    for pattern, replacement in _TO_SECOND_PERSON:
        words = re.sub(pattern, replacement, words, flags=re.IGNORECASE)
    return words.rstrip(" .!?")


def _rule(
    pattern: str, reply: Callable[[Turn, str], Answer]
) -> tuple[re.Pattern[str], Callable[[Turn, str], Answer]]:
    return re.compile(rf"^(?:{pattern})\W*$", re.IGNORECASE | re.DOTALL), reply


_GREETED = r"(?P<words>(?: (?:by name|called|named|whose)\b.*| and (?:introduce|offer|ask)\b.*| in .*)?)"
_EXACTLY = r"(?: (?:exactly|verbatim|only|out loud|aloud|the following|this|these words))*"
_QUESTION = r"(?:what|who|whose|where|when|why|how|which|if|whether|about)"
# Tried in order: what is said letter for letter first, then the wider readings.
_RULES = (
    _rule(
        r"(?:say |offer )?(?:hello|hi|good (?:morning|day|evening)|welcome|greet)"
        rf"(?: to)?(?: {_USER})?{_GREETED}",
        _greet,
    ),
    _rule(
        rf"say (?:good ?bye|bye)\b.*|wish {_USER} (?:well|goodbye)|end the (?:call|conversation).*", _goodbye
    ),
    _rule(rf"(?:say|repeat|read(?: out)?|announce|speak){_EXACTLY}\s*:\s*(?P<words>.+)", _say),
    _rule(r"(?:say|repeat|read(?: out)?|announce)(?: exactly)? \"(?P<words>.+)\"", _say),
    _rule(rf"(?:tell|inform|notify|let|remind) {_USER}(?: know)?(?: that|:) (?P<words>.+)", _tell),
    _rule(rf"(?:announce|mention|explain|say|state|confirm)(?: to {_USER})? that (?P<words>.+)", _tell),
    _rule(rf"remind {_USER} (?P<words>(?:to|about|of) .+)", _remind),
    _rule(rf"ask(?: {_USER})? (?P<words>{_QUESTION} .+)", _ask),
    _rule(rf"(?:ask(?: {_USER})?|request) (?:for )(?P<words>.+)", _ask_for),
    _rule(rf"(?:ask|tell|invite|encourage) {_USER} to (?P<words>.+)", _request),
    _rule(rf"thank {_USER}(?P<words>(?: for .+)?)", _thank),
    _rule(rf"apologi[sz]e(?: to {_USER})?(?P<words>(?: (?:for|that|about) .+)?)", _apologise),
    _rule(rf"tell {_USER} (?P<words>(?:a|an|another|the|your)\b.+)", _tell_something),
    _rule(rf"tell {_USER} (?P<words>{_QUESTION} .+)", _tell_answer),
    _rule(rf"tell {_USER} (?P<words>.+)", _tell),
    _rule(r"say (?P<words>.+)", _say),
)
