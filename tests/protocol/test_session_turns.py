"""Plain turns in every order seen on the service."""

import pytest

from tests.protocol.driver import PCM, Call, finished, live, played
from voice.protocol.config import OutputPatch, SessionPatch
from voice.protocol.inputs import ReplyAudible, ReplyDrained, Tick
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyAudio,
    ReplyDone,
    ReplyError,
    ReplyStarted,
    TranscriptAgent,
    TranscriptAgentDelta,
    TranscriptUser,
    TranscriptUserDelta,
)
from voice.protocol.unheard import TELL_AFTER_S


def _answered(call: Call) -> None:
    call.feed(
        ReplyAudio(reply_id="r1", data=PCM),
        TranscriptAgentDelta(reply_id="r1", delta="It"),
        TranscriptAgentDelta(reply_id="r1", delta="is "),
        TranscriptAgentDelta(reply_id="r1", delta="noon."),
        ReplyAudible("r1"),
        TranscriptAgent(reply_id="r1", text="It is noon."),
        ReplyDone(reply_id="r1"),
    )


def test_greeting_is_spoken_before_anybody_speaks() -> None:
    call = live()
    effects = call.say("r1", "Hello", "there.")
    assert played(effects) == ["r1"]
    assert call.said == [("agent", "Hello there.")]
    assert [turn.settled for turn in call.turns] == [False]
    call.feed(ReplyAudible("r1"))
    assert call.state == "speaking"
    effects = call.feed(TranscriptAgent(reply_id="r1", text="Hello there."), ReplyDone(reply_id="r1"))
    assert finished(effects) == ["r1"]
    assert call.turns[0].settled
    assert call.state == "speaking"
    call.feed(ReplyDrained("r1", 400.0))
    assert call.state == "listening"
    assert call.turns[0].ended_at == call.now


def test_documented_order_of_a_turn() -> None:
    call = live()
    call.feed(InputSpeechStarted())
    assert (call.state, call.said) == ("hearing", [("user", "")])
    call.feed(TranscriptUserDelta(item_id="m1", text="What"))
    call.feed(TranscriptUserDelta(item_id="m1", text="What time"))
    assert call.said == [("user", "What time")]
    call.feed(InputSpeechStopped())
    assert call.state == "thinking"
    call.feed(TranscriptUser(item_id="m1", text="What time is it?"), ReplyStarted(reply_id="r1"))
    assert call.turns[0].settled
    _answered(call)
    assert call.said == [("user", "What time is it?"), ("agent", "It is noon.")]
    call.feed(ReplyDrained("r1", 900.0))
    assert call.state == "listening"


def test_speculative_reply_before_the_turn_is_committed_comes_after_it() -> None:
    call = live()
    call.feed(
        InputSpeechStarted(), ReplyStarted(reply_id="r1"), TranscriptUserDelta(item_id="m1", text="What")
    )
    assert call.state == "hearing"
    call.feed(InputSpeechStopped(), TranscriptUser(item_id="m1", text="What time is it?"))
    assert call.state == "thinking"
    _answered(call)
    assert call.said == [("user", "What time is it?"), ("agent", "It is noon.")]


def test_final_words_after_the_reply_has_begun_come_before_it() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped(), ReplyStarted(reply_id="r1"))
    _answered(call)
    call.feed(TranscriptUser(item_id="m1", text="What time is it?"))
    assert call.said == [("user", "What time is it?"), ("agent", "It is noon.")]


def test_words_without_any_speech_event_come_before_the_unheard_reply() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="r1"), TranscriptAgentDelta(reply_id="r1", delta="Noon."))
    call.feed(TranscriptUser(item_id="m1", text="What time is it?"))
    assert call.said == [("user", "What time is it?"), ("agent", "Noon.")]


def test_second_end_of_turn_changes_nothing() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped())
    before = call.session
    assert call.feed(InputSpeechStopped()) == []
    assert call.session is before


