"""What a brain is given and what it gives back.

Owns the plain values between the local agent's server and whichever brain writes its replies. It must never
know about sockets, audio or a particular brain.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Tool:
    """A function the client offers. `parameters` is its JSON Schema, exactly as sent: it may be malformed."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class Message:
    """One entry of the call so far, oldest first.

    An agent message holds what was heard, so it is cut short where the person interrupted. A tool message
    holds the tool's result as sent by the client, with the `call_id`, `tool_name` and `arguments` of the
    call that it answers.
    """

    role: Literal["user", "agent", "tool"]
    text: str
    call_id: str | None = None
    tool_name: str | None = None
    is_error: bool = False
    arguments: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Conversation:
    """Everything a reply may depend on. `instructions` are those of one `reply.create`, for one reply."""

    system_prompt: str
    tools: tuple[Tool, ...]
    messages: tuple[Message, ...]
    instructions: str | None = None


@dataclass(frozen=True)
class Say:
    """One or more whole sentences to speak: plain text, no Markdown."""

    text: str


@dataclass(frozen=True)
class CallTool:
    """A call of one of the offered tools. Its result is spoken by a later reply, after the tool message."""

    name: str
    arguments: Mapping[str, object]


class Brain(Protocol):
    """Writes the agent's replies."""

    def reply(self, conversation: Conversation) -> AsyncGenerator[Say | CallTool, None]:
        """Answer the newest message, the tool results at the end, or the instructions.

        Always yields at least one item and never raises for anything in `conversation`. Close the generator
        (`contextlib.aclosing`) to abandon an interrupted reply; that also ends any request under way.
        """
        ...
