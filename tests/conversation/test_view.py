"""What the page gets of a call."""

import json

import msgspec
import pytest

from tests.protocol.driver import PCM, Call, live
from voice.conversation.connecting import StepView
from voice.conversation.transcript import TurnView
from voice.conversation.view import IDLE_VIEW, CallView, patch_between, view_of
from voice.protocol.config import SessionPatch
from voice.protocol.errors import MediaFailed
from voice.protocol.inputs import (
    Failed,
    HangUp,
    LinkClosed,
    LinkOpened,
    MediaConnected,
    MuteSet,
    PlayoutFlushed,
    ReplyAudible,
    Tick,
)
from voice.protocol.resuming import GIVE_UP_AFTER_S
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyAudio,
    SessionEnded,
    SessionReady,
    TranscriptUser,
    TranscriptUserDelta,
)


def _turn(number: int, text: str = "x") -> TurnView:
    return TurnView(f"t{number}", "user", text, settled=True, interrupted=False, rest="")


def _view(*turns: TurnView) -> CallView:
    return msgspec.structs.replace(IDLE_VIEW, turns=turns)


def test_without_a_session_the_page_is_idle() -> None:
    view = view_of(None)
    assert (view.state, view.label) == ("idle", "Ready when you are")


def test_view_of_a_call_in_which_the_agent_was_cut() -> None:
    call = live(SessionPatch(system_prompt="Be brief."))
    call.say("r1", "One", "two", "three.")
    call.feed(ReplyAudible("r1"))
    assert view_of(call.session).label.startswith("Speaking")
    call.feed(InputSpeechStarted(), PlayoutFlushed("r1", 250.0), MuteSet(True))
    view = view_of(call.session)
    assert (view.state, view.label, view.interrupted, view.muted) == (
        "hearing",
        "Stopped – go ahead",  # noqa: RUF001  (the dash of the label)
        True,
        True,
    )
    assert view.turns[0] == TurnView(
        "agent-1",
        "agent",
        "One two",
        settled=True,
        interrupted=True,
        rest="three.",
        words=(("One", 0, 200), ("two", 200, 400), ("three.", 400, 600)),
    )
    assert view.settings["system_prompt"].status == "applied"
    assert view.session_id == "sess_1"
    call.feed(Tick(), after_s=1.1)
    assert view_of(call.session).label == "Hearing you"


def test_failure_and_duration_are_told() -> None:
    call = live()
    call.feed(LinkClosed(1008, ""))
    call.feed(Tick(), after_s=GIVE_UP_AFTER_S + 1)
    view = view_of(call.session)
    assert view.failure is not None
    assert (view.state, view.label, view.failure.code) == ("error", "The call failed", "1008")
    assert "lost" in view.failure.sentence
    ended = live()
    ended.feed(HangUp(), after_s=134.0)
    assert view_of(ended.session).label == "Call ended · 2 min 14 s"
    ended.feed(SessionEnded(), after_s=2.0)
    assert view_of(ended.session).label == "Call ended · 2 min 14 s"


def test_the_length_of_a_call_counts_from_the_click_as_everything_that_is_kept_of_it_does() -> None:
    call = Call(begun_at=100.0)
    call.feed(LinkOpened(), MediaConnected(), SessionReady(session_id="sess_1"), after_s=0.5)
    call.feed(HangUp(), after_s=10.0)
    assert view_of(call.session).label == f"Call ended · {int(call.now - 100.0)} s"
    assert call.session.ready_at is not None
    assert int(call.now - call.session.ready_at) < int(call.now - 100.0)


def test_steps_of_connecting_tell_how_long_each_took() -> None:
    call = Call(begun_at=100.0)
    assert view_of(call.session).steps == (
        StepView("agent", "Agent", began_at=100.0),
        StepView("audio", "Audio", began_at=100.0),
    )
    call.feed(LinkOpened(), after_s=0.5)
    call.feed(MediaConnected(), after_s=0.25)
    call.feed(SessionReady(session_id="sess_1"), after_s=0.25)
    view = view_of(call.session)
    assert view.steps == (
        StepView("agent", "Agent", took_s=1.0, began_at=100.0),
        StepView("audio", "Audio", took_s=0.75, began_at=100.0),
    )
    assert (view.begun_at, view.billed_from, view.ready_at, view.ended_at) == (100.0, 100.5, 101.0, None)


