"""The OpenAI-compatible chat protocol: what a request holds, what a streamed answer says.

Pure. It must never see the API key. The endpoint is somebody else's program: what it sends is checked first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from voice.agent.brain.base import CallTool, Conversation, Message

SPOKEN_STYLE = (
    "Your words are spoken aloud in a phone-like conversation. Answer in a few short sentences of plain text,"
    " without Markdown, lists or emoji."
)
_DATA = b"data:"
_DONE = b"[DONE]"
# A line of a stream is a few hundred bytes; an endpoint that never ends one must not fill the memory.
MAX_LINE_BYTES = 256 * 1024
_MAX_TOOL_CALLS = 8
_MAX_ARGUMENTS_CHARS = 64 * 1024


class BadStream(ValueError):
    """The endpoint's stream breaks the protocol. The text says how, never what was sent."""


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _ToolCall(msgspec.Struct):
    index: int = 0
    function: _Function | None = None


class _Delta(msgspec.Struct):
    content: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []
    error: Any = None


def request_body(conversation: Conversation, model: str) -> dict[str, object]:
    """Return the JSON body that asks `model` for the next reply."""
    prompt = "\n\n".join(part for part in (conversation.system_prompt.strip(), SPOKEN_STYLE) if part)
    messages: list[dict[str, object]] = [{"role": "system", "content": prompt}]
    messages += _history(conversation.messages)
    if conversation.instructions and conversation.instructions.strip():
        messages.append({"role": "system", "content": conversation.instructions})
    body: dict[str, object] = {"model": model, "messages": messages, "stream": True}
    if conversation.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": dict(tool.parameters),
                },
            }
            for tool in conversation.tools
        ]
    return body


def _history(messages: tuple[Message, ...]) -> list[dict[str, object]]:
    history: list[dict[str, object]] = []
    for at, message in enumerate(messages):
        if message.role == "tool":
            history += _call_and_result(message, message.call_id or f"call_{at}")
        elif message.text.strip():
            role = "user" if message.role == "user" else "assistant"
            history.append({"role": role, "content": message.text})
    return history


def _call_and_result(message: Message, call_id: str) -> list[dict[str, object]]:
    """A result is only valid after its call, which the conversation does not list by itself."""
    function = {"name": message.tool_name or "tool", "arguments": json.dumps(dict(message.arguments or {}))}
    call = {"id": call_id, "type": "function", "function": function}
    result = f"Error: {message.text}" if message.is_error else message.text
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call_id, "content": result},
    ]


class LineReader:
    """Cuts a byte stream into lines, holding at most one unfinished line of bounded length."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Add `data`, return the lines it completed. Raises `BadStream` for a line without end."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_LINE_BYTES:
            raise BadStream("a line of the stream never ends")
        return [line.rstrip(b"\r") for line in lines]


@dataclass
class _Call:
    name: str = ""
    arguments: str = ""


@dataclass
class Answer:
    """A streamed answer as it arrives: text to hand on, tool calls to collect until the end."""

    done: bool = False  # the stream says that it is over
    finished: bool = False  # the answer is complete; some endpoints then just hang up
    _calls: dict[int, _Call] = field(default_factory=dict)

    def read(self, line: bytes) -> str:
        """Return the text in one line of the stream, often none. Raises `BadStream` for what is no chunk."""
        if not line.startswith(_DATA):
            return ""  # comments, event names and blank lines of server-sent events
        data = line.removeprefix(_DATA).strip()
        if data == _DONE:
            self.done = self.finished = True
            return ""
        try:
            chunk = msgspec.json.decode(data, type=_Chunk)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise BadStream("a chunk of the stream is not what the protocol allows") from error
        if chunk.error is not None:
            raise BadStream("the endpoint reported an error in the stream")
        if not chunk.choices:
            return ""
        self.finished = self.finished or chunk.choices[0].finish_reason is not None
        delta = chunk.choices[0].delta
        if delta is None:
            return ""
        for part in delta.tool_calls or []:
            self._collect(part)
        return delta.content or ""

    def _collect(self, part: _ToolCall) -> None:
        call = self._calls.setdefault(part.index, _Call())
        if part.function is not None:
            call.name = call.name or part.function.name or ""
            call.arguments += part.function.arguments or ""
        if len(self._calls) > _MAX_TOOL_CALLS or len(call.arguments) > _MAX_ARGUMENTS_CHARS:
            raise BadStream("the endpoint called too many tools, or with too long arguments")

    def calls(self, names: frozenset[str]) -> list[CallTool]:
        """Return the tool calls, in order. Raises `BadStream` for a tool not in `names` or bad arguments."""
        return [_checked(self._calls[index], names) for index in sorted(self._calls)]


def _checked(call: _Call, names: frozenset[str]) -> CallTool:
    if call.name not in names:
        raise BadStream("the endpoint called a tool that was not offered")
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise BadStream("the endpoint called a tool with arguments that are no JSON") from error
    if not isinstance(arguments, Mapping):
        raise BadStream("the endpoint called a tool with arguments that are no JSON object")
    return CallTool(call.name, dict(arguments))