def test_second_final_transcript_makes_no_second_turn() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped())
    final = TranscriptUser(item_id="m1", text="Yes.")
    call.feed(final, final, TranscriptUserDelta(item_id="m1", text="Ye"))
    assert call.said == [("user", "Yes.")]
    assert call.turns[0].settled


def test_a_noise_leaves_no_bubble_and_no_thinking() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(text=""))
    assert (call.state, call.said) == ("listening", [])


def test_a_noise_without_any_transcript_is_forgotten() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped())
    call.feed(Tick(), after_s=3.0)
    assert call.said == []
    call.feed(InputSpeechStarted(), TranscriptUserDelta(item_id="m2", text="Hello"))
    assert call.said == [("user", "Hello")]


def test_partial_words_are_kept_when_the_final_ones_get_lost() -> None:
    call = live()
    call.feed(InputSpeechStarted(), TranscriptUserDelta(item_id="m1", text="Hello"), InputSpeechStopped())
    call.feed(Tick(), after_s=3.0)
    assert call.said == [("user", "Hello")]
    assert call.turns[0].settled


def test_reply_without_transcript_or_status_settles_with_its_words() -> None:
    call = live()
    call.say("r1", "Sure", ",", "wait.")
    call.feed(ReplyAudible("r1"), ReplyDone())
    assert call.said == [("agent", "Sure, wait.")]
    assert call.turns[0].settled


def test_audio_without_or_with_an_unknown_id_belongs_to_the_current_reply() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="r1"))
    assert played(call.feed(ReplyAudio(data=PCM), ReplyAudio(reply_id="fc-7", data=PCM))) == ["r1", "r1"]


def test_audio_without_a_start_begins_a_reply() -> None:
    call = live()
    assert played(call.feed(ReplyAudio(reply_id="r9", data=PCM))) == ["r9"]
    assert call.session.reply_id == "r9"


def test_audio_after_done_and_audio_of_nothing_is_late() -> None:
    call = live()
    call.say("r1", "Hi.")
    call.feed(ReplyDone(reply_id="r1"))
    assert played(call.feed(ReplyAudio(reply_id="r1", data=PCM), ReplyAudio(data=PCM))) == []
    assert call.session.counters.late_audio == 2


def test_audio_frames_leave_the_state_and_its_transcript_alone() -> None:
    call = live()
    call.say("r1", "Hi.")
    before = call.session
    call.feed(*[ReplyAudio(reply_id="r1", data=PCM)] * 50)
    assert call.session is before


def test_next_reply_finishes_one_that_was_never_declared_done() -> None:
    call = live()
    call.say("r1", "One.")
    call.feed(ReplyAudible("r1"))
    effects = call.say("r2", "Two.")
    assert finished(effects) == ["r1"]
    assert played(effects) == ["r2"]
    assert call.state == "speaking"
    call.feed(ReplyDone(reply_id="r1"), ReplyDrained("r1", 200.0))
    assert call.state == "thinking"
    assert finished(call.feed(ReplyDone(reply_id="r2"))) == ["r2"]
    call.feed(ReplyAudible("r2"), ReplyDrained("r2", 200.0))
    assert (call.state, call.said) == ("listening", [("agent", "One."), ("agent", "Two.")])


@pytest.mark.parametrize("frames", [0, 3])
def test_reply_without_a_sound_does_not_leave_thinking_for_ever(frames: int) -> None:
    call = live()
    call.feed(
        InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(text="Hello?"), ReplyStarted(reply_id="r1")
    )
    effects = call.feed(*[ReplyAudio(reply_id="r1", data=PCM)] * frames, ReplyDone(reply_id="r1"))
    if frames:
        assert (call.state, finished(effects)) == ("thinking", ["r1"])
        call.feed(ReplyDrained("r1", 30.0))
    assert (call.state, call.session.notices) == ("listening", ())
    call.feed(Tick(), after_s=TELL_AFTER_S)
    assert [notice.sentence for notice in call.session.notices] == ["The agent replied without a sound."]


