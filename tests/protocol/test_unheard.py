"""A reply without a sound is told of, unless there was a reason for it, whenever the reason comes."""

import pytest

from tests.protocol.driver import PCM, Call, live
from voice.protocol.config import FunctionTool, OutputPatch, SessionPatch
from voice.protocol.effects import RunTool
from voice.protocol.inputs import AnyInput, LinkClosed, ReplyDrained, Tick, ToolFinished
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    ServerEvent,
    SessionUpdated,
    ToolCall,
    TranscriptAgent,
    TranscriptUser,
    TranscriptUserDelta,
)
from voice.protocol.unheard import TELL_AFTER_S

OFFERED = SessionPatch(tools=(FunctionTool(name="weather"),))
HOSTED = {"tools": [{"name": "look_up", "http": {"url": "https://tools.example"}}]}
QUESTION = (InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m1", text="Will it rain?"))
Happening = AnyInput | ServerEvent


def silences_told(call: Call) -> int:
    """How often the person was told, once nothing more could explain it."""
    call.feed(*[Tick()] * 4, after_s=TELL_AFTER_S)
    return sum("without a sound" in notice.sentence for notice in call.session.notices)


def orders(reply_id: str, *, first: int) -> list[tuple[str, list[Happening | None]]]:
    """A reply without a sound in every order, with None where the tool is called, from place `first` on."""
    found: list[tuple[str, list[Happening | None]]] = []
    for words in (0, 1):
        for frames in (0, 3):
            events: list[Happening | None] = [
                ReplyStarted(reply_id=reply_id),
                *[ReplyAudio(reply_id=reply_id, data=PCM)] * frames,
                *[TranscriptAgent(reply_id=reply_id, text="One moment.")] * words,
                ReplyDone(reply_id=reply_id),
            ]
            if frames:
                events.append(ReplyDrained(reply_id or "(reply 2)", 30.0))
            for place in range(first, len(events) + 1):
                name = f"{frames} frames, {words} texts, call at {place} of {len(events)}"
                found.append((name, [*events[:place], None, *events[place:]]))
    return found


@pytest.mark.parametrize("reply_id", ["a", ""])
@pytest.mark.parametrize("tool", ["weather", "unknown", "look_up"])
def test_no_silence_is_told_of_a_reply_that_calls_a_tool(tool: str, reply_id: str) -> None:
    # Of a tool the service runs itself, nobody knows for how long it runs.
    for name, order in orders(reply_id, first=1 if tool == "look_up" else 0):
        call = live(OFFERED)
        call.feed(SessionUpdated(config=HOSTED), *QUESTION)
        called = ToolCall(call_id="c1", name=tool)
        effects = call.feed(*[called if event is None else event for event in order])
        assert call.state == "thinking", name
        assert silences_told(call) == 0, name
        assert [e.name for e in effects if isinstance(e, RunTool)] == ["weather"] * (tool == "weather"), name


def test_a_call_told_twice_excuses_only_the_reply_it_belongs_to() -> None:
    call = live(OFFERED)
    called = ToolCall(call_id="c1", name="weather")
    call.feed(*QUESTION, ReplyStarted(reply_id="a"), called, ReplyDone(reply_id="a"), ToolFinished("c1", "1"))
    call.feed(ReplyStarted(reply_id="b"), called, ReplyDone(reply_id="b"))
    assert silences_told(call) == 1


def test_a_call_of_an_interrupted_reply_tells_of_no_silence_either() -> None:
    call = live(OFFERED)
    call.feed(*QUESTION, ReplyStarted(reply_id="a"), InputSpeechStarted())
    call.feed(ReplyDone(reply_id="a", status="interrupted"), ToolCall(call_id="c1", name="weather"))
    assert silences_told(call) == 0


def test_a_silent_reply_may_be_for_a_tool_the_service_calls_without_a_word() -> None:
    call = live(OFFERED)
    call.feed(SessionUpdated(config=HOSTED), *QUESTION, ReplyStarted(reply_id="a"), ReplyDone(reply_id="a"))
    assert silences_told(call) == 0


@pytest.mark.parametrize("frames", [0, 3])
def test_a_silence_without_a_reason_is_told_once(frames: int) -> None:
    call = live(OFFERED)
    call.feed(*QUESTION, ReplyStarted(reply_id="a"))
    call.feed(*[ReplyAudio(reply_id="a", data=PCM)] * frames, ReplyDone(reply_id="a"))
    if frames:
        call.feed(ReplyDrained("a", 30.0))
    assert silences_told(call) == 1


def test_another_reply_right_behind_is_the_answer() -> None:
    call = live()
    call.feed(*QUESTION, ReplyStarted(reply_id="a"), ReplyDone(reply_id="a"), ReplyStarted(reply_id="b"))
    assert silences_told(call) == 0


@pytest.mark.parametrize("resumed", ["with speech", "with words alone", "before the reply is done"])
def test_a_merged_turn_whose_reply_was_held_tells_of_no_silence(resumed: str) -> None:
    """The service takes a pause for the end of a turn, then merges what follows and holds its reply."""
    call = live()
    held: list[Happening] = [
        *[ReplyAudio(reply_id="r1", data=PCM)] * 3,
        TranscriptAgent(reply_id="r1", text="Sure.", interrupted=False),
        ReplyDone(reply_id="r1"),
        ReplyDrained("r1", 30.0),
    ]
    more: list[Happening] = [TranscriptUserDelta(item_id="m1", text="Will it rain? In Rome")]
    if resumed != "with words alone":
        more.insert(0, InputSpeechStarted())
    call.feed(*QUESTION, ReplyStarted(reply_id="r1"))
    call.feed(*((*more, *held) if resumed == "before the reply is done" else (*held, *more)))
    assert silences_told(call) == 0
    call.feed(InputSpeechStopped(), TranscriptUser(item_id="m1", text="Will it rain? In Rome, I mean."))
    call.say("r2", "No.")
    assert silences_told(call) == 0
    assert [text for speaker, text in call.said if speaker == "user"] == ["Will it rain? In Rome, I mean."]


def test_a_held_reply_is_excused_even_where_speech_may_not_interrupt() -> None:
    turn_detection = {"input": {"turn_detection": {"interrupt_response": False}}}
    call = live()
    call.feed(SessionUpdated(config=turn_detection), *QUESTION, ReplyStarted(reply_id="r1"))
    call.feed(ReplyAudio(reply_id="r1", data=PCM), InputSpeechStarted(), ReplyDone(reply_id="r1"))
    call.feed(ReplyDrained("r1", 10.0), InputSpeechStopped())
    assert silences_told(call) == 0


def test_silence_at_volume_0_and_before_a_drop_is_not_told() -> None:
    quiet = live(SessionPatch(output=OutputPatch(volume=0)))
    quiet.feed(*QUESTION, ReplyStarted(reply_id="a"), ReplyDone(reply_id="a"))
    assert silences_told(quiet) == 0
    dropped = live()
    dropped.feed(*QUESTION, ReplyStarted(reply_id="a"), ReplyDone(reply_id="a"), LinkClosed(1006, ""))
    assert silences_told(dropped) == 0