def test_the_step_that_was_not_done_when_the_call_failed_is_marked() -> None:
    call = Call(begun_at=100.0)
    call.feed(LinkOpened(), SessionReady(session_id="sess_1"), Failed(MediaFailed("No route.")))
    agent, audio = view_of(call.session).steps
    assert (agent.failed, audio.failed, audio.took_s) == (False, True, None)


@pytest.mark.parametrize(
    ("usd_per_hour", "label"),
    [
        (4.5, "Call ended · 2 min 14 s · $0.17"),
        (0.0, "Call ended · 2 min 14 s"),
        (None, "Call ended · 2 min 14 s"),
        (0.01, "Call ended · 2 min 14 s · < $0.01"),
    ],
)
def test_an_ended_call_tells_its_cost_where_there_is_one(usd_per_hour: float | None, label: str) -> None:
    call = Call()
    call.feed(LinkOpened(usd_per_hour), MediaConnected(), SessionReady(session_id="sess_1"), after_s=0.0)
    call.feed(HangUp(), after_s=134.0)
    view = view_of(call.session)
    assert (view.label, view.usd_per_hour) == (label, usd_per_hour)
    assert view.ended_at == call.now


def test_view_holds_no_secret_of_the_session() -> None:
    call = live()
    call.feed(SessionReady(session_id="sess_1", resume_token="canary-token", config={"k": "canary-config"}))  # noqa: S106  (no secret)
    assert b"canary" not in msgspec.json.encode(view_of(call.session))


def test_first_patch_is_the_whole_view() -> None:
    view = _view(_turn(1))
    patch = json.loads(msgspec.json.encode(patch_between(None, view)))
    whole = json.loads(msgspec.json.encode(view))
    assert patch.pop("turns") == [{"index": 0, "turn": whole.pop("turns")[0]}]
    assert patch == whole


def test_audio_frames_change_nothing_on_the_page() -> None:
    call = live()
    call.say("r1", "One")
    before = view_of(call.session)
    call.feed(*[ReplyAudio(reply_id="r1", data=PCM)] * 10)
    after = view_of(call.session)
    assert after.turns is before.turns
    assert patch_between(before, after) == {}


def test_a_partial_word_sends_one_turn_only() -> None:
    call = live()
    for number in range(50):
        call.feed(
            InputSpeechStarted(),
            InputSpeechStopped(),
            TranscriptUser(item_id=f"m{number}", text=f"Number {number}."),
        )
    call.feed(InputSpeechStarted())
    before = view_of(call.session)
    call.feed(TranscriptUserDelta(item_id="last", text="Hello"))
    patch = patch_between(before, view_of(call.session))
    assert patch == {"turns": [{"index": 50, "turn": call.session.transcript.lines[50]}]}


def test_only_changed_top_level_fields_are_sent() -> None:
    call = live()
    before = view_of(call.session)
    call.feed(MuteSet(True))
    assert patch_between(before, view_of(call.session)) == {"muted": True}


def test_removed_inserted_and_moved_turns() -> None:
    one, two, three = _turn(1), _turn(2), _turn(3)
    assert patch_between(_view(one, two), _view(two)) == {"removed": ["t1"]}
    assert patch_between(_view(one, three), _view(one, two, three)) == {"turns": [{"index": 1, "turn": two}]}
    assert patch_between(_view(one, two), _view(two, one)) == {
        "turns": [{"index": 0, "turn": two}, {"index": 1, "turn": one}]
    }
    changed = _turn(2, "new")
    assert patch_between(_view(one, two, three), _view(one, changed, three)) == {
        "turns": [{"index": 1, "turn": changed}]
    }