def test_no_reply_at_all_ends_thinking_after_a_while() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(text="Hm."))
    call.feed(Tick(), after_s=14.0)
    assert call.state == "thinking"
    call.feed(Tick(), after_s=2.0)
    assert call.state == "listening"


def test_failure_of_the_model_is_told_and_the_call_goes_on() -> None:
    call = live()
    call.feed(
        ReplyStarted(reply_id="r1"),
        ReplyError(reply_id="r1", code="llm_provider_error", message="quota", retryable=True),
        ReplyDone(reply_id="r1"),
    )
    assert [(n.code, n.next_step) for n in call.session.notices] == [("llm_provider_error", "Say it again.")]
    assert call.state == "listening"
    assert call.said == []


def test_merged_turn_under_one_item_is_shown_once() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m1", text="I want"))
    call.feed(ReplyStarted(reply_id="r1"), InputSpeechStarted())
    call.feed(TranscriptUserDelta(item_id="m1", text="I want to book"), InputSpeechStopped())
    call.feed(TranscriptUser(item_id="m1", text="I want to book a table."))
    assert call.said == [("user", "I want to book a table.")]


def test_merged_turn_under_a_new_item_replaces_the_premature_one() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m1", text="I want."))
    began = call.turns[0].started_at
    call.feed(ReplyStarted(reply_id="r1"), InputSpeechStarted(), InputSpeechStopped())
    call.feed(TranscriptUser(item_id="m2", text="I want to book a table."))
    assert call.said == [("user", "I want to book a table.")]
    assert call.turns[0].started_at == began


def test_reply_held_silent_by_a_merged_turn_is_not_shown() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m1", text="I want"))
    call.feed(ReplyStarted(reply_id="r1"), InputSpeechStarted())
    call.feed(TranscriptAgent(reply_id="r1", text="What do you want?"), ReplyDone(reply_id="r1"))
    call.feed(InputSpeechStopped(), TranscriptUser(item_id="m2", text="to book a table."))
    assert call.said == [("user", "I want"), ("user", "to book a table.")]
    assert not call.session.notices


def test_same_words_after_a_heard_reply_are_a_new_turn() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m1", text="Yes"))
    call.say("r1", "Sure?")
    call.feed(ReplyAudible("r1"), ReplyDone(reply_id="r1"), ReplyDrained("r1", 200.0))
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m2", text="Yes I am"))
    assert [text for _, text in call.said] == ["Yes", "Sure?", "Yes I am"]


def test_reply_heard_after_the_person_went_on_comes_after_them() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="r1"), TranscriptAgentDelta(reply_id="r1", delta="Well."))
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m1", text="Go on"))
    call.feed(ReplyAudio(reply_id="r1", data=PCM), ReplyAudible("r1"))
    assert call.said == [("user", "Go on"), ("agent", "Well.")]


def test_second_start_of_speech_makes_no_second_placeholder() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStarted())
    assert call.said == [("user", "")]


def test_silent_audio_that_is_still_playing_keeps_thinking() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="r1"), ReplyAudio(reply_id="r1", data=PCM))
    call.feed(Tick(), after_s=20.0)
    assert call.state == "thinking"


def test_reply_at_volume_zero_is_silent_by_wish() -> None:
    call = live(SessionPatch(output=OutputPatch(volume=0)))
    call.say("r1", "Hello.")
    call.feed(ReplyDone(reply_id="r1"), ReplyDrained("r1", 200.0))
    assert (call.said, call.session.notices) == ([("agent", "Hello.")], ())


def test_unheard_reply_that_a_newer_one_replaced_is_not_shown() -> None:
    call = live()
    call.say("r1", "Welcome.")
    call.say("r2", "Hello.")
    call.feed(ReplyDrained("r1", 10.0), ReplyAudible("r2"))
    assert (call.said, call.session.notices) == ([("agent", "Hello.")], ())
