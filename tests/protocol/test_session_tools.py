"""Tool calls: run, and answered once the reply is done, never for an interrupted one."""

import json
from typing import Any

from tests.protocol.driver import PCM, Call, finished, live, sent
from voice.conversation.tool_turns import MAX_SHOWN_CHARS
from voice.conversation.transcript import ToolView
from voice.protocol.client_events import ToolResult
from voice.protocol.config import FunctionTool, SessionPatch
from voice.protocol.effects import AnyEffect, RunTool
from voice.protocol.inputs import (
    ConfigWanted,
    HangUp,
    LinkClosed,
    ReplyAudible,
    ReplyDrained,
    Tick,
    ToolFinished,
)
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
from voice.protocol.tooling import NO_REPLY_AFTER_S

OFFERED = SessionPatch(tools=(FunctionTool(name="weather"), FunctionTool(name="time")))


def runs(effects: list[AnyEffect]) -> list[tuple[str, str, Any]]:
    return [(e.call_id, e.name, e.arguments) for e in effects if isinstance(e, RunTool)]


def cards(call: Call) -> list[tuple[str, str]]:
    return [(turn.tool.name, turn.tool.status) for turn in call.turns if turn.tool]


def asked(**arguments: Any) -> Call:
    """A call in which reply `a` has called the tool `weather` as `c1`."""
    call = live(OFFERED)
    call.feed(ReplyStarted(reply_id="a"), ToolCall(call_id="c1", name="weather", arguments=arguments))
    return call


def test_tool_turn_with_a_silent_preamble() -> None:
    call = live(OFFERED)
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m1", text="Weather?"))
    call.feed(ReplyStarted(reply_id="a"), ReplyAudio(reply_id="a", data=PCM))
    tools = (
        ToolCall(call_id="c1", name="weather", arguments={"city": "Rome"}),
        ToolCall(call_id="c2", name="time"),
    )
    effects = call.feed(*tools)
    assert runs(effects) == [("c1", "weather", {"city": "Rome"}), ("c2", "time", {})]
    assert cards(call) == [("weather", "running"), ("time", "running")]
    assert sent(call.feed(ToolFinished("c2", '"noon"'), ToolFinished("c1", '"sun"'))) == []
    effects = call.feed(ReplyDone(reply_id="a"))
    assert sent(effects) == [
        ToolResult(call_id="c1", result='"sun"'),
        ToolResult(call_id="c2", result='"noon"'),
    ]
    assert finished(effects) == ["a"]
    call.feed(ReplyDrained("a", 10.0))
    assert (call.state, call.session.notices) == ("thinking", ())
    call.say("b", "It", "shines.")
    call.feed(ReplyAudible("b"), TranscriptAgent(reply_id="b", text="It shines."), ReplyDone(reply_id="b"))
    assert call.said == [("user", "Weather?"), ("tool", ""), ("tool", ""), ("agent", "It shines.")]
    call.feed(ReplyDrained("b", 400.0))
    assert call.state == "listening"


def test_a_card_tells_what_was_asked_what_came_of_it_and_how_long_it_took() -> None:
    call = asked(city="Zürich")
    call.feed(ToolFinished("c1", '{"result": "sun"}'), after_s=1.5)
    (turn,) = call.turns
    assert turn.line.speaker == "tool"
    assert turn.line.settled
    assert turn.line.tool == ToolView("weather", "done", '{"city": "Zürich"}', '{"result": "sun"}', 1500)


def test_a_result_that_comes_after_its_reply_is_sent_at_once_and_one_that_failed_says_so() -> None:
    call = asked()
    assert sent(call.feed(ReplyDone(reply_id="a"))) == []
    assert call.state == "thinking"
    result = ToolResult(call_id="c1", result="{}", is_error=True)
    assert sent(call.feed(ToolFinished("c1", "{}", is_error=True))) == [result]
    assert cards(call) == [("weather", "failed")]


def test_preamble_without_audio_keeps_thinking() -> None:
    call = asked()
    call.feed(ReplyDone(reply_id="a"))
    assert (call.state, call.session.notices) == ("thinking", ())


def test_a_tool_called_after_its_reply_is_done_runs_too() -> None:
    call = live(OFFERED)
    call.feed(ReplyStarted(reply_id="a"), ReplyDone(reply_id="a"))
    assert len(runs(call.feed(ToolCall(call_id="c1", name="time")))) == 1
    assert call.state == "thinking"
    assert len(sent(call.feed(ToolFinished("c1", "1")))) == 1


def test_a_tool_that_is_unknown_or_switched_off_is_refused_without_running() -> None:
    call = live(OFFERED)
    call.feed(ReplyStarted(reply_id="a"), ConfigWanted(SessionPatch(tools=(FunctionTool(name="time"),))))
    effects = call.feed(ToolCall(call_id="c1", name="weather"), ReplyDone(reply_id="a"))
    assert runs(effects) == []
    (result,) = sent(effects)
    assert result.is_error
    assert json.loads(result.result) == {"error": "The tool weather does not exist or is switched off."}
    assert cards(call) == [("weather", "failed")]


