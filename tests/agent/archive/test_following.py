"""What becomes of a session's events in its timeline."""

from typing import Any

import pytest

from voice.agent.archive import following
from voice.agent.archive.following import INTERRUPTED, Following
from voice.agent.reply import Kind
from voice.protocol.client_events import ReplyCreate, SessionUpdate, ToolResult
from voice.protocol.config import InputPatch, OutputPatch, SessionPatch
from voice.protocol.server_events import (
    ReplyDone,
    ReplyStarted,
    ToolCall,
    TranscriptAgent,
    TranscriptUser,
)
from voice.protocol.stored_sessions import Timeline, TimelineEnd, TimelineToolCall, TimelineTurn

END = TimelineEnd("user_initiated", "client_end", 9.0)


class Story:
    """Tells a session to a follower, a little later each time."""

    def __init__(self) -> None:
        self.following = Following()
        self.now_ms = 0

    def at(self, now_ms: int) -> "Story":
        self.now_ms = now_ms
        return self

    def says(self, text: str, item: str = "msg_1", *, from_ms: int | None = None) -> None:
        self.following.spoken(self.now_ms if from_ms is None else from_ms, self.now_ms)
        self.following.sent(TranscriptUser(item_id=item, text=text), self.now_ms)

    def begins(self, kind: Kind, reply: str = "resp_1") -> None:
        self.following.sent(ReplyStarted(reply_id=reply, item_id=f"item_of_{reply}"), self.now_ms, kind)

    def ends(self, text: str = "", reply: str = "resp_1", status: str = "completed") -> None:
        if text:
            cut = status == "interrupted"
            agent_said = TranscriptAgent(reply_id=reply, text=text, interrupted=cut)
            self.following.sent(agent_said, self.now_ms)
        self.following.sent(ReplyDone(reply_id=reply, status=status), self.now_ms)

    def calls(self, call: str, **arguments: Any) -> None:
        self.following.sent(ToolCall(call_id=call, name="weather", arguments=arguments), self.now_ms)

    def answers(self, call: str, result: str, *, is_error: bool = False) -> None:
        event = ToolResult(call_id=call, result=result, is_error=is_error)
        self.following.received(event, self.now_ms)

    def timeline(self) -> Timeline:
        return self.following.timeline("sess_1", 5_000, END)

    def turns(self) -> list[TimelineTurn]:
        return self.timeline().turns


@pytest.fixture
def story() -> Story:
    return Story()


def test_an_utterance_and_its_answer_are_one_turn(story: Story) -> None:
    story.at(1_500).says("Hello.", from_ms=1_000)
    story.at(1_501).begins("turn")
    story.following.audible(1_580)
    story.following.audible(1_600)
    story.at(3_000).ends("Hi there.")
    assert story.turns() == [
        TimelineTurn(
            turn_id="resp_1",
            item_id="msg_1",
            status="completed",
            trigger="user_speech",
            user_transcript="Hello.",
            user_speech_started_at_ms=1_000,
            user_speech_ended_at_ms=1_500,
            agent_text="Hi there.",
            agent_reply_started_at_ms=1_501,
            agent_reply_ended_at_ms=3_000,
            time_to_first_audio_ms=80,
        )
    ]


@pytest.mark.parametrize(
    ("kind", "trigger"), [("greeting", "greeting"), ("notice", "greeting"), ("create", "reply_create")]
)
def test_a_reply_that_nobody_s_words_asked_for_leaves_them_to_the_next(
    story: Story, kind: Kind, trigger: str
) -> None:
    story.at(100).says("Hello.")
    story.at(200).begins(kind, "resp_1")
    story.following.audible(260)
    story.at(300).ends("First.", "resp_1")
    story.at(301).begins("turn", "resp_2")
    first, second = sorted(story.turns(), key=lambda turn: turn.turn_id)
    assert (first.trigger, first.user_transcript, first.item_id) == (trigger, None, "item_of_resp_1")
    assert first.time_to_first_audio_ms == 60
    assert (second.trigger, second.user_transcript) == ("user_speech", "Hello.")


def test_instructions_belong_to_the_reply_that_was_asked_for_with_them(story: Story) -> None:
    story.following.received(ReplyCreate(instructions="Say yes."), 10)
    story.at(20).begins("turn", "resp_1")
    story.ends()
    story.at(30).begins("create", "resp_2")
    story.ends(reply="resp_2")
    story.at(40).begins("create", "resp_3")
    assert [turn.requested_instructions for turn in story.turns()] == [None, "Say yes.", None]


def test_a_cut_says_when_and_what_was_heard(story: Story) -> None:
    story.at(100).begins("greeting")
    story.at(700).ends("One two", status="interrupted")
    (turn,) = story.turns()
    assert (turn.status, turn.interrupted_at_ms, turn.agent_reply_ended_at_ms) == ("interrupted", 700, 700)
    assert turn.agent_text == "One two"


