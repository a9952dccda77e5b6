"""Greetings, thanks, goodbyes and being told to stop."""

import re

from voice.agent.brain.turn import Answer, Turn

_HELLO = re.compile(
    r"^(?:say )?(?:(?:hello|hi|hey|hiya|howdy|ahoy|greetings|good (?:morning|afternoon|evening|day)|yo"
    r"|hallo)(?: (?:there|again|"
    r"everyone|my friend|agent|you|matey|to me))?(?: |$))+$"
)
_HELLO_THEN_HOW = re.compile(
    r"^(?:(?:hello|hi|hey|good (?:morning|afternoon"
    r"|evening))(?: there)? )?(?:and )?(?:how are you(?: doing| feeling)?"
    r"(?: today)?|how is it going|how do you do|how have you been|what is up|how are things|are you (?:ok"
    r"|okay|well))$"
)
_THANKS = re.compile(
    r"^(?:(?:great|ok|okay|cool|perfect|good|nice|wonderful|no) )?(?:thanks|thank you|cheers"
    r"|much appreciated)\b(?: (?:so|very|a|lot"
    r"|much|you|for|that|the|your|help|again|is|all|was|helpful))*$"
)
_PRAISE = re.compile(
    r"^(?:(?:that|it|you) (?:is|was|are|were) )?(?:very |really |so |pretty )?(?:good|great|nice|cool"
    r"|awesome|amazing|funny"
    r"|perfect|well done|good job|nice one|excellent|wonderful|hilarious|fantastic|clever|smart|impressive)"
    r"(?: (?:job|one|work|joke|answer|bot|agent))?$"
)
_GOODBYE = re.compile(
    r"^(?:thanks |thank you |say )?(?:good ?bye|bye(?: bye)?|see you(?: later| soon| tomorrow)?"
    r"|good ?night|farewell|talk to you later"
    r"|i have to go|i have got to go|that is all|hang up|end the call|take care)(?: (?:for now|now|then"
    r"|everyone|agent|bye|goodbye))*$"
)
_STOP = re.compile(
    r"^(?:stop(?: it| that| talking| please| now)?|never ?mind|cancel(?: that)?|forget (?:it|that"
    r"|about it)|be quiet|quiet|shut up"
    r"|enough|that is enough|hush|no(?: thank you| thanks)|leave it|wait(?: a (?:moment|second|minute))?"
    r"|hold on|pause|silence)$"
)
_YES_NO = re.compile(
    r"^(?:yes|yeah|yep|sure|no|nope|ok|okay|alright|right|fine|uh huh|mm hmm|hmm+|mhm|maybe)$"
)
_REPLIES = (
    (_HELLO_THEN_HOW, "I'm running well, thank you. What would you like to try?"),
    (_THANKS, "You're welcome. Anything else?"),
    (_STOP, "Okay, I'll leave it. Tell me when you want something else."),
    (_PRAISE, "Thank you, that's kind. What shall we do next?"),
    (_YES_NO, "Okay. What would you like to do? You can ask for a joke, a sum or the time."),
)
_MORNING_UNTIL, _AFTERNOON_UNTIL = 12, 18


def match(turn: Turn) -> Answer | None:
    """Answer a greeting, thanks, praise, a goodbye, "stop", or a bare yes or no."""
    if _HELLO.match(turn.plain):
        return hello(turn)
    if _GOODBYE.match(turn.plain) or _GOODBYE.match(turn.core):
        return goodbye(turn)
    for pattern, text in _REPLIES:
        if pattern.match(turn.plain) or pattern.match(turn.core):
            return Answer(text)
    return None


def goodbye(turn: Turn) -> Answer:
    """Take leave in the persona's way."""
    style = turn.persona.style
    return Answer(style.goodbye if style else "Goodbye! It was good to talk.", exact=True)


def hello(turn: Turn) -> Answer:
    """Greet, with the agent's name the first time."""
    style = turn.persona.style
    opening = style.hello if style else f"Good {_part_of_day(turn.now.hour)}!"
    if turn.persona.name in " ".join(turn.agent_texts()):
        return Answer(f"{opening} What can I do for you?", exact=True)
    return Answer(f"{opening} {turn.persona.introduction()} What can I do for you?", exact=True)


def _part_of_day(hour: int) -> str:
    return "morning" if hour < _MORNING_UNTIL else "afternoon" if hour < _AFTERNOON_UNTIL else "evening"
