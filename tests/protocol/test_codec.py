"""Text to events: tolerant of what the wild sends, and never raising."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.protocol import client_events as cl
from voice.protocol import server_events as ev
from voice.protocol.codec import Malformed, Unknown, decode_server, encode
from voice.protocol.config import InputPatch, OutputPatch, SessionPatch

SERVER = (
    ev.SessionReady(session_id="sess_1", config={"id": "sess_1"}, expires_at=9.0, resume_token="t"),  # noqa: S106  (no secret)
    ev.SessionUpdated(config={}),
    ev.SessionEnded(session_duration_seconds=1.5),
    ev.SessionError(code="invalid_value", message="no", param="llm", session_id="s"),
    ev.BareError(code="internal_error"),
    ev.InputSpeechStarted(timestamp=1.0),
    ev.InputSpeechStopped(),
    ev.TranscriptUserDelta(item_id="m", text="a b"),
    ev.TranscriptUser(item_id="m", text="a b."),
    ev.ReplyStarted(reply_id="r", item_id="m"),
    ev.ReplyAudio(reply_id="r", data=b"\x00\x01"),
    ev.TranscriptAgentDelta(reply_id="r", item_id="m", delta="a", start_ms=0, end_ms=90),
    ev.TranscriptAgent(reply_id="r", text="a", interrupted=True),
    ev.ReplyDone(reply_id="r", status="interrupted"),
    ev.ReplyError(reply_id="r", code="llm_provider_error", status_code=429),
    ev.ToolCall(call_id="c", name="look", arguments={"x": 1}),
)


@pytest.mark.parametrize("event", SERVER, ids=lambda event: type(event).__name__)
def test_server_events_survive_the_wire(event: ev.ServerEvent) -> None:
    assert decode_server(encode(event)) == event


def test_every_type_is_covered_here() -> None:
    assert {type(event) for event in SERVER} == set(ev.AnyServerEvent.__args__)


def test_audio_goes_up_in_audio_and_comes_down_in_data() -> None:
    assert json.loads(encode(cl.InputAudio(audio=b"abc"))) == {"type": "input.audio", "audio": "YWJj"}
    assert decode_server('{"type":"reply.audio","reply_id":"r","data":"YWJj"}') == ev.ReplyAudio(
        reply_id="r", data=b"abc"
    )


def test_fields_left_unset_are_not_sent() -> None:
    update = cl.SessionUpdate(session=SessionPatch(output=OutputPatch(volume=None)))
    assert json.loads(encode(update)) == {"type": "session.update", "session": {"output": {"volume": None}}}


def test_unset_and_null_turn_detection_differ_on_the_wire() -> None:
    unset = cl.SessionUpdate(session=SessionPatch(input=InputPatch()))
    null = cl.SessionUpdate(session=SessionPatch(input=InputPatch(turn_detection=None)))
    assert "turn_detection" not in encode(unset)
    assert '"turn_detection":null' in encode(null)


def test_unknown_type_is_told_from_a_malformed_message() -> None:
    assert decode_server('{"type":"reply.content_part.done","x":[]}') == Unknown("reply.content_part.done")
    bad = decode_server('{"type":"reply.audio","data":7}')
    assert isinstance(bad, Malformed)
    assert bad.type == "reply.audio"
    assert bad.reason


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "7", '"x"', "{", '{"type":7}', b"\xff\xfe", "[" * 100_000, '"\ud800"', b"{}"]
)
def test_what_is_no_event_is_malformed(text: str | bytes) -> None:
    decoded = decode_server(text)
    assert isinstance(decoded, Malformed)
    assert decoded.type is None
    assert len(decoded.reason) <= 200


_SERVER_TAGS = [str(event.__struct_config__.tag) for event in ev.AnyServerEvent.__args__]
_NAMES = sorted({name for event in SERVER for name in event.__struct_fields__})
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=200) | st.text(st.characters(), max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_or_text_never_raise(message: bytes | str) -> None:
    assert isinstance(decode_server(message), Malformed | Unknown)


@given(
    st.sampled_from([*_SERVER_TAGS, "new.type"]),
    st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=6),
)
@settings(max_examples=500, deadline=None)
def test_any_json_under_any_type_never_raises(kind: str, fields: dict[str, Any]) -> None:
    message = json.dumps({"type": kind, **fields})
    event = decode_server(message)
    assert isinstance(event, ev.ServerEvent | Malformed | Unknown)
    if kind not in _SERVER_TAGS:
        assert not isinstance(event, ev.ServerEvent)