def test_a_tool_s_call_and_answer_are_told_with_the_turn_that_called(story: Story) -> None:
    story.at(100).says("Rain?")
    story.at(101).begins("turn", "resp_1")
    story.at(110).calls("call_1", place="Rome")
    story.following.audible(120)
    story.at(200).ends(reply="resp_1")
    story.at(900).answers("call_1", "Sunny")
    story.at(901).begins("tool", "resp_2")
    story.following.audible(1_000)
    story.at(950).answers("call_1", "again")
    story.ends("It is sunny.", "resp_2")
    calling, telling = story.turns()
    assert calling.tool_calls == [
        TimelineToolCall(
            call_id="call_1",
            name="weather",
            arguments={"place": "Rome"},
            result="Sunny",
            dispatched_at_ms=110,
            result_received_at_ms=900,
            duration_ms=790,
        )
    ]
    assert calling.time_to_first_audio_ms is None
    assert (telling.trigger, telling.tool_calls) == ("tool_result", [])
    # The service tells of a reply to a tool's result only when it ended.
    assert telling.agent_reply_started_at_ms is telling.time_to_first_audio_ms is None
    assert telling.agent_reply_ended_at_ms == 950


def test_a_tool_without_an_answer_is_told_as_such_and_a_late_one_changes_nothing(story: Story) -> None:
    story.at(100).begins("create")
    for call in ("call_1", "call_2", "call_3"):
        story.calls(call)
    story.ends()
    story.at(400).answers("call_1", "broken", is_error=True)
    story.following.timed_out(["call_2", "call_unknown"], 5_100)
    story.at(6_000).answers("call_2", "late")
    failed, late, never = story.turns()[0].tool_calls
    assert (failed.is_error, failed.timed_out, failed.result) == (True, False, "broken")
    assert (late.is_error, late.timed_out, late.result, late.duration_ms) == (True, True, None, 5_000)
    assert late.result_received_at_ms is None
    assert (never.is_error, never.result_received_at_ms, never.duration_ms) == (False, None, None)


def test_words_that_were_never_answered_are_a_turn_in_their_place(story: Story) -> None:
    story.at(100).begins("greeting", "resp_1")
    story.at(300).ends("Hello.", "resp_1")
    story.at(500).says("Wait", "msg_1")
    story.at(900).says("Now.", "msg_2")
    story.at(901).begins("turn", "resp_2")
    story.at(950).ends("Yes.", "resp_2")
    story.at(990).says("And", "msg_3")
    turns = story.turns()
    assert [turn.turn_id for turn in turns] == ["resp_1", "msg_1", "resp_2", "msg_3"]
    assert [turn.status for turn in turns] == ["completed", INTERRUPTED, "completed", INTERRUPTED]
    assert [turn.user_transcript for turn in turns] == [None, "Wait", "Now.", "And"]


def test_words_held_back_keep_the_moments_in_which_they_were_said(story: Story) -> None:
    story.following.spoken(100, 200)
    story.following.spoken(300, 400)
    for item in ("msg_1", "msg_2"):
        story.following.sent(TranscriptUser(item_id=item, text=item), 2_000)
    first, second = story.turns()
    assert (first.user_speech_started_at_ms, first.user_speech_ended_at_ms) == (100, 200)
    assert (second.user_speech_started_at_ms, second.user_speech_ended_at_ms) == (300, 400)


def test_changes_of_the_configuration_are_told_as_they_were_sent(story: Story) -> None:
    patch = SessionPatch(input=InputPatch(voice_focus=None), output=OutputPatch(volume=40.0))
    story.following.received(SessionUpdate(session=patch), 700)
    changes = {"input": {"voice_focus": None}, "output": {"volume": 40.0}}
    assert story.timeline().config_changes == [{"at_ms": 700, "changes": changes}]


def test_a_session_notes_no_more_than_fits(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MAX_TURNS", 2)
    monkeypatch.setattr(following, "MAX_CHANGES", 1)
    story.following._room = 20
    for number in range(4):
        story.at(number).begins("create", f"resp_{number}")
        story.calls(f"call_{number}", secret="x" * 50)
        story.ends("Twelve signs", f"resp_{number}")
        story.answers(f"call_{number}", "result")
        story.following.received(SessionUpdate(session=SessionPatch(system_prompt="y" * 30)), number)
    timeline = story.timeline()
    assert [turn.agent_text for turn in timeline.turns] == ["Twelve signs", "Tw"]
    (call,) = timeline.turns[0].tool_calls
    assert (call.arguments, call.result) == (None, "result")
    assert len(timeline.config_changes) == 1


def test_a_timeline_carries_whose_it_is_and_how_it_ended(story: Story) -> None:
    timeline = story.timeline()
    assert (timeline.session_id, timeline.started_at_unix_ms, timeline.ended) == ("sess_1", 5_000.0, END)
