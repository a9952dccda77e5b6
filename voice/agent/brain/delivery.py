"""Puts an answer into the persona's mouth: its style, its brevity, the phrases that its prompt asks for.

Pure. It must never alter the words of an exact answer, and never return nothing or more than a spoken reply.
"""

from voice.agent.brain.persona import Persona
from voice.agent.brain.sentences import split
from voice.agent.brain.styles import dress
from voice.agent.brain.turn import Answer
from voice.agent.brain.wording import MAX_REPLY_CHARS, as_sentence, shorten, speakable

ONLY_ENGLISH = "I can only speak English."
# Leaves room for everything a persona puts around the answer.
_MAX_ANSWER_CHARS = 400


def deliver(answer: Answer, persona: Persona, agent_texts: list[str]) -> str:
    """Return the reply to speak. `agent_texts` are the earlier replies; phrases rotate with their number."""
    text = shorten(speakable(answer.text), _MAX_ANSWER_CHARS) or "I have nothing to say to that."
    if not answer.exact:
        if persona.brief:
            text = split(text)[0]
        if persona.address:
            text = f"{persona.address[0].upper()}{persona.address[1:]}, {_continued(text)}"
        if persona.style:
            text = dress(text, persona.style, len(agent_texts))
    if persona.language and not any(ONLY_ENGLISH in earlier for earlier in agent_texts):
        text = f"{ONLY_ENGLISH} {text}"
    parts = [as_sentence(persona.prefix), text, as_sentence(persona.suffix)]
    return shorten(" ".join(part for part in parts if part), MAX_REPLY_CHARS)


def _continued(text: str) -> str:
    """Lower the first letter of a sentence that now follows a comma, except in names and "I"."""
    first = text.split(maxsplit=1)[0]
    lowers = first in {
        "The",
        "That",
        "Today",
        "Tomorrow",
        "Yesterday",
        "It",
        "It's",
        "My",
        "You",
        "Your",
        "Okay",
    }
    return text[0].lower() + text[1:] if lowers else text
