"""The local agent's own skills, in the order in which they are asked. Each has one job."""

from voice.agent.brain.skills import (
    about,
    arithmetic,
    chance,
    clock,
    counting,
    fallback,
    greeting,
    jokes,
    memory,
    repeat,
    spelling,
    units,
)
from voice.agent.brain.turn import Answer, Skill, Turn

# Recall comes before repetition ("what did I say"), both before what reads only single words.
SKILLS: tuple[Skill, ...] = (
    greeting.match,
    memory.match,
    about.match,
    jokes.match,
    spelling.match,
    counting.match,
    clock.match,
    units.match,
    arithmetic.match,
    chance.match,
    repeat.match,
)


def answer_or_none(turn: Turn) -> Answer | None:
    """Return the first skill's answer, or None if none of them understands the turn."""
    return next((found for skill in SKILLS if (found := skill(turn)) is not None), None)


def answer(turn: Turn) -> Answer:
    """Return the first skill's answer, or the honest fallback."""
    return answer_or_none(turn) or fallback.match(turn)
