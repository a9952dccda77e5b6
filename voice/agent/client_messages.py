"""A client's messages as the service's schema takes them.

Owns what is read and what is not: which keys must be known, what null stands for, and which complaint a wrong
type gets. Ranges and rules between fields are in `validation`. Never raises.
"""

import re
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from msgspec import UNSET, UnsetType
from msgspec import inspect as shapes

from voice.agent.validation import Refusal
from voice.protocol.client_events import (
    AnyClientEvent,
    ConversationMessage,
    InputAudio,
    ReplyCancel,
    ReplyCreate,
    SessionEnd,
    SessionResume,
    SessionUpdate,
    ToolResult,
)
from voice.protocol.config import (
    AudioFormat,
    InputPatch,
    OutputPatch,
    SessionPatch,
    TurnDetection,
)

_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeError, RecursionError)
_QUOTED_CHARS: Final = 80
_NAMES: Final = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}
# How msgspec says what is wrong with a value, and where.
_PROBLEM: Final = re.compile(
    r"(?:Expected `(?P<wanted>[^`]+)`(?:, got `\w+`| of length <= (?P<longest>\d+))"
    r"|.*missing required field `(?P<missing>\w+)`|.*?)"
    r"(?: - at `\$\.?(?P<path>[^`]*)`)?"
)
_INDEX: Final = re.compile(r"\[\d+\]")


