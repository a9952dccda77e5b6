"""What a session remembers of its talk, and how it is put to the brain.

Owns the messages and the notes, both bounded: the oldest are forgotten. It never decides who speaks.
The record of an earlier session at the end of a prompt counts as messages.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from voice.agent.brain.base import Conversation, Message, Tool
from voice.agent.session_config import SessionConfig
from voice.protocol.earlier import Said, split_earlier

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

    def user_typed(self, text: str) -> None:
        """Remember a typed text, which may have come as a message of its own just before."""
        if not self._messages or self._messages[-1] != Message("user", text):
            self.user_said(text)

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
        prompt, said = split_earlier(config.system_prompt)
        messages = [*map(_message, said), *self._messages]
        if words:
            messages.append(Message("user", words))
        return Conversation(
            system_prompt="\n\n".join(filter(None, [prompt, *self._notes])),
            tools=tuple(Tool(tool.name, tool.description, tool.parameters) for tool in config.tools),
            # As the deque will have them, the oldest forgotten.
            messages=tuple(messages[-MAX_MESSAGES:]),
            instructions=instructions,
        )


def _message(said: Said) -> Message:
    speaker, text = said
    return Message("user" if speaker == "user" else "agent", text)