def test_a_result_waits_while_the_person_speaks_and_goes_after_the_next_reply() -> None:
    call = asked()
    call.feed(ReplyDone(reply_id="a"), InputSpeechStarted())
    assert sent(call.feed(ToolFinished("c1", "1"), InputSpeechStopped(), ReplyStarted(reply_id="b"))) == []
    assert len(sent(call.feed(ReplyDone(reply_id="b")))) == 1


def test_a_noise_that_gets_no_reply_does_not_hold_a_result_for_ever() -> None:
    call = asked()
    call.feed(ReplyDone(reply_id="a"), InputSpeechStarted(), ToolFinished("c1", "1"), InputSpeechStopped())
    assert sent(call.feed(Tick())) == []
    assert len(sent(call.feed(Tick(), after_s=NO_REPLY_AFTER_S))) == 1


def test_calls_of_an_interrupted_reply_are_discarded_even_late_ones() -> None:
    call = asked()
    call.feed(InputSpeechStarted())
    effects = call.feed(ReplyDone(reply_id="a", status="interrupted"), ToolCall(call_id="c2", name="time"))
    assert (runs(effects), sent(effects)) == ([], [])
    effects = call.feed(ToolFinished("c1", '"late"'), InputSpeechStopped())
    effects += call.feed(ReplyStarted(reply_id="b"), ReplyDone(reply_id="b"))
    assert sent(effects) == []
    assert call.session.counters.tool_calls_dropped == 2
    assert cards(call) == [("weather", "dropped")]
    assert call.turns[0].tool == ToolView("weather", "dropped", "{}")


def test_an_interruption_of_another_reply_drops_nothing() -> None:
    call = asked()
    call.feed(ReplyDone(reply_id="a"), InputSpeechStarted(), InputSpeechStopped(), ReplyStarted(reply_id="b"))
    call.feed(ReplyDone(reply_id="b", status="interrupted"))
    assert sent(call.feed(ToolFinished("c1", "1"))) == []
    assert len(sent(call.feed(ReplyStarted(reply_id="d"), ReplyDone(reply_id="d")))) == 1


def test_same_call_told_twice_is_run_and_answered_once() -> None:
    call = live(OFFERED)
    tool = ToolCall(call_id="c1", name="time")
    assert len(runs(call.feed(ReplyStarted(reply_id="a"), tool, tool))) == 1
    effects = call.feed(ToolFinished("c1", "1"), ToolFinished("c1", "2"), ReplyDone(reply_id="a"), tool)
    assert [result.result for result in sent(effects)] == ["1"]
    assert runs(effects) == []


def test_call_of_a_hosted_tool_is_not_ours_to_answer() -> None:
    call = live(OFFERED)
    tools = [{"name": "look_up", "http": {"url": "https://example.org"}}, {"name": "time", "http": None}]
    call.feed(SessionUpdated(config={"tools": tools}), ReplyStarted(reply_id="a"))
    effects = call.feed(ToolCall(call_id="c1", name="look_up"), ToolCall(call_id="c2", name="time"))
    assert [call_id for call_id, _, _ in runs(effects)] == ["c2"]
    assert cards(call) == [("time", "running")]


def test_waiting_calls_are_bounded_and_the_oldest_dropped() -> None:
    call = live(OFFERED)
    call.feed(ReplyStarted(reply_id="a"))
    calls = [ToolCall(call_id=f"c{number}", name="time") for number in range(MAX_PENDING_TOOLS + 3)]
    call.feed(*calls, *[ToolFinished(tool.call_id, "1") for tool in calls])
    results = sent(call.feed(ReplyDone(reply_id="a")))
    assert len(results) == MAX_PENDING_TOOLS
    assert results[0].call_id == "c3"
    assert call.session.counters.tool_calls_dropped == 3


def test_arguments_that_are_no_object_or_huge_are_run_as_they_are_and_shown_cut() -> None:
    call = live(OFFERED)
    call.feed(ReplyStarted(reply_id="a"))
    effects = call.feed(
        ToolCall(call_id="c1", name="time", arguments=["Rome"]),
        ToolCall(call_id="c2", name="time", arguments={"city": "x" * 100_000}),
    )
    assert runs(effects)[0] == ("c1", "time", ["Rome"])
    shown = [turn.tool.arguments for turn in call.turns if turn.tool]
    assert shown[0] == '["Rome"]'
    assert len(shown[1]) == MAX_SHOWN_CHARS


def test_after_the_end_no_result_is_sent_and_no_card_says_it_runs() -> None:
    call = asked()
    call.feed(ReplyDone(reply_id="a"), HangUp())
    assert sent(call.feed(ToolFinished("c1", "1"))) == []
    call.feed(LinkClosed(1000, ""))
    assert cards(call) == [("weather", "done")]
    hung_up = asked()
    hung_up.feed(HangUp(), LinkClosed(1000, ""))
    assert cards(hung_up) == [("weather", "dropped")]
    assert sent(hung_up.feed(ToolFinished("c1", "1"))) == []


def test_words_whose_start_was_never_told_come_before_the_tool_they_asked_for() -> None:
    call = asked()
    call.feed(TranscriptUser(item_id="m1", text="Weather?"))
    assert call.said == [("user", "Weather?"), ("tool", "")]
