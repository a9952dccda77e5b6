"""Every way of writing an event that a server was seen to use is read as what it means."""

import json
from typing import Any

import msgspec
import pytest

from voice.protocol import server_events as ev
from voice.protocol.codec import Malformed, Unknown, decode_server
from voice.protocol.server_events import AnyServerEvent, ServerEvent

NOON = 1_790_251_200.0
# Without these an event says nothing.
NEEDED: dict[type, dict[str, Any]] = {
    ev.ToolCall: {"call_id": "c"},
    ev.ReplyAudio: {"data": "AAAA"},
    ev.TranscriptAgentDelta: {"delta": "Hi"},
}


def decoded(type_: str | None = None, **fields: Any) -> object:
    return decode_server(json.dumps(fields if type_ is None else {"type": type_, **fields}))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        # Errors without a type, without a message, under another type, in upper case.
        ({"code": "unauthorized", "message": "no"}, ev.SessionError(code="unauthorized", message="no")),
        ({"message": "Authentication failed"}, ev.SessionError(message="Authentication failed")),
        ({"error": "Authentication failed"}, ev.SessionError(message="Authentication failed")),
        ({"type": None, "code": "UNAUTHORIZED"}, ev.SessionError(code="unauthorized")),
        (
            {"type": "session.error", "code": "at_capacity", "message": None},
            ev.SessionError(code="at_capacity"),
        ),
        ({"type": "session.error", "code": None, "message": "no"}, ev.SessionError(message="no")),
        ({"type": "session.error", "code": 1008, "message": 7}, ev.SessionError(code="1008", message="7")),
        ({"type": "session.error", "message": {"a": [1]}}, ev.SessionError(message='{"a": [1]}')),
        ({"type": "session.error", "code": "x", "param": {"a": 1}}, ev.SessionError(code="x")),
        ({"type": "error", "code": "FORBIDDEN", "session_id": None}, ev.BareError(code="forbidden")),
        ({"type": "error", "error": "no"}, ev.BareError(message="no")),
        ({"type": "reply.error", "code": "LLM_PROVIDER_ERROR"}, ev.ReplyError(code="llm_provider_error")),
        ({"type": "reply.error", "status_code": 429.0, "message": None}, ev.ReplyError(status_code=429)),
        ({"type": "reply.error", "status_code": "429", "retryable": None}, ev.ReplyError(status_code=429)),
        # The end of a reply, which must never be lost.
        ({"type": "reply.done", "reply_id": "r"}, ev.ReplyDone(reply_id="r")),
        ({"type": "reply.done", "reply_id": "r", "status": None}, ev.ReplyDone(reply_id="r")),
        ({"type": "reply.done", "reply_id": None, "status": {}}, ev.ReplyDone()),
        ({"type": "reply.done", "status": "INTERRUPTED"}, ev.ReplyDone(status="interrupted")),
        ({"type": "reply.started", "reply_id": "r", "item_id": None}, ev.ReplyStarted(reply_id="r")),
        ({"type": "reply.started", "reply_id": 7}, ev.ReplyStarted(reply_id="7")),
        ({"type": "reply.audio", "data": "YWJj", "reply_id": None}, ev.ReplyAudio(data=b"abc")),
        # Words under either name, with any sort of time.
        ({"type": "transcript.user.delta", "delta": "so far"}, ev.TranscriptUserDelta(text="so far")),
        ({"type": "transcript.user.delta", "text": None, "delta": "a"}, ev.TranscriptUserDelta(text="a")),
        ({"type": "transcript.user.delta", "text": "a", "delta": "b"}, ev.TranscriptUserDelta(text="a")),
        ({"type": "transcript.user", "text": None, "item_id": None}, ev.TranscriptUser()),
        ({"type": "transcript.agent.delta", "text": "Hi"}, ev.TranscriptAgentDelta(delta="Hi")),
        (
            {"type": "transcript.agent.delta", "delta": "Hi", "start_ms": 120, "end_ms": "340.5"},
            ev.TranscriptAgentDelta(delta="Hi", start_ms=120.0, end_ms=340.5),
        ),
        (
            {"type": "transcript.agent.delta", "delta": "Hi", "start_ms": None, "end_ms": "soon"},
            ev.TranscriptAgentDelta(delta="Hi"),
        ),
        ({"type": "transcript.agent", "text": "Hi", "interrupted": None}, ev.TranscriptAgent(text="Hi")),
        (
            {"type": "transcript.agent", "text": "Hi", "interrupted": "true", "reply_id": None},
            ev.TranscriptAgent(text="Hi", interrupted=True),
        ),
        ({"type": "transcript.agent", "text": None}, ev.TranscriptAgent()),
        # Calls of tools.
        (
            {"type": "tool.call", "call_id": "c", "name": "n", "args": {"a": 1}},
            ev.ToolCall(call_id="c", name="n", arguments={"a": 1}),
        ),
        (
            {"type": "tool.call", "call_id": "c", "name": "n", "arguments": None, "args": {"a": 1}},
            ev.ToolCall(call_id="c", name="n", arguments={"a": 1}),
        ),
        (
            {"type": "tool.call", "call_id": "c", "name": "n", "arguments": None},
            ev.ToolCall(call_id="c", name="n"),
        ),
        (
            {"type": "tool.call", "call_id": "c", "name": "n", "arguments": '{"a": 1}'},
            ev.ToolCall(call_id="c", name="n", arguments={"a": 1}),
        ),
        ({"type": "tool.call", "call_id": "c", "arguments": "[1"}, ev.ToolCall(call_id="c", arguments="[1")),
        # Half of a character can't be sent on to the page.
        (
            {"type": "tool.call", "call_id": "c", "arguments": '{"a": "\\ud800"}'},
            ev.ToolCall(call_id="c", arguments='{"a": "\\ud800"}'),
        ),
        ({"type": "tool.call", "call_id": 7, "name": None}, ev.ToolCall(call_id="7")),
        # The session.
        ({"type": "session.ready", "session_id": "s"}, ev.SessionReady(session_id="s")),
        (
            {"type": "session.ready", "session_id": None, "config": [], "resume_token": None},
            ev.SessionReady(),
        ),
        (
            {"type": "session.ready", "session_id": "s", "expires_at": "2026-09-24T12:00:00Z"},
            ev.SessionReady(session_id="s", expires_at=NOON),
        ),
        ({"type": "session.updated", "config": None}, ev.SessionUpdated()),
        ({"type": "session.updated", "config": "all of it"}, ev.SessionUpdated()),
        ({"type": "session.ended", "audio_duration_seconds": None, "extra": 1}, ev.SessionEnded()),
        (
            {"type": "session.ended", "session_duration_seconds": "12"},
            ev.SessionEnded(session_duration_seconds=12.0),
        ),
        # Times of an event.
        (
            {"type": "input.speech.started", "timestamp": "2026-09-24T12:00:00"},
            ev.InputSpeechStarted(timestamp=NOON),
        ),
        ({"type": "input.speech.started", "timestamp": "noon"}, ev.InputSpeechStarted()),
        ({"type": "input.speech.stopped", "timestamp": int(NOON)}, ev.InputSpeechStopped(timestamp=NOON)),
    ],
    ids=str,
)
def test_what_a_server_means_is_read(event: dict[str, Any], expected: ServerEvent) -> None:
    assert decode_server(json.dumps(event)) == expected


