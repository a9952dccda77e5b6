"""What a session remembers of its talk, and how it is put to the brain.

Owns the messages and the notes, both bounded: the oldest are forgotten. It never decides who speaks.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from voice.agent.brain.base import Conversation, Message, Tool
from voice.agent.session_config import SessionConfig

MAX_MESSAGES: Final = 400  # an hour of talk has about three hundred
_MAX_NOTES: Final = 20


class Memory:
    """The conversation so far."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=MAX_MESSAGES)
        self._notes: deque[str] = deque(maxlen=_MAX_NOTES)

    def user_said(self, text: str) -> None:
        """Remember the person's words."""
        self._messages.append(Message("user", text))

    def agent_said(self, heard: str) -> None:
        """Remember what was heard of a reply; nothing, if nothing was."""
        if heard:
            self._messages.append(Message("agent", heard))

    def tools_said(self, answers: Iterable[Message]) -> None:
        """Remember what tools returned."""
        self._messages.extend(answers)

    def note(self, text: str) -> None:
        """Remember a remark of the client's system; it goes behind the system prompt."""
        self._notes.append(text)

    def conversation(
        self, config: SessionConfig, *, instructions: str | None = None, words: str | None = None
    ) -> Conversation:
        """Everything the next reply may depend on; `words` as if the person had just said them."""
        # As the deque will have them, the oldest forgotten.
        messages = [*self._messages, Message("user", words)] if words else list(self._messages)
        return Conversation(
            system_prompt="\n\n".join(filter(None, [config.system_prompt, *self._notes])),
            tools=tuple(Tool(tool.name, tool.description, tool.parameters) for tool in config.tools),
            messages=tuple(messages[-MAX_MESSAGES:]),
            instructions=instructions,
        )
