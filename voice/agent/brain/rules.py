"""The brain that answers by rules: offline, at once, the same for the same clock and dice.

Owns the order of things: instructions, then tool results, then tools, then the agent's own skills. It must
never answer a question of fact that no rule computes.
"""

import random
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from itertools import takewhile

from voice.agent.brain import instructions, results, skills, tools
from voice.agent.brain.base import CallTool, Conversation, Say
from voice.agent.brain.delivery import deliver
from voice.agent.brain.persona import parse
from voice.agent.brain.turn import Answer, Turn


def local_now() -> datetime:
    """Return this computer's time, with its time zone."""
    return datetime.now().astimezone()


class RulesBrain:
    """Answers without network and language model. It holds nothing of a call, so calls may share one."""

    def __init__(
        self, *, now: Callable[[], datetime] = local_now, chance: random.Random | None = None
    ) -> None:
        self._now = now
        self._chance = chance or random.Random()  # noqa: S311 - coins and jokes, no secrets

    async def reply(self, conversation: Conversation) -> AsyncGenerator[Say | CallTool, None]:
        """Yield sentences to say, or one tool to call. Never raises for what `conversation` holds."""
        yield self.answer(conversation)

    def answer(self, conversation: Conversation) -> Say | CallTool:
        """Return the reply at once; `reply` for callers that do not stream."""
        persona = parse(conversation.system_prompt)
        newest = conversation.messages[-1] if conversation.messages else None
        heard = newest.text if newest and newest.role == "user" else ""
        instructed = (conversation.instructions or "").strip()
        turn = Turn(instructed or heard, conversation, persona, self._now(), self._chance)
        answer = self._route(turn)
        return answer if isinstance(answer, CallTool) else Say(deliver(answer, persona, turn.agent_texts()))

    def _route(self, turn: Turn) -> CallTool | Answer:
        messages = turn.conversation.messages
        if turn.conversation.instructions and turn.conversation.instructions.strip():
            return tools.use(turn) or instructions.follow(turn)
        if told := list(takewhile(lambda message: message.role == "tool", reversed(messages))):
            return results.speak(told[::-1])
        if messages and messages[-1].role == "user":
            return tools.use(turn) or skills.answer(turn)
        if messages:
            return Answer("I'm still here. What would you like to do next?")
        return skills.greeting.hello(turn)
