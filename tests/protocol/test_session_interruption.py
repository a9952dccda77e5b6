"""Barge-in: what stops, what is dropped, and what the transcript says was heard."""

from tests.protocol.driver import PCM, Call, live, played, sent, updates
from voice.protocol.config import InputPatch, SessionPatch, TurnDetection
from voice.protocol.effects import FlushPlayout
from voice.protocol.inputs import ConfigWanted, PlayoutFlushed, ReplyAudible, ReplyDrained, Tick
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    SessionUpdated,
    TranscriptAgent,
    TranscriptAgentDelta,
    TranscriptUser,
)

WORDS = ("The", "quick", "brown", "fox", "jumps.")


def _speaking() -> Call:
    call = live()
    call.say("r1", *WORDS)
    call.feed(ReplyAudible("r1"))
    return call


def test_speech_over_the_agent_flushes_at_once_and_only_once() -> None:
    call = _speaking()
    assert call.feed(InputSpeechStarted()) == [FlushPlayout()]
    assert call.state == "hearing"
    rest = call.feed(
        TranscriptAgent(reply_id="r1", text="The quick", interrupted=True),
        ReplyDone(reply_id="r1", status="interrupted"),
        InputSpeechStarted(),
    )
    assert rest == []
    assert call.session.cut_replies == ("r1",)


def test_only_the_words_heard_are_shown_and_the_whole_is_kept() -> None:
    call = _speaking()
    call.feed(InputSpeechStarted(), PlayoutFlushed("r1", 450.0))
    turn = call.turns[0]
    assert (turn.text, turn.rest) == ("The quick brown", "fox jumps.")
    assert turn.generated == "The quick brown fox jumps."
    assert turn.interrupted
    assert turn.settled
    assert call.said[1:] == [("user", "")]


def test_played_time_outweighs_the_agents_own_trimming_in_either_order() -> None:
    trimmed = TranscriptAgent(reply_id="r1", text="The quick brown fox", interrupted=True)
    first, second = _speaking(), _speaking()
    first.feed(InputSpeechStarted(), trimmed, PlayoutFlushed("r1", 210.0))
    second.feed(InputSpeechStarted(), PlayoutFlushed("r1", 210.0), trimmed)
    assert first.turns[0].text == second.turns[0].text == "The quick"


def test_trimmed_text_is_used_without_word_times() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="r1"), ReplyAudio(reply_id="r1", data=PCM), ReplyAudible("r1"))
    call.feed(*[TranscriptAgentDelta(reply_id="r1", delta=word) for word in WORDS])
    call.feed(InputSpeechStarted(), PlayoutFlushed("r1", 450.0))
    assert call.turns[0].text == "The quick brown fox jumps."
    call.feed(TranscriptAgent(reply_id="r1", text="The quick", interrupted=True))
    assert (call.turns[0].text, call.turns[0].rest) == ("The quick", "brown fox jumps.")


def test_barge_in_after_the_agent_sent_everything_still_trims() -> None:
    call = _speaking()
    call.feed(TranscriptAgent(reply_id="r1", text="The quick brown fox jumps."), ReplyDone(reply_id="r1"))
    assert call.feed(InputSpeechStarted()) == [FlushPlayout()]
    call.feed(PlayoutFlushed("r1", 250.0))
    assert call.turns[0].text == "The quick"


def test_words_that_come_after_the_cut_are_not_shown_as_heard() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="r1"), ReplyAudio(reply_id="r1", data=PCM), ReplyAudible("r1"))
    call.feed(InputSpeechStarted(), PlayoutFlushed("r1", 250.0))
    call.feed(TranscriptAgentDelta(reply_id="r1", delta="Hello", start_ms=0.0, end_ms=240.0))
    call.feed(TranscriptAgentDelta(reply_id="r1", delta="world", start_ms=260.0, end_ms=500.0))
    assert (call.turns[0].text, call.turns[0].rest) == ("Hello", "world")


def test_reply_cut_before_any_sound_leaves_no_bubble() -> None:
    call = live()
    call.say("r1", *WORDS)
    call.feed(InputSpeechStarted(), PlayoutFlushed("r1", 0.0))
    call.feed(TranscriptAgent(reply_id="r1", text="The", interrupted=True))
    assert call.said == [("user", "")]


def test_interrupted_reply_without_any_audio_needs_no_flush() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="r1"))
    assert call.feed(ReplyDone(reply_id="r1", status="interrupted")) == []
    assert call.session.cut_replies == ("r1",)
    assert call.state == "listening"


def test_interruption_told_by_the_agent_alone_flushes() -> None:
    call = _speaking()
    assert call.feed(ReplyDone(reply_id="r1", status="interrupted")) == [FlushPlayout()]
    assert call.state == "listening"


