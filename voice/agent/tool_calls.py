"""The tool calls of one session: opened, answered, timed out, abandoned.

Pure but for random ids: time is passed in. Owns which answers are still wanted. It never speaks.
"""

import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from voice.agent.brain.base import Message
from voice.protocol.config import FunctionTool

MAX_OPEN_CALLS: Final = 16
# Answers to calls of a cut reply may come late; they are no mistake of the client for this many calls.
_REMEMBERED_ABANDONED: Final = 64
_MAX_RESULT_CHARS: Final = 20_000
_TIMED_OUT: Final = "The tool did not answer in time."


class Answer(Enum):
    """What became of a `tool.result`."""

    TAKEN = auto()
    ABANDONED = auto()  # its reply was interrupted; the result is dropped
    UNKNOWN = auto()


@dataclass(slots=True)
class _Call:
    call_id: str
    reply_id: str
    tool: FunctionTool
    arguments: Mapping[str, object]
    deadline: float
    answer: Message | None = None


class ToolCalls:
    """Open calls in the order they were made."""

    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}
        self._abandoned: deque[str] = deque(maxlen=_REMEMBERED_ABANDONED)

    @property
    def holding(self) -> bool:
        """Whether an unanswered call keeps the agent from talking to the person meanwhile."""
        return any(c.tool.execution_mode == "hold" and c.answer is None for c in self._calls.values())

    @property
    def full(self) -> bool:
        """Whether no further call may be opened."""
        return len(self._calls) >= MAX_OPEN_CALLS

    def open(self, reply_id: str, tool: FunctionTool, arguments: Mapping[str, object], now: float) -> str:
        """Note a call and return its id."""
        call_id = f"chatcmpl-tool-{secrets.token_hex(16)}"
        self._calls[call_id] = _Call(call_id, reply_id, tool, arguments, now + tool.timeout_seconds)
        return call_id

    def answer(self, call_id: str, result: str, *, is_error: bool) -> Answer:
        """Note a result. A second one for the same call is unknown."""
        call = self._calls.get(call_id)
        if call is None or call.answer is not None:
            return Answer.ABANDONED if call_id in self._abandoned else Answer.UNKNOWN
        call.answer = _message(call, result[:_MAX_RESULT_CHARS], is_error=is_error)
        return Answer.TAKEN

    def expire(self, now: float) -> list[str]:
        """Answer the calls whose time is up with an error; return their ids."""
        late = [c for c in self._calls.values() if c.answer is None and c.deadline <= now]
        for call in late:
            call.answer = _message(call, _TIMED_OUT, is_error=True)
            self._abandoned.append(call.call_id)
        return [call.call_id for call in late]

    def abandon(self, reply_id: str) -> None:
        """Forget the calls of an interrupted reply; their results will be dropped."""
        for call_id in [c.call_id for c in self._calls.values() if c.reply_id == reply_id]:
            del self._calls[call_id]
            self._abandoned.append(call_id)

    def all_answered(self, reply_id: str) -> bool:
        """Whether no call of this reply is open any more."""
        return all(c.answer is not None for c in self._calls.values() if c.reply_id == reply_id)

    def take_answers(self) -> list[Message]:
        """Remove and return the answers of every reply whose calls are all answered."""
        ready = [c for c in self._calls.values() if self.all_answered(c.reply_id)]
        for call in ready:
            del self._calls[call.call_id]
        return [call.answer for call in ready if call.answer is not None]


def _message(call: _Call, text: str, *, is_error: bool) -> Message:
    return Message(
        "tool",
        text,
        call_id=call.call_id,
        tool_name=call.tool.name,
        is_error=is_error,
        arguments=call.arguments,
    )
