"""A brain with a fixed clock and dice, and short ways to put one turn to it."""

import random
from datetime import UTC, datetime

from voice.agent.brain import CallTool, Conversation, Message, RulesBrain, Say, Tool

# A Monday.
NOW = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)


def brain(seed: int = 1) -> RulesBrain:
    return RulesBrain(now=lambda: NOW, chance=random.Random(seed))  # noqa: S311 - test dice


def user(text: str) -> Message:
    return Message("user", text)


def agent(text: str) -> Message:
    return Message("agent", text)


def answer(
    said: str, *earlier: Message, prompt: str = "", tools: tuple[Tool, ...] = (), seed: int = 1
) -> Say | CallTool:
    return brain(seed).answer(Conversation(prompt, tools, (*earlier, user(said))))


def reply(said: str, *earlier: Message, prompt: str = "", seed: int = 1) -> str:
    answered = answer(said, *earlier, prompt=prompt, seed=seed)
    assert isinstance(answered, Say)
    return answered.text


def follow(instructions: str, *earlier: Message, prompt: str = "", tools: tuple[Tool, ...] = ()) -> str:
    answered = brain().answer(Conversation(prompt, tools, earlier, instructions))
    assert isinstance(answered, Say)
    return answered.text
