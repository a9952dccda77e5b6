"""What is said when nothing else matched: an honest "I can't", or what was heard. It never invents a fact."""

import re

from voice.agent.brain.numbers import numbers_in, spoken
from voice.agent.brain.persona import DEFAULT_NAME
from voice.agent.brain.turn import Answer, Turn
from voice.agent.brain.wording import join_words, quoted_speech

_QUESTION = re.compile(
    r"^(?:what|who|whom|whose|where|when|why|how|which|is|are|am|was|were|do|does|did|can|could|will|would"
    r"|should|shall|may"
    r"|has|have|had|define|explain|tell me (?:about|what|who|where|when|why|how|if|whether)|describe)\b"
)
_ORDER = re.compile(
    r"^(?:tell|give|show|play|open|close|call|set|send|book|order|remind|buy|write|translate|sing|search"
    r"|find|look up|read"
    r"|turn|switch|start|schedule|text|email|recommend|make|create|list|check|add|delete|cancel|google"
    r"|look)\b"
)
_WEATHER = re.compile(r"\b(?:weather|rain|raining|sunny|forecast|temperature outside|snow|snowing)\b")
_NEWS = re.compile(r"\b(?:news|headlines|score|stock|stocks|price of|election|traffic)\b")
_MAX_NUMBERS = 12
_ADDED_UP = 2

# Each suggestion is something that another skill does answer.
_SUGGESTIONS = (
    "I can do sums, convert units or tell a joke.",
    "Try asking me the time, or to spell a word.",
    "You could say: what is fifteen percent of eighty?",
    "Say help to hear what I can do.",
)


def match(turn: Turn) -> Answer:
    """Answer anything."""
    if not re.search(r"\w", turn.heard):
        return Answer("I didn't catch any words. Please say that again.")
    words = turn.core
    if _QUESTION.match(words) or _QUESTION.match(turn.plain) or turn.is_question:
        return Answer(
            f"{_as_role(turn)}{_reason(words)}, so I can't answer: {quoted_speech(turn.heard)}."
            f" {_suggestion(turn)}"
        )
    if _ORDER.match(words):
        return Answer(f"I have no rule or tool to do this: {quoted_speech(turn.heard)}. {_suggestion(turn)}")
    return _acknowledge(turn)


def _reason(words: str) -> str:
    if _WEATHER.search(words):
        return "I'm offline and have no weather report"
    if _NEWS.search(words):
        return "I'm offline and have no news or prices"
    return "I'm offline and have no facts to look up"


def _as_role(turn: Turn) -> str:
    """Say who speaks now and then: in every answer it would grate."""
    persona = turn.persona
    if persona.is_default or len(turn.agent_texts()) % 2:
        return ""
    if persona.name != DEFAULT_NAME:
        return f"{persona.name} here: "
    return "" if persona.style else f"Even as {persona.role}, "


def _acknowledge(turn: Turn) -> Answer:
    heard = f"I heard: {quoted_speech(turn.heard)}."
    values = numbers_in(turn.digits)[:_MAX_NUMBERS]
    if len(values) >= _ADDED_UP and len(values) >= len(turn.digits.split()) / 2:
        listed = join_words([spoken(value) for value in values])
        return Answer(
            f"{heard} The numbers are {listed}; together that makes "
            f"{spoken(sum(values, start=values[0] * 0))}."
        )
    if values:
        listed = join_words([spoken(value) for value in values])
        return Answer(
            f"{heard} I noted the number{'s' if len(values) > 1 else ''} {listed}. {_suggestion(turn)}"
        )
    return Answer(f"{heard} {_suggestion(turn)}")


def _suggestion(turn: Turn) -> str:
    return _SUGGESTIONS[len(turn.agent_texts()) % len(_SUGGESTIONS)]