@pytest.mark.parametrize(
    "event",
    [
        {"type": "reply.audio", "data": None},
        {"type": "reply.audio", "data": "not base64!"},
        {"type": "reply.audio", "data": 7, "reply_id": "r"},
        {"type": "tool.call", "call_id": None, "name": "n"},
        {"type": "transcript.agent.delta", "delta": None, "reply_id": "r"},
    ],
    ids=str,
)
def test_an_event_that_is_useless_without_a_field_is_malformed(event: dict[str, Any]) -> None:
    refused = decode_server(json.dumps(event))
    assert isinstance(refused, Malformed)
    assert (refused.type, bool(refused.reason)) == (event["type"], True)


@pytest.mark.parametrize("class_", AnyServerEvent.__args__, ids=lambda class_: class_.__name__)
@pytest.mark.parametrize("odd", [None, {}, [], [[]], True, -1, 1e300, 10**400, "", "odd"], ids=repr)
def test_no_odd_value_of_a_field_loses_an_event_that_can_do_without_it(
    class_: type[AnyServerEvent], odd: object
) -> None:
    kind = str(class_.__struct_config__.tag)
    for field in msgspec.structs.fields(class_):
        if field.required:
            continue
        event = decoded(kind, **(NEEDED.get(class_, {}) | {field.name: odd}))
        assert type(event) is class_, (field.name, event)


def test_what_only_looks_like_an_error_is_none() -> None:
    assert decoded(message="hello", type="greeting") == Unknown("greeting")
    assert isinstance(decoded(text="hello"), Malformed)
    assert isinstance(decoded(type=7, message="hello"), Malformed)