def test_late_frames_of_a_cut_reply_are_dropped_under_all_its_ids() -> None:
    call = _speaking()
    call.feed(ReplyAudio(reply_id="alias", data=PCM), InputSpeechStarted())
    late = [ReplyAudio(reply_id=reply_id, data=PCM) for reply_id in ("r1", "alias", "")]
    assert played(call.feed(*late)) == []
    assert call.session.counters.late_audio == 3


def test_next_reply_plays_from_its_first_sample() -> None:
    call = _speaking()
    call.feed(InputSpeechStarted(), ReplyDone(reply_id="r1", status="interrupted"), InputSpeechStopped())
    effects = call.feed(
        TranscriptUser(item_id="m1", text="Stop."),
        ReplyStarted(reply_id="r2"),
        ReplyAudio(reply_id="r1", data=PCM),
        ReplyAudio(reply_id="r2", data=PCM),
        ReplyAudio(reply_id="r2", data=PCM),
    )
    assert played(effects) == ["r2", "r2"]


def test_answer_to_an_old_flush_does_not_cut_the_next_reply() -> None:
    call = _speaking()
    call.feed(InputSpeechStarted(), ReplyDone(reply_id="r1", status="interrupted"), InputSpeechStopped())
    call.say("r2", "Yes.")
    call.feed(PlayoutFlushed("r1", 250.0), PlayoutFlushed(None, 0.0))
    assert played(call.feed(ReplyAudio(reply_id="r2", data=PCM))) == ["r2"]


def test_reply_queued_behind_the_one_playing_is_cut_with_it_and_was_not_heard() -> None:
    call = _speaking()
    call.feed(ReplyDone(reply_id="r1"))
    call.say("r2", "And", "more.")
    call.feed(InputSpeechStarted(), PlayoutFlushed("r1", 150.0))
    assert call.said == [("agent", "The"), ("user", "")]
    assert set(call.session.cut_replies) == {"r1", "r2"}


def test_newer_reply_is_not_lost_to_a_belated_interruption_of_the_older() -> None:
    call = _speaking()
    call.say("r2", "Yes.")
    assert FlushPlayout() not in call.feed(ReplyDone(reply_id="r1", status="interrupted"))
    assert played(call.feed(ReplyAudio(reply_id="r2", data=PCM))) == ["r2"]


def test_flush_by_the_browsers_side_cuts_the_reply_without_another_flush() -> None:
    call = _speaking()
    assert call.feed(PlayoutFlushed("r1", 250.0)) == []
    assert call.turns[0].text == "The quick"
    assert call.state == "listening"
    assert played(call.feed(ReplyAudio(reply_id="r1", data=PCM))) == []
    assert call.feed(InputSpeechStarted()) == []


def test_reply_that_drained_while_being_cut_counts_as_heard() -> None:
    call = _speaking()
    call.feed(
        ReplyDone(reply_id="r1"), InputSpeechStarted(), ReplyDrained("r1", 1000.0), PlayoutFlushed(None, 0.0)
    )
    assert call.turns[0].text == "The quick brown fox jumps."


def test_stopped_flash_lasts_a_second() -> None:
    call = _speaking()
    call.feed(InputSpeechStarted())
    call.feed(Tick(), after_s=0.5)
    assert call.session.interrupted_at is not None
    call.feed(Tick(), after_s=0.6)
    assert call.session.interrupted_at is None


def test_without_barge_in_the_agent_finishes_speaking() -> None:
    call = live()
    off = SessionPatch(input=InputPatch(turn_detection=TurnDetection(interrupt_response=False)))
    assert len(updates(call.feed(ConfigWanted(off)))) == 1
    call.feed(SessionUpdated())
    call.say("r1", *WORDS)
    call.feed(ReplyAudible("r1"))
    assert sent(call.feed(InputSpeechStarted())) == []
    assert (call.state, call.session.cut_replies) == ("speaking", ())
    call.feed(InputSpeechStopped())
    assert call.state == "speaking"
    call.feed(ReplyDone(reply_id="r1"), ReplyDrained("r1", 1000.0))
    assert call.state == "thinking"


def test_silent_lead_in_alone_is_not_hearing_the_reply() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="r1"), ReplyAudio(reply_id="r1", data=PCM))
    call.feed(TranscriptAgentDelta(reply_id="r1", delta="Hello"))
    call.feed(InputSpeechStarted(), PlayoutFlushed("r1", 300.0))
    assert call.said == [("user", "")]


def test_nothing_played_is_nothing_heard_even_of_a_first_word_without_a_time() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="r1"), ReplyAudio(reply_id="r1", data=PCM))
    call.feed(TranscriptAgentDelta(reply_id="r1", delta="Oh,"))
    call.feed(TranscriptAgentDelta(reply_id="r1", delta="hello", start_ms=300.0))
    call.feed(InputSpeechStarted(), PlayoutFlushed("r1", 0.0))
    assert call.said == [("user", "")]
