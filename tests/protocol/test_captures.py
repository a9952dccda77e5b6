"""Sessions as the service was seen to send them, through decoder, session and view."""

import json

import pytest

from tests.protocol.replay import Replay, captured_events, captured_lines
from tests.support.service_schema import EVENT_TYPES, problems_of
from voice.protocol import errors
from voice.protocol.client_events import SessionUpdate, ToolResult
from voice.protocol.codec import Malformed, Unknown, decode_server
from voice.protocol.config import FunctionTool, OutputPatch, SessionPatch
from voice.protocol.errors import VoiceAgentError, from_session_error
from voice.protocol.inputs import LinkClosed, LinkOpened, Received, Tick
from voice.protocol.server_events import SessionError
from voice.protocol.session import new_session, step

CURRENT = ("call", "merged_turn", "model_failure", "errors")
ALBA = OutputPatch(voice="alba")
WEATHER = FunctionTool(
    name="weather",
    description="The weather in a city.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
PROMPT = "You are a friendly assistant. Keep answers short."


@pytest.mark.parametrize("name", CURRENT)
def test_a_capture_is_as_the_schema_says_and_is_decoded_whole(name: str) -> None:
    for line in captured_lines(name):
        assert problems_of(line) == []
        assert not isinstance(decode_server(line), Unknown | Malformed), line


def test_every_event_of_the_protocol_is_captured() -> None:
    assert {event["type"] for name in CURRENT for event in captured_events(name)} == EVENT_TYPES


def test_every_known_error_is_captured() -> None:
    codes = {event["code"] for event in captured_events("errors")}
    assert codes == set(errors.KNOWN_CODES)


def test_a_call_with_a_tool_and_a_barge_in() -> None:
    patch = SessionPatch(
        system_prompt=PROMPT, greeting="Hello, how can I help?", tools=(WEATHER,), output=ALBA
    )
    sunny = json.dumps({"sky": "sunny"})
    # The cut comes 1.7 s into the reply; its words began at 0.7 s and took 260 ms each.
    call = Replay("call", patch, heard_ms=1_740.0, results={"weather": sunny})
    assert call.said == [
        ("agent", "Hello, how can I help?"),
        ("user", "What's the weather in Lisbon?"),
        ("tool", ""),
        ("agent", "In Lisbon it is"),
        ("user", "Thanks, that's all."),
        ("agent", "You're welcome!"),
    ]
    update, result = call.sent
    assert update == SessionUpdate(session=patch)
    assert result == ToolResult(call_id="chatcmpl-tool-6b1f0c2d9e8a4753b1c0d2e4f6a8b9c7", result=sunny)
    view = call.views[-1]
    cut = view.turns[3]
    assert (cut.interrupted, cut.rest.split()[0]) == (True, "sunny")
    assert view.turns[2].tool is not None
    assert (view.turns[2].tool.status, view.turns[2].tool.arguments) == ("done", '{"city": "Lisbon"}')
    assert {path: status.status for path, status in view.settings.items()} == dict.fromkeys(
        ("system_prompt", "greeting", "tools", "output.voice"), "applied"
    )
    assert call.states == [
        "connecting",
        "listening",
        "thinking",
        "speaking",
        "listening",
        "hearing",
        "thinking",
        "speaking",
        "hearing",
        "thinking",
        "speaking",
        "listening",
        "ended",
    ]
    assert [notice.sentence for notice in view.notices] == ["The agent ended the call."]
    counters = call.session.counters
    assert (counters.ignored, counters.interruptions, counters.tool_calls) == (0, 1, 1)
    assert (counters.tool_calls_dropped, counters.late_audio) == (0, 0)
    assert view.failure is None


def test_a_turn_that_was_committed_too_early_is_one_turn_and_its_held_reply_is_none() -> None:
    call = Replay("merged_turn", SessionPatch(system_prompt="You book tables.", output=ALBA))
    assert call.said == [
        ("user", "I'd like a table for two tomorrow at eight."),
        ("agent", "A table for two tomorrow at eight."),
    ]
    assert [notice.sentence for notice in call.views[-1].notices] == ["The agent ended the call."]
    assert call.session.counters.ignored == 0
    assert all("Of course" not in turn.text for view in call.views for turn in view.turns)


def test_a_model_that_fails_is_told_and_its_silent_reply_is_not() -> None:
    call = Replay("model_failure", SessionPatch(output=ALBA))
    assert call.said == [("user", "Hello?")]
    assert [(notice.sentence, notice.code) for notice in call.views[-1].notices] == [
        ("The agent could not answer: The language model did not answer.", "llm_provider_error"),
        ("The agent ended the call.", ""),
    ]
    assert call.session.counters.ignored == 0


def test_a_server_of_the_past_is_understood_as_well() -> None:
    time = FunctionTool(name="time")
    call = Replay("older_server", SessionPatch(tools=(time,)), results={"time": '"12:00"'})
    assert call.said == [
        ("agent", "Hello there."),
        ("user", "What time is it?"),
        ("tool", ""),
        ("agent", "It is noon."),
    ]
    assert call.session.counters.malformed == {}
    assert call.session.counters.unknown == {"reply.content_part.started": 1, "reply.content_part.done": 1}
    assert [event for event in call.sent if isinstance(event, ToolResult)] == [
        ToolResult(call_id="call_Qm2x7LwR9tZbV4nC", result='"12:00"')
    ]
    assert [(notice.sentence, notice.code) for notice in call.views[-1].notices] == [
        ("The agent refused a message: invalid_audio", "invalid_audio"),
        ("The agent ended the call.", ""),
    ]


# By code: its class, and what an error before the first `session.ready` and one in a call do to the call.
OUTCOMES: dict[str, tuple[type[VoiceAgentError], str, str]] = {
    "unauthorized": (errors.AuthRefused, "failed", "failed"),
    "forbidden": (errors.AuthRefused, "failed", "failed"),
    "at_capacity": (errors.AgentBusy, "failed", "carried on"),
    "concurrency_exceeded": (errors.AgentBusy, "failed", "carried on"),
    "internal_error": (errors.AgentFailed, "failed", "carried on"),
    "server_error": (errors.AgentFailed, "failed", "carried on"),
    "agent_init_failed": (errors.AgentFailed, "failed", "carried on"),
    "agent_timeout": (errors.AgentFailed, "failed", "carried on"),
    "agent_not_found": (errors.SessionGone, "failed", "failed"),
    "agent_id_not_first": (errors.ConfigRefused, "failed", "told"),
    "invalid_value": (errors.ConfigRefused, "failed", "told"),
    "immutable_field": (errors.ConfigRefused, "failed", "told"),
    "invalid_config": (errors.ConfigRefused, "failed", "told"),
    "invalid_webhook": (errors.ConfigRefused, "failed", "told"),
    "invalid_format": (errors.MessageRefused, "told", "told"),
    "invalid_audio": (errors.MessageRefused, "told", "told"),
    "audio_rate_violation": (errors.MessageRefused, "told", "told"),
    "session_not_found": (errors.SessionGone, "failed", "failed"),
    "session_forbidden": (errors.SessionGone, "failed", "failed"),
    "session_expired": (errors.SessionGone, "failed", "failed"),
}


@pytest.mark.parametrize("line", captured_lines("errors"))
def test_each_error_does_to_the_call_what_it_means(line: str) -> None:
    event = decode_server(line)
    assert isinstance(event, SessionError)
    kind, first, later = OUTCOMES[event.code]
    error = from_session_error(event)
    assert isinstance(error, kind)
    assert isinstance(error, errors.VoiceRefused) is event.message.startswith("Invalid voice")
    if isinstance(error, errors.VoiceRefused):
        assert len(error.valid_voices) == 18
    ready = decode_server(captured_lines("call")[1])
    for outcome, before in ((first, Tick()), (later, Received(ready))):
        session = new_session(SessionPatch())
        for input_ in (LinkOpened(), before, Received(event)):
            session, _ = step(session, input_, 100.0)
        assert outcome == ("failed" if session.ended else "carried on" if session.loss else "told")
        closed, _ = step(session, LinkClosed(1008, ""), 101.0)
        if session.ended:
            assert type(closed.failure) is type(error)
