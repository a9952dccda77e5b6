"""What a call hands over to be kept, step by step."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.history.samples import a_call
from tests.protocol import arbitrary
from tests.protocol.driver import Call
from voice.call.redaction import REDACTED, Redactor
from voice.history.entries import (
    Begun,
    Changed,
    Ended,
    Entry,
    Figures,
    Marked,
    SessionBegan,
    TurnGone,
    TurnPut,
)
from voice.history.following import Follower
from voice.history.records import CallRecord, HowEnded, Mark, TurnRecord
from voice.protocol.config import FunctionTool, OutputPatch, SessionPatch
from voice.protocol.effects import AnyEffect
from voice.protocol.errors import MediaFailed
from voice.protocol.inputs import (
    AnyInput,
    ConfigWanted,
    Failed,
    HangUp,
    LimitsSet,
    LinkClosed,
    LinkOpened,
    MediaConnected,
    PlayoutFlushed,
    Received,
    ReplyAudible,
    ReplyDrained,
    Restart,
    Said,
    Tick,
    ToolFinished,
    VoiceHeard,
    VoicePaused,
)
from voice.protocol.limits import Limits
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyDone,
    ServerEvent,
    SessionEnded,
    SessionReady,
    SessionUpdated,
    ToolCall,
    TranscriptAgent,
    TranscriptUser,
    TranscriptUserDelta,
)
from voice.protocol.session import step

KEY = "canary-key-0123456789"
PATCH = SessionPatch(system_prompt="Be brief.", output=OutputPatch(voice="alba"))


class Kept:
    """What a store would hold after these entries."""

    def __init__(self) -> None:
        self.call: CallRecord | None = None
        self.turns: dict[int, TurnRecord] = {}
        self.marks: dict[int, Mark] = {}
        self.changes: dict[int, dict[str, object]] = {}
        self.sessions: dict[int, str] = {}
        self.figures = Figures()
        self.ended: Ended | None = None

    def take(self, entries: list[Entry]) -> None:
        for entry in entries:
            match entry:
                case Begun(call):
                    self.call = call
                case TurnPut(slot, turn):
                    self.turns[slot] = turn
                case TurnGone(slot):
                    self.turns.pop(slot, None)
                case Marked(number, mark):
                    self.marks[number] = mark
                case Changed(number, change):
                    self.changes[number] = change.fields
                case SessionBegan(number, id_):
                    self.sessions[number] = id_
                case Figures():
                    self.figures = entry
                case Ended():
                    self.ended = entry

    @property
    def in_order(self) -> list[TurnRecord]:
        return sorted(self.turns.values(), key=lambda turn: turn.number)

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(turn.speaker, turn.text) for turn in self.in_order]


class FollowedCall(Call):
    """A scripted call with a follower; `handed` holds what each input brought."""

    def __init__(self, patch: SessionPatch = PATCH) -> None:
        super().__init__(patch, begun_at=100.0)
        self.follower = Follower(a_call(voice=""), self.session, Redactor([KEY]))
        self.kept = Kept()
        self.kept.take(self.follower.begin())
        self.handed: list[list[Entry]] = []

    def feed(self, *things: AnyInput | ServerEvent, after_s: float = 0.01) -> list[AnyEffect]:  # type: ignore[override]
        effects: list[AnyEffect] = []
        for thing in things:
            self.now += after_s
            input_ = Received(thing) if isinstance(thing, ServerEvent) else thing  # type: ignore[arg-type]
            before = self.session
            self.session, caused = step(before, input_, self.now)
            self.handed.append(self.follower.step(before, self.session, input_, self.now))
            self.kept.take(self.handed[-1])
            effects += caused
        return effects

    def end(self) -> Kept:
        self.kept.take(self.follower.end(self.session, self.now))
        return self.kept


def live(patch: SessionPatch = PATCH) -> FollowedCall:
    call = FollowedCall(patch)
    call.feed(MediaConnected(), LinkOpened(usd_per_hour=3_600.0), SessionUpdated(config={}))
    call.feed(SessionReady(session_id="sess_1", config={}))
    return call


def test_a_call_begins_with_its_configuration() -> None:
    call = live()
    assert call.kept.call == replace(
        a_call(), config={"system_prompt": "Be brief.", "output.voice": "alba"}, voice="alba"
    )
    assert call.kept.figures.session_id == "sess_1"
    assert call.kept.sessions == {1: "sess_1"}
    assert call.kept.changes == {}


def test_every_session_of_a_call_is_kept_in_order_and_the_last_is_named() -> None:
    call = live()
    call.feed(Restart(), SessionEnded(), LinkOpened(), SessionUpdated(config={}))
    call.feed(SessionReady(session_id="sess_2", config={}))
    # One that is had back after a drop is the same.
    call.feed(SessionReady(session_id="sess_2", config={}))
    kept = call.end()
    assert kept.sessions == {1: "sess_1", 2: "sess_2"}
    assert kept.figures.session_id == "sess_2"
    again = Kept()
    again.take(call.follower.whole(call.session, call.now))
    assert again.sessions == kept.sessions


def test_a_turn_is_handed_over_when_it_is_settled_and_not_before() -> None:
    call = live()
    call.feed(InputSpeechStarted(), TranscriptUserDelta(item_id="m1", text="Good"), InputSpeechStopped())
    assert call.kept.turns == {}
    call.feed(TranscriptUser(item_id="m1", text="Good day"))
    call.say("r1", "Hello", "there")
    assert call.kept.said == [("user", "Good day")]
    call.feed(TranscriptAgent(reply_id="r1", text="Hello there", interrupted=False))
    assert call.kept.said == [("user", "Good day"), ("agent", "Hello there")]
    assert call.kept.figures.turn_count == 2


def test_what_was_not_heard_of_a_cut_reply_is_taken_back_and_the_interruption_is_marked() -> None:
    call = live()
    call.say("r1", "The", "quick", "fox")
    call.feed(ReplyAudible("r1"), TranscriptAgent(reply_id="r1", text="The quick fox", interrupted=False))
    assert call.kept.said == [("agent", "The quick fox")]
    call.feed(InputSpeechStarted(), PlayoutFlushed("r1", 250.0))
    (turn,) = call.kept.in_order
    assert (turn.text, turn.rest, turn.interrupted) == ("The quick", "fox", True)
    assert turn.ended_at is not None
    assert [mark.kind for mark in call.kept.marks.values()] == ["interruption"]
    assert call.kept.figures.interruptions == 1


def test_latency_comes_with_its_turn() -> None:
    call = live()
    call.feed(InputSpeechStarted(), VoiceHeard(call.now), VoicePaused(call.now + 1.0), after_s=1.0)
    call.feed(InputSpeechStopped(), TranscriptUser(item_id="m1", text="Well?"), after_s=0.2)
    call.say("r1", "Yes")
    call.feed(ReplyAudible("r1"), TranscriptAgent(reply_id="r1", text="Yes", interrupted=False))
    call.feed(ReplyDone(reply_id="r1"), ReplyDrained("r1", 300.0), after_s=0.3)
    user, agent = call.kept.in_order
    (measured,) = call.session.latencies.turns
    assert user.latency is None
    assert agent.latency is not None
    assert agent.latency["total_ms"] == measured.total_ms
    assert call.kept.figures.median_latency_ms == measured.total_ms


def test_a_tool_and_a_typed_text_are_turns_too() -> None:
    call = live(SessionPatch(tools=(FunctionTool(name="calculate"),)))
    call.feed(Said(f"My key is {KEY}"), after_s=1.0)
    call.feed(ToolCall(call_id="c1", name="calculate", arguments={"expression": KEY}))
    assert [turn.typed for turn in call.kept.in_order] == [True]
    call.feed(ToolFinished("c1", '{"result": "4"}'))
    typed, tool = call.kept.in_order
    assert typed.text == f"My key is {REDACTED}"
    assert tool.tool is not None
    assert (tool.tool["status"], tool.tool["result"]) == ("done", '{"result": "4"}')
    assert KEY not in str(tool.tool)
    assert call.kept.figures.turn_count == 1


def test_a_change_of_the_configuration_is_kept_once_the_agent_has_it() -> None:
    call = live()
    call.feed(ConfigWanted(replace(PATCH, system_prompt=f"Be long, {KEY}.")))
    assert call.kept.changes == {}
    call.feed(SessionUpdated(config={}))
    assert call.kept.changes == {1: {"system_prompt": f"Be long, {REDACTED}."}}


def test_a_lost_connection_and_its_return_are_marked() -> None:
    call = live()
    call.feed(LinkClosed(1006, ""))
    call.feed(LinkOpened(), SessionReady(session_id="sess_1", config={}), after_s=2.0)
    texts = [mark.text for mark in call.kept.marks.values() if mark.kind == "reconnect"]
    assert texts == ["The connection to the agent was lost.", "Connected again after 4.0 s."]


def endings() -> list[tuple[HowEnded, list[AnyInput | ServerEvent], str]]:
    broken = MediaFailed("No sound.", "Connect again.")
    return [
        ("hung_up", [HangUp(), SessionEnded()], ""),
        ("agent_ended", [SessionEnded()], ""),
        ("failed", [Failed(broken)], "No sound."),
        ("idle", [LimitsSet(Limits(idle_s=40, cap_s=0)), Tick(), Tick(), SessionEnded()], ""),
        ("cap", [LimitsSet(Limits(idle_s=0, cap_s=40)), Tick(), Tick(), SessionEnded()], ""),
    ]


def test_how_a_call_ended_is_told() -> None:
    for how, inputs, failure in endings():
        call = live()
        call.feed(*inputs, after_s=25.0)
        kept = call.end()
        assert kept.ended is not None
        assert (kept.ended.how, kept.ended.failure) == (how, failure)
        assert kept.ended.at == call.session.ended_at


def test_the_cost_is_that_of_the_open_socket_and_nothing_is_written_only_because_it_grows() -> None:
    call = live()
    call.feed(Tick(), Tick(), Tick(), after_s=1.0)
    assert call.handed[-3:] == [[], [], []]
    call.feed(HangUp(), after_s=5.0)
    call.feed(SessionEnded(), after_s=9.0)
    cost = call.end().figures.cost_usd
    assert cost is not None
    # A dollar a second, until the person hung up.
    assert round(cost, 1) == 8.0


@given(arbitrary.calls, arbitrary.gaps_s)
@settings(max_examples=200, deadline=None)
def test_in_the_end_exactly_the_transcript_is_kept_whatever_happened(
    said: list[AnyInput], gap_s: float
) -> None:
    call = FollowedCall()
    call.feed(*said, after_s=gap_s)
    call.feed(HangUp(), SessionEnded())
    kept = call.end()
    final = [(turn.speaker, turn.text, turn.rest) for turn in call.turns if turn.settled]
    assert [(turn.speaker, turn.text, turn.rest) for turn in kept.in_order] == final
    assert len({turn.number for turn in kept.in_order}) == len(kept.in_order)


@given(arbitrary.calls, arbitrary.gaps_s, st.integers(0, 60), st.integers(0, 30))
@settings(max_examples=200, deadline=None)
def test_what_was_not_taken_is_all_in_the_whole(
    said: list[AnyInput], gap_s: float, place: int, missed: int
) -> None:
    call = FollowedCall()
    call.feed(*said[:place], after_s=gap_s)
    taken, call.kept = call.kept, Kept()
    call.feed(*said[place : place + missed], after_s=gap_s)
    call.kept = taken
    taken.take(call.follower.whole(call.session, call.now))
    call.feed(*said[place + missed :], after_s=gap_s)
    kept = call.end()
    whole = Kept()
    whole.take(call.follower.whole(call.session, call.now))
    assert kept.in_order == whole.in_order
    assert (kept.marks, kept.changes, kept.call) == (whole.marks, whole.changes, whole.call)
