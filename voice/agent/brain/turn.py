"""What a skill sees of one turn, and what it answers.

Pure values. It must never hold state from one turn to the next: what was said before is in the conversation.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from voice.agent.brain.base import Conversation
from voice.agent.brain.numbers import with_digits
from voice.agent.brain.persona import Persona
from voice.agent.brain.wording import normalize, without_courtesy


@dataclass(frozen=True)
class Turn:
    """One utterance to answer. `now` carries a time zone; `chance` is the only randomness a skill may use."""

    heard: str
    conversation: Conversation
    persona: Persona
    now: datetime
    chance: random.Random

    @cached_property
    def plain(self) -> str:
        """The utterance in lower case, without punctuation and contractions, and with number words kept."""
        return without_vocative(normalize(self.heard), self.persona.name)

    @cached_property
    def core(self) -> str:
        """`plain` without courtesies such as "could you please"."""
        return without_courtesy(self.plain)

    @cached_property
    def digits(self) -> str:
        """`core` with every number in digits."""
        return with_digits(self.core)

    @property
    def is_question(self) -> bool:
        """Whether the recogniser's punctuation says so."""
        return self.heard.rstrip().endswith("?")

    def user_texts(self) -> list[str]:
        """What the person said before this turn, oldest first."""
        texts = [m.text for m in self.conversation.messages if m.role == "user"]
        return texts[:-1] if texts and texts[-1] == self.heard else texts

    def agent_texts(self) -> list[str]:
        """What the person heard the agent say, oldest first."""
        return [m.text for m in self.conversation.messages if m.role == "agent" and m.text.strip()]


@dataclass(frozen=True)
class Answer:
    """A skill's answer. An `exact` one is spoken letter for letter, whatever the persona's style."""

    text: str
    exact: bool = False


Skill = Callable[[Turn], Answer | None]


def without_vocative(plain: str, name: str) -> str:
    """Drop the agent's name where the person calls it by it, at either end: "flint what time is it"."""
    called = normalize(name)
    for call in sorted({called, called.split()[-1] if called else ""}, key=len, reverse=True):
        if not call or plain == call:
            continue
        plain = plain.removeprefix(f"hey {call} ").removeprefix(f"{call} ").removesuffix(f" {call}")
    return plain
