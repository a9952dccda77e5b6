"""Text of the socket to events and back. Nothing received here may ever raise."""

import msgspec

from voice.protocol import spellings
from voice.protocol.client_events import ClientEvent
from voice.protocol.server_events import AnyServerEvent, ServerEvent

# Reasons are kept for the person who looks into a call, not for machines: bounded, without the payload.
_MAX_REASON_CHARS = 200


class Unknown(msgspec.Struct, frozen=True):
    """A well-formed message of a type this side does not know; to be counted and ignored."""

    type: str


class Malformed(msgspec.Struct, frozen=True):
    """A message that is not what its type says, or no JSON object at all; to be counted and ignored."""

    reason: str
    type: str | None = None


# Text with half a surrogate pair fails to encode, bytes that are no UTF-8 fail to decode.
_UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)

_json_decoder = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()

_SERVER_CLASSES: dict[str, type[AnyServerEvent]] = {
    str(c.__struct_config__.tag): c for c in AnyServerEvent.__args__
}


def decode_server(message: str | bytes) -> AnyServerEvent | Unknown | Malformed:
    """Decode one message from an agent, in any spelling; only what an event can't do without is demanded."""
    try:
        raw = _json_decoder.decode(message)
        if not isinstance(raw, dict):
            return Malformed("not a JSON object")
        event = spellings.current(raw)
    except _UNREADABLE as error:
        return Malformed(_reason(error))
    kind = event["type"]
    if not isinstance(kind, str):
        return Malformed("no type")
    known = _SERVER_CLASSES.get(kind)
    return Unknown(kind) if known is None else _converted(event, known, kind)


def _converted(event: spellings.Fields, known: type[AnyServerEvent], kind: str) -> AnyServerEvent | Malformed:
    try:
        return msgspec.convert(event, known)
    except (msgspec.ValidationError, OverflowError):
        pass
    try:
        return msgspec.convert(spellings.readable(event, known), known)
    except msgspec.ValidationError as error:
        return Malformed(_reason(error), kind)


def encode(event: ClientEvent | ServerEvent) -> str:
    """Encode one event of either side as the text of a WebSocket message."""
    return _encoder.encode(event).decode()


def _reason(error: Exception) -> str:
    return str(error)[:_MAX_REASON_CHARS]
