"""What the event log says of a message: its kind, its redacted JSON, a line that sums it up. Pure.

Must never keep audio, nor what could not be looked through for secrets.
"""

from typing import Any

import msgspec

from voice.call.redaction import Redactor

# Enough for a configuration with the longest prompt, which has 8 000 characters.
MAX_JSON_CHARS = 16_000
# A longer message is only named: looking it through would hold up the call.
_MAX_MESSAGE_CHARS = 256 * 1024
_CLIPPED_CHARS = 500
_MAX_SUMMARY_CHARS = 160

_KINDS = {
    "input.audio": "audio",
    "reply.audio": "audio",
    "error": "error",
    "session.error": "error",
    "reply.error": "error",
}
_KINDS_BY_FAMILY = {
    "input": "transcript",
    "transcript": "transcript",
    "conversation": "transcript",
    "reply": "reply",
    "session": "session",
    "tool": "tool",
}
OTHER_KIND = "other"
ERROR_KIND = "error"
OWN_KIND = "own"

# What says most of a message, the first that there is.
_TELLING = ("text", "delta", "message", "content", "result", "instructions", "sentence")
_DULL = frozenset({"type", "timestamp", "code", "next_step"})


def kind_of(type_: str) -> str:
    """The kind of an event by its type: what the inspector filters by."""
    return _KINDS.get(type_) or _KINDS_BY_FAMILY.get(type_.partition(".")[0], OTHER_KIND)


def body_of(message: str | bytes, redactor: Redactor) -> dict[str, Any]:
    """A message without secrets; of one that can't be looked through, only its size."""
    if len(message) > _MAX_MESSAGE_CHARS:
        return {"not_kept": f"{len(message)} characters, over {_MAX_MESSAGE_CHARS}"}
    try:
        body = redactor.value(msgspec.json.decode(message))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {"not_kept": f"{len(message)} characters that are no JSON"}
    return body if isinstance(body, dict) else {"not_kept": f"{len(message)} characters of JSON, no object"}


def json_of(body: dict[str, Any]) -> str:
    """The body as JSON of at most `MAX_JSON_CHARS`; long texts in it are cut short if they must be."""
    text = msgspec.json.encode(body).decode()
    if len(text) <= MAX_JSON_CHARS:
        return text
    clipped = msgspec.json.encode(_clipped(body)).decode()
    if len(clipped) <= MAX_JSON_CHARS:
        return clipped
    reason = f"{len(text)} characters, over {MAX_JSON_CHARS}"
    rest = {"type": _clipped(str(body.get("type", ""))), "not_kept": reason}
    return msgspec.json.encode(rest).decode()


def summary_of(body: dict[str, Any]) -> str:
    """One line for the list."""
    if "bytes" in body:
        return f"{body['bytes']} bytes, {body['ms']} ms"
    if "name" in body and "call_id" in body:
        return _short(f"{body['name']} {_brief(body.get('arguments') or body.get('args') or {})}")
    code = body.get("code")
    telling = next((body[name] for name in _TELLING if isinstance(body.get(name), str)), None)
    if telling is not None:
        return _short(f"{code}: {telling}" if code else telling)
    return _short(", ".join(f"{name} {_brief(value)}" for name, value in body.items() if name not in _DULL))


def _clipped(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _CLIPPED_CHARS:
        return f"{value[:_CLIPPED_CHARS]}… ({len(value)} characters)"
    if isinstance(value, dict):
        return {name[:_CLIPPED_CHARS]: _clipped(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_clipped(item) for item in value]
    return value


def _brief(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(value) + "}"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _short(text: str) -> str:
    line = " ".join(text[: 4 * _MAX_SUMMARY_CHARS].split())
    return line if len(line) <= _MAX_SUMMARY_CHARS else f"{line[: _MAX_SUMMARY_CHARS - 1]}…"
