"""Tool calls: answered once the reply is done, never for an interrupted one."""

import json

from tests.protocol.driver import PCM, finished, live, sent
from voice.protocol.client_events import ToolResult
from voice.protocol.inputs import ReplyAudible, ReplyDrained
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    SessionUpdated,
    ToolCall,
    TranscriptAgent,
    TranscriptUser,
)
from voice.protocol.session_state import MAX_PENDING_TOOLS


def test_tool_turn_with_a_silent_preamble() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m1", text="Weather?"))
    assert sent(call.feed(ReplyStarted(reply_id="a"), ReplyAudio(reply_id="a", data=PCM))) == []
    assert sent(call.feed(ToolCall(call_id="c1", name="weather"), ToolCall(call_id="c2", name="time"))) == []
    effects = call.feed(ReplyDone(reply_id="a"))
    results = sent(effects)
    assert [(r.call_id, r.is_error) for r in results] == [("c1", True), ("c2", True)]
    assert json.loads(results[0].result) == {"error": "no such tool: weather"}
    assert finished(effects) == ["a"]
    call.feed(ReplyDrained("a", 10.0))
    assert (call.state, call.session.notices) == ("thinking", ())
    call.say("b", "I", "can't.")
    call.feed(ReplyAudible("b"), TranscriptAgent(reply_id="b", text="I can't."), ReplyDone(reply_id="b"))
    assert call.said == [("user", "Weather?"), ("agent", "I can't.")]
    call.feed(ReplyDrained("b", 400.0))
    assert call.state == "listening"


def test_preamble_without_audio_keeps_thinking() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="a"), ToolCall(call_id="c1", name="weather"), ReplyDone(reply_id="a"))
    assert (call.state, call.session.notices) == ("thinking", ())


def test_call_after_its_reply_is_done_is_answered_at_once() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="a"), ReplyDone(reply_id="a"))
    assert len(sent(call.feed(ToolCall(call_id="c1", name="x")))) == 1


def test_calls_of_an_interrupted_reply_are_discarded_even_late_ones() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="a"), ToolCall(call_id="c1", name="x"), InputSpeechStarted())
    effects = call.feed(ReplyDone(reply_id="a", status="interrupted"), ToolCall(call_id="c2", name="x"))
    assert sent(effects) == []
    effects = call.feed(InputSpeechStopped(), ReplyStarted(reply_id="b"), ReplyDone(reply_id="b"))
    assert sent(effects) == []
    assert call.session.counters.tool_calls_dropped == 2


def test_same_call_told_twice_is_answered_once() -> None:
    call = live()
    tool = ToolCall(call_id="c1", name="x")
    effects = call.feed(ReplyStarted(reply_id="a"), tool, tool, ReplyDone(reply_id="a"))
    assert len(sent(effects)) == 1


def test_call_of_a_hosted_tool_is_not_ours_to_answer() -> None:
    call = live()
    tools = [{"name": "look_up", "http": {"url": "https://example.org"}}, {"name": "mine", "http": None}]
    call.feed(SessionUpdated(config={"tools": tools}), ReplyStarted(reply_id="a"))
    call.feed(ToolCall(call_id="c1", name="look_up"), ToolCall(call_id="c2", name="mine"))
    results = sent(call.feed(ReplyDone(reply_id="a")))
    assert [result.call_id for result in results if isinstance(result, ToolResult)] == ["c2"]


def test_waiting_calls_are_bounded_and_the_oldest_dropped() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="a"))
    call.feed(*[ToolCall(call_id=f"c{number}", name="x") for number in range(MAX_PENDING_TOOLS + 3)])
    results = sent(call.feed(ReplyDone(reply_id="a")))
    assert len(results) == MAX_PENDING_TOOLS
    assert results[0].call_id == "c3"
    assert call.session.counters.tool_calls_dropped == 3