class _Webhook(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    events: list[str]
    secret: str | None = None


class _Session(msgspec.Struct, forbid_unknown_fields=True):
    """The outer shape of `session`. The service checks what is inside later, and complains differently."""

    agent_id: str | None = None
    system_prompt: str | None = None
    greeting: str | UnsetType = UNSET  # null was refused (2026-09)
    tools: list[dict[str, Any]] | None = None
    input: dict[str, Any] | None = None
    output: dict[str, Any] | None = None
    llm: list[dict[str, Any]] | None = None
    pre_connect_requests: list[dict[str, Any]] | None = None
    webhook: _Webhook | None = None


class _SessionUpdate(msgspec.Struct, tag_field="type", tag="session.update"):
    session: _Session | None = None


class _ToolResult(msgspec.Struct, tag_field="type", tag="tool.result"):
    call_id: str
    result: str
    is_error: bool | None = False


class _Parameters(msgspec.Struct):
    properties: dict[str, Any] | None = None
    required: list[str] | None = None
    type: Literal["object"] | None = None


_Instructions = Annotated[str, msgspec.Meta(max_length=500)]


class _ResponseInstructions(msgspec.Struct):
    success: _Instructions | None = None
    error: _Instructions | None = None


class _Tool(msgspec.Struct):
    """What a tool must look like; the keys that the local agent has no use for included."""

    type: Literal["function"]
    name: str
    description: str | None = None
    parameters: _Parameters | None = None
    execution_mode: Literal["interactive", "hold"] | None = None
    timeout_seconds: float | None = None
    response_instructions: _ResponseInstructions | None = None


class _Tools(msgspec.Struct):
    tools: list[_Tool] | None = None


class _Typed(msgspec.Struct):
    type: str


_Message = (
    _SessionUpdate
    | SessionResume
    | SessionEnd
    | InputAudio
    | _ToolResult
    | ReplyCreate
    | ConversationMessage
    | ReplyCancel
)
_decoder: msgspec.json.Decoder[_Message] = msgspec.json.Decoder(_Message)
_type_decoder = msgspec.json.Decoder(_Typed)
_TYPES: Final = frozenset(str(known.__struct_config__.tag) for known in get_args(_Message))


def read_message(message: str | bytes, *, first: bool) -> AnyClientEvent | Refusal:
    """The event in a message, or why it is refused. `first` is whether the connection has no session yet."""
    try:
        event = _decoder.decode(message)
    except _UNREADABLE:
        return _refusal_of_message(message)
    if isinstance(event, _ToolResult):
        return ToolResult(call_id=event.call_id, result=event.result, is_error=bool(event.is_error))
    if isinstance(event, _SessionUpdate):
        patch = _patch(event.session or _Session(), fatal=first)
        return SessionUpdate(session=patch) if isinstance(patch, SessionPatch) else patch
    return event


def _refusal_of_message(message: str | bytes) -> Refusal:
    try:
        kind = _type_decoder.decode(message).type
        plain = msgspec.json.decode(message)
    except _UNREADABLE:
        return Refusal("invalid_format", "Invalid JSON format.")
    if kind not in _TYPES:
        return Refusal("invalid_format", f"Unknown message type: {kind[:_QUOTED_CHARS]}")
    if kind == "input.audio" and isinstance(plain.get("audio"), str):
        return Refusal("invalid_audio", "Invalid audio data")
    return Refusal("invalid_format", f"Invalid message format for type '{kind}'")


def _patch(session: _Session, *, fatal: bool) -> SessionPatch | Refusal:
    plain = {name: value for name, value in msgspec.to_builtins(session).items() if value is not None}
    for unused in ("llm", "pre_connect_requests"):
        if plain.get(unused) == []:
            del plain[unused]
    for name, part in (("input", InputPatch), ("output", OutputPatch)):
        if name in plain:
            plain[name] = _side(plain[name], part)
    try:
        msgspec.convert(plain, _Tools)
    except msgspec.ValidationError as error:
        return _refusal_of_value(error, _Tools, fatal=fatal)
    if "tools" in plain:
        plain["tools"] = [_without_nulls(tool) for tool in plain["tools"]]
    try:
        return msgspec.convert(plain, SessionPatch)
    except msgspec.ValidationError as error:
        return _refusal_of_value(error, SessionPatch, fatal=fatal)


def _side(given: dict[str, Any], part: type[msgspec.Struct]) -> dict[str, Any]:
    """What the service reads of `input` or `output`: it ignores unknown keys, also further inside."""
    known = _known(given, part)
    if isinstance(known.get("turn_detection"), dict):
        known["turn_detection"] = _known(known["turn_detection"], TurnDetection)
    audio = known.get("format")
    if isinstance(audio, dict):
        audio = known["format"] = _known(audio, AudioFormat)
        if audio.get("sample_rate") is None or audio.get("encoding") != "audio/pcm":
            audio.pop("sample_rate", None)  # only PCM has one
    elif audio is None:
        known.pop("format", None)
    return known


def _known(given: dict[str, Any], part: type[msgspec.Struct]) -> dict[str, Any]:
    return {name: _whole(given[name]) for name in part.__struct_fields__ if name in given}


def _without_nulls(tool: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in tool.items() if value is not None}
    if "parameters" in given:
        given["parameters"] = {name: part for name, part in given["parameters"].items() if part is not None}
    return given


def _whole(value: Any) -> Any:
    """A whole number is one also when it is written with a fraction of zero."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _refusal_of_value(error: msgspec.ValidationError, part: type[msgspec.Struct], *, fatal: bool) -> Refusal:
    """What the service says of a value: which one, and what it must be."""
    found = _PROBLEM.fullmatch(str(error))
    parts = found.groupdict() if found else {}
    param = ".".join(filter(None, (parts.get("path"), parts.get("missing"))))
    if param in ("input.format", "output.format"):
        return Refusal("invalid_value", "Audio format must be a JSON object", "format", fatal=fatal)
    kinds = (parts.get("wanted") or "str").split(" | ")
    words = f"must be {' or '.join(_NAMES.get(kind, kind) for kind in kinds if kind != 'null')}"
    if longest := parts.get("longest"):
        words += f" of at most {longest} characters"
    if choices := _choices(shapes.type_info(part), _INDEX.sub("", param).split(".")):
        words = f"must be one of: {', '.join(choices)}"
    return Refusal("invalid_value", f"'{param}' {words}", param, fatal=fatal)


def _choices(shape: shapes.Type, path: list[str]) -> list[str]:
    """The values allowed at a path, if they are a closed set."""
    if isinstance(shape, shapes.UnionType):
        return [choice for kind in shape.types for choice in _choices(kind, path)]
    if isinstance(shape, (shapes.ListType, shapes.VarTupleType)):
        return _choices(shape.item_type, path)
    if isinstance(shape, shapes.StructType) and path:
        inside = (field.type for field in shape.fields if field.encode_name == path[0])
        return [choice for kind in inside for choice in _choices(kind, path[1:])]
    if isinstance(shape, shapes.LiteralType) and not path:
        return [str(value) for value in shape.values]
    return []
