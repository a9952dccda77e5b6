"""Which messages of a client are taken, field by field, as the service's schema has them."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.agent.client_messages import read_message
from voice.agent.validation import Refusal, refusal_of_first, refusal_of_later
from voice.protocol import client_events as cl
from voice.protocol.codec import encode
from voice.protocol.config import FunctionTool, InputPatch, SessionPatch, TurnDetection, fields_of, patch_of

TURNS = "input.turn_detection"
TOOL = {"type": "function", "name": "look_up"}
WEBHOOK = {"url": "https://example.com", "events": ["session.started"]}
PCM, ULAW, ALAW = ({"encoding": f"audio/{name}"} for name in ("pcm", "pcmu", "pcma"))


def read(session: Any) -> cl.AnyClientEvent | Refusal:
    return read_message(json.dumps({"type": "session.update", "session": session}), first=True)


def taken(session: Any) -> SessionPatch:
    event = read(session)
    assert isinstance(event, cl.SessionUpdate), event
    assert refusal_of_first(event.session) is None
    return event.session


def refused(session: Any) -> Refusal:
    event = read(session)
    refusal = refusal_of_first(event.session) if isinstance(event, cl.SessionUpdate) else event
    assert isinstance(refusal, Refusal), f"taken: {session}"
    return refusal


def at(path: str, value: object) -> dict[str, Any]:
    """A session with this value at a dotted path."""
    head, _, tail = path.partition(".")
    return {head: at(tail, value) if tail else value}


def tool(**fields: Any) -> dict[str, Any]:
    return {"tools": [TOOL | fields]}


VALUES: dict[str, tuple[Any, ...]] = {
    "system_prompt": ("", "Be brief."),
    "greeting": ("", "Hi."),
    "tools": ([],),
    "input.type": ("audio",),
    "input.format": (PCM, PCM | {"sample_rate": 24_000}, ULAW, ALAW),
    "input.keyterms": (None, [], ["x"] * 100),
    "input.transcription_mode": (None, "min_latency", "balanced", "max_accuracy"),
    "input.transcription_prompt": (None, "", "x" * 1750),
    "input.language_codes": (None, ["en", "de"]),
    "input.voice_focus": (None, "near-field", "far-field"),
    "input.voice_focus_threshold": (None, 0, 0.85, 1),
    "input.continuous_partials": (None, True),
    TURNS: (None, {}),
    f"{TURNS}.type": (None, "server_vad", "semantic_vad"),
    f"{TURNS}.vad_threshold": (None, 0, 0.5, 1),
    f"{TURNS}.min_silence": (None, 50, 500.0, 2_999),
    f"{TURNS}.max_silence": (None, 1_001, 10_000),
    f"{TURNS}.interrupt_response": (None, True, False),
    f"{TURNS}.interruption_delay": (None, 0, 1_000),
    f"{TURNS}.uninterruptible_turns": (None, [], ["greeting", "dtmf_prompt", "tool_refused_ask"]),
    "output.type": ("audio",),
    "output.voice": ("alba",),
    "output.format": (PCM, ULAW, ALAW),
    "output.volume": (None, 0, 33.3, 100),
}


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, values in VALUES.items() for value in values]
)
def test_a_value_is_taken_as_it_was_sent(path: str, value: Any) -> None:
    plain = json.loads(msgspec.json.encode(taken(at(path, value))))
    for name in path.split("."):
        plain = plain[name]
    assert plain == value


@pytest.mark.parametrize(
    ("session", "left"),
    [
        # Null is the same as leaving a key out.
        (None, {}),
        (dict.fromkeys(("agent_id", "system_prompt", "tools", "input", "output")), {}),
        (dict.fromkeys(("llm", "webhook", "pre_connect_requests")), {}),
        (at("input.format", None), {}),
        (at("output.format", None), {}),
        (at("input.format", PCM | {"sample_rate": None}), {"input.format": PCM}),
        # No model of one's own, nothing to request before the call.
        ({"llm": [], "pre_connect_requests": []}, {}),
        # Unknown keys inside are ignored.
        ({"input": {"surprise": 1, "keyterms": ["x"]}}, {"input.keyterms": ["x"]}),
        ({"output": {"surprise": 1, "volume": 40}}, {"output.volume": 40}),
        (at(TURNS, {"surprise": 1, "vad_threshold": 0.3}), {TURNS: {"vad_threshold": 0.3}}),
        (at("output.format", ULAW | {"channels": 1}), {"output.format": ULAW}),
        # The rate of G.711 follows from the encoding.
        (at("input.format", ULAW | {"sample_rate": 24_000}), {"input.format": ULAW}),
        (at("output.format", ALAW | {"sample_rate": 24_000}), {"output.format": ALAW}),
        (at("input.format", ALAW | {"sample_rate": "any"}), {"input.format": ALAW}),
        # Null is the default of a tool's field.
        (tool(description=None, parameters=None, execution_mode=None, timeout_seconds=None), tool()),
        (tool(http=None, surprise=1, response_instructions={"success": "x" * 500, "error": None}), tool()),
        (tool(timeout_seconds=30.5), tool(timeout_seconds=30.5)),
        (tool(timeout_seconds=1), tool(timeout_seconds=1)),
        (tool(timeout_seconds=300.0), tool(timeout_seconds=300)),
        (tool(execution_mode="hold"), tool(execution_mode="hold")),
        (
            tool(parameters={"properties": {"a": {}}, "$schema": "x"}),
            tool(parameters={"properties": {"a": {}}, "$schema": "x"}),
        ),
        (
            tool(parameters={"type": "object", "properties": None, "required": ["a"]}),
            tool(parameters={"type": "object", "required": ["a"]}),
        ),
    ],
)
def test_what_is_left_of_a_session(session: dict[str, Any] | None, left: dict[str, Any]) -> None:
    assert fields_of(taken(session)) == fields_of(patch_of(left))


@pytest.mark.parametrize(
    "session",
    [
        [],
        "x",
        {"surprise": 1},
        {"turn_detection": {}},
        {"greeting": None},
        {"greeting": 5},
        {"system_prompt": 5},
        {"agent_id": 5},
        {"input": []},
        {"output": "alba"},
        {"tools": {}},
        {"tools": ["look_up"]},
        {"llm": {}},
        {"llm": ["gpt"]},
        {"pre_connect_requests": {}},
        {"webhook": "https://example.com"},
        {"webhook": WEBHOOK | {"surprise": 1}},
        {"webhook": {"url": "https://example.com"}},
    ],
)
def test_a_session_of_another_shape_is_malformed_and_the_connection_stays(session: Any) -> None:
    words = "Invalid message format for type 'session.update'"
    assert read(session) == Refusal("invalid_format", words, fatal=False)


WRONG_VALUES: tuple[tuple[str, tuple[Any, ...], str], ...] = (
    ("input.type", (None, "video"), "must be one of: audio, text"),
    ("input.format.encoding", (None, 5, "opus"), "must be one of: audio/pcm, audio/pcma, audio/pcmu"),
    ("input.keyterms", ("x", 5), "must be a list"),
    (
        "input.transcription_mode",
        (5, "fast"),
        "must be one of: balanced, max_accuracy, min_latency",
    ),
    ("input.transcription_prompt", (5,), "must be a string"),
    ("input.language_codes", ("en",), "must be a list"),
    ("input.voice_focus", ("wide",), "must be one of: far-field, near-field"),
    ("input.voice_focus_threshold", ("0.5", True), "must be a number"),
    ("input.voice_focus_threshold", (-0.1, 1.1), "must be between 0 and 1"),
    ("input.continuous_partials", (1, "yes"), "must be true or false"),
    (TURNS, ("server_vad", []), "must be an object"),
    (f"{TURNS}.type", ("energy",), "must be one of: semantic_vad, server_vad"),
    (f"{TURNS}.vad_threshold", (-0.1, 1.1), "must be between 0 and 1"),
    (f"{TURNS}.vad_threshold", ("0.5", True), "must be a number"),
    (f"{TURNS}.min_silence", (49, 10_001), "must be between 50 and 10000"),
    (f"{TURNS}.min_silence", (500.5, "500", True), "must be a whole number"),
    (f"{TURNS}.max_silence", (49, 10_001), "must be between 50 and 10000"),
    (f"{TURNS}.interrupt_response", (0, "no"), "must be true or false"),
    (f"{TURNS}.interruption_delay", (-1, 1_001), "must be between 0 and 1000"),
    (f"{TURNS}.uninterruptible_turns", ("greeting",), "must be one of: dtmf_prompt, greeting, "),
    ("output.type", (None, "video"), "must be one of: audio, text"),
    ("output.voice", (None, 5), "must be a string"),
    ("output.volume", (-1, 100.5), "must be between 0 and 100"),
    ("output.volume", ("50",), "must be a number"),
)
WRONG: list[tuple[dict[str, Any], str, str]] = [
    *((at(path, value), path, words) for path, values, words in WRONG_VALUES for value in values),
    (at("input.keyterms", ["a", 5]), "input.keyterms[1]", "must be a string"),
    (at("input.format", {}), "input.format.encoding", "must be one of: "),
    (
        at(f"{TURNS}.uninterruptible_turns", ["greting"]),
        f"{TURNS}.uninterruptible_turns[0]",
        "must be one of",
    ),
    ({"tools": [{"name": "look_up"}]}, "tools[0].type", "must be one of: function"),
    ({"tools": [TOOL, {"type": "function"}]}, "tools[1].name", "must be a string"),
    (tool(type="mcp"), "tools[0].type", "must be one of: function"),
    (tool(type=None), "tools[0].type", "must be one of: function"),
    (tool(name=None), "tools[0].name", "must be a string"),
    (tool(description=5), "tools[0].description", "must be a string"),
    (tool(execution_mode="later"), "tools[0].execution_mode", "must be one of: hold, interactive"),
    (tool(timeout_seconds="5"), "tools[0].timeout_seconds", "must be a number"),
    (tool(timeout_seconds=0.5), "tools[0].timeout_seconds", "must be between 1 and 300"),
    (tool(timeout_seconds=300.5), "tools[0].timeout_seconds", "must be between 1 and 300"),
    (tool(parameters=[]), "tools[0].parameters", "must be an object"),
    (tool(parameters={"type": "array"}), "tools[0].parameters.type", "must be one of: object"),
    (tool(parameters={"properties": []}), "tools[0].parameters.properties", "must be an object"),
    (tool(parameters={"required": [5]}), "tools[0].parameters.required[0]", "must be a string"),
    (
        tool(response_instructions={"error": "x" * 501}),
        "tools[0].response_instructions.error",
        "must be a string of at most 500 characters",
    ),
]


@pytest.mark.parametrize(("session", "param", "words"), WRONG)
def test_a_wrong_value_is_named_and_ends_a_first_update(
    session: dict[str, Any], param: str, words: str
) -> None:
    refusal = refused(session)
    assert (refusal.code, refusal.param, refusal.fatal) == ("invalid_value", param, True)
    assert refusal.message.startswith(f"'{param}' {words}")


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        (at("input.format", "pcm"), "invalid_value", "format"),
        (at("output.format", []), "invalid_value", "format"),
        (at("input.format", PCM | {"sample_rate": 16_000}), "invalid_value", "input.format"),
        (at("input.keyterms", ["x"] * 101), "invalid_value", "input.keyterms"),
        (at("input.transcription_prompt", "x" * 1751), "invalid_value", "input.transcription_prompt"),
        (at(f"{TURNS}.min_silence", 3_000), "invalid_value", f"{TURNS}.min_silence"),
        (at("input.type", "text"), "invalid_config", "input.type"),
        ({"llm": [{}]}, "invalid_value", "llm"),
        ({"pre_connect_requests": [{}]}, "invalid_value", "pre_connect_requests"),
        ({"webhook": WEBHOOK}, "invalid_webhook", "webhook"),
        ({"webhook": WEBHOOK | {"secret": "s"}}, "invalid_webhook", "webhook"),
        ({"agent_id": "agent_1"}, "agent_not_found", "agent_id"),
        ({"agent_id": "agent_1", "llm": []}, "agent_not_found", "agent_id"),
        ({"agent_id": "agent_1", "system_prompt": ""}, "invalid_value", "agent_id"),
    ],
)
def test_what_the_service_or_the_local_agent_does_not_allow(
    session: dict[str, Any], code: str, param: str
) -> None:
    refusal = refused(session)
    assert (refusal.code, refusal.param, refusal.fatal) == (code, param, True)


def test_a_wrong_value_in_a_later_update_leaves_the_session_open() -> None:
    message = json.dumps({"type": "session.update", "session": at("output.volume", "loud")})
    refusal = read_message(message, first=False)
    assert isinstance(refusal, Refusal)
    assert not refusal.fatal


@pytest.mark.parametrize(
    ("session", "code"),
    [
        ({"greeting": "Hi."}, "immutable_field"),
        (at("output.voice", "alba"), "immutable_field"),
        (at("output.format", PCM), "immutable_field"),
        ({"agent_id": "agent_1"}, "agent_id_not_first"),
        (at("input.format", ULAW), None),
        ({"input": {"type": "audio"}, "output": {"type": "audio", "volume": 4}}, None),
        ({"llm": [], "webhook": None, "system_prompt": "x"}, None),
    ],
)
def test_what_may_change_within_a_session(session: dict[str, Any], code: str | None) -> None:
    patch = taken(session) if code != "agent_id_not_first" else SessionPatch(agent_id="agent_1")
    refusal = refusal_of_later(patch, patch)
    assert (refusal and refusal.code) == code


EVENTS = (
    cl.SessionUpdate(session=SessionPatch(greeting="Hi", tools=(FunctionTool(name="x"),))),
    cl.SessionUpdate(session=SessionPatch(input=InputPatch(turn_detection=TurnDetection(min_silence=100)))),
    cl.SessionResume(session_id="s"),
    cl.SessionEnd(),
    cl.InputAudio(audio=b"\x00\x01"),
    cl.ToolResult(call_id="c", result="{}", is_error=True),
    cl.ReplyCreate(instructions="Say hello."),
    cl.ConversationMessage(role="system", content="x"),
    cl.ReplyCancel(reply_id="r"),
)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_what_parley_sends_is_read_as_it_was_meant(event: cl.ClientEvent) -> None:
    assert read_message(encode(event), first=True) == event


def test_every_event_is_covered_here() -> None:
    assert {type(event) for event in EVENTS} == set(cl.AnyClientEvent.__args__)


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ({"type": "session.update"}, cl.SessionUpdate(session=SessionPatch())),
        ({"type": "session.end", "surprise": 1}, cl.SessionEnd()),
        ({"type": "reply.create"}, cl.ReplyCreate()),
        ({"type": "reply.create", "instructions": None}, cl.ReplyCreate()),
        (
            {"type": "tool.result", "call_id": "c", "result": "", "is_error": None},
            cl.ToolResult(call_id="c", result=""),
        ),
        ({"type": "tool.result", "call_id": "c", "result": ""}, cl.ToolResult(call_id="c", result="")),
        ({"type": "input.audio", "audio": "", "surprise": 1}, cl.InputAudio(audio=b"")),
    ],
)
def test_optional_fields_and_null(message: dict[str, Any], event: cl.ClientEvent) -> None:
    assert read_message(json.dumps(message), first=True) == event


@pytest.mark.parametrize(
    "message",
    [
        {"type": "session.resume"},
        {"type": "session.resume", "session_id": None},
        {"type": "input.audio"},
        {"type": "input.audio", "audio": None},
        {"type": "input.audio", "data": "AAA="},
        {"type": "tool.result", "call_id": "c"},
        {"type": "tool.result", "call_id": "c", "result": {"a": 1}},
        {"type": "tool.result", "call_id": "c", "result": "", "is_error": "no"},
        {"type": "tool.result", "call_id": None, "result": ""},
        {"type": "reply.create", "instructions": 5},
        {"type": "conversation.message", "role": "assistant", "content": "x"},
        {"type": "conversation.message", "role": "user"},
        {"type": "conversation.message", "role": "user", "content": None},
        {"type": "reply.cancel"},
    ],
)
def test_a_missing_or_wrong_field_is_malformed(message: dict[str, Any]) -> None:
    words = f"Invalid message format for type '{message['type']}'"
    assert read_message(json.dumps(message), first=True) == Refusal("invalid_format", words)


@pytest.mark.parametrize("audio", ["!!!", "AAA", "AA=A"])
def test_sound_that_cannot_be_decoded_is_invalid_audio(audio: str) -> None:
    message = json.dumps({"type": "input.audio", "audio": audio})
    assert read_message(message, first=False) == Refusal("invalid_audio", "Invalid audio data")


@pytest.mark.parametrize(
    "message",
    ["", "null", "[]", "7", '"x"', "{", '{"type":7}', b"\xff\xfe", "[" * 100_000, '"\ud800"', b"{}"],
)
def test_what_is_no_message_is_invalid_json(message: str | bytes) -> None:
    assert read_message(message, first=True) == Refusal("invalid_format", "Invalid JSON format.")


def test_an_unknown_type_is_named_up_to_a_length() -> None:
    refusal = read_message(json.dumps({"type": "x" * 500}), first=True)
    assert refusal == Refusal("invalid_format", f"Unknown message type: {'x' * 80}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TAGS = [str(event.__struct_config__.tag) for event in cl.AnyClientEvent.__args__]
FIELDS = sorted({name for event in EVENTS for name in event.__struct_fields__})
PATHS = sorted({*VALUES, "tools", "llm", "webhook", "agent_id", "input", "output", "input.format.encoding"})


@given(st.binary(max_size=200) | st.text(st.characters(), max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_or_text_are_refused(message: bytes | str) -> None:
    assert isinstance(read_message(message, first=True), Refusal)


@given(st.sampled_from([*TAGS, "new.type"]), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_json_under_any_type_is_taken_or_refused(kind: str, fields: dict[str, Any]) -> None:
    event = read_message(json.dumps({"type": kind, **fields}), first=True)
    assert isinstance(event, cl.ClientEvent | Refusal)
    assert kind in TAGS or isinstance(event, Refusal)


@given(st.sampled_from(PATHS), JSON)
@settings(max_examples=200, deadline=None)
def test_any_value_anywhere_in_a_session_is_taken_or_refused(path: str, value: Any) -> None:
    event = read(at(path, value))
    assert isinstance(event, cl.SessionUpdate | Refusal)
    if isinstance(event, cl.SessionUpdate):
        refusal_of_first(event.session)
