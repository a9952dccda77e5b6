"""Tells jokes, none twice in a call while there are others left."""

import re

from voice.agent.brain.turn import Answer, Turn

_ASKED = re.compile(
    r"\b(?:tell|know|say|give|got|hear|want|like|crack|have|another|more|one more|make)\b.*\b(?:jokes?"
    r"|laugh|something funny)\b"
    r"|^(?:a |another |one more |next )?jokes?(?: please)?$|^(?:something funny|be funny|make me laugh)$"
)
_MORE = re.compile(
    r"^(?:another(?: one)?|one more|again|more|tell me another(?: one)?|next one|do you have (?:another"
    r"|more))$"
)

JOKES = (
    "Why did the scarecrow win a prize? Because he was outstanding in his field.",
    "What do you call a fish without eyes? A fsh.",
    "Why don't scientists trust atoms? Because they make up everything.",
    "I told my computer I needed a break. It said: no problem, I'll go to sleep.",
    "Why did the bicycle fall over? It was two tired.",
    "What do you get when you cross a snowman with a vampire? Frostbite.",
    "Why was the microphone so calm? It knew it would be heard.",
    "What do you call cheese that isn't yours? Nacho cheese.",
    "Why do bees have sticky hair? Because they use honeycombs.",
    "How does a penguin build its house? Igloos it together.",
    "Why did the math book look sad? It had too many problems.",
    "What did the ocean say to the beach? Nothing, it just waved.",
)
# A joke counts as told when this much of it was heard.
_RECOGNISED_CHARS = 24


def match(turn: Turn) -> Answer | None:
    """Answer "tell me a joke", and "another one" after a joke."""
    told = [joke for joke in JOKES if any(joke[:_RECOGNISED_CHARS] in text for text in turn.agent_texts())]
    last = turn.agent_texts()[-1:]
    after_joke = any(joke[:_RECOGNISED_CHARS] in text for joke in told for text in last)
    if not (_ASKED.search(turn.core) or (after_joke and _MORE.match(turn.core))):
        return None
    untold = [joke for joke in JOKES if joke not in told]
    if not untold:
        return Answer(
            f"Those were all my jokes, so here is an old one. {turn.chance.choice(JOKES)}", exact=True
        )
    return Answer(turn.chance.choice(untold), exact=True)
