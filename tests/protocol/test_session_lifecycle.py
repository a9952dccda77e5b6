"""How a session opens, becomes ready, ends and fails."""

import pytest
from msgspec.structs import replace

from tests.protocol.driver import PCM, Call, live, played, sent, updates
from voice.protocol.client_events import SessionEnd, SessionUpdate
from voice.protocol.codec import Malformed, Unknown
from voice.protocol.config import OutputPatch, SessionPatch
from voice.protocol.effects import CloseLink, FinishReply, FlushPlayout, Send
from voice.protocol.errors import (
    AgentFailed,
    AgentUnreachable,
    AuthRefused,
    ConfigRefused,
    ConnectionLost,
    MediaFailed,
    MessageRefused,
    SessionGone,
    VoiceRefused,
)
from voice.protocol.inputs import (
    AgentMuteSet,
    Failed,
    HangUp,
    LinkClosed,
    LinkOpened,
    MediaConnected,
    MuteSet,
    PlayoutFlushed,
    ReplyAudible,
    ReplyDrained,
    Tick,
)
from voice.protocol.resuming import GIVE_UP_AFTER_S
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyAudio,
    SessionEnded,
    SessionError,
    SessionReady,
    SessionUpdated,
    ToolCall,
    TranscriptUser,
    TranscriptUserDelta,
)
from voice.protocol.session_state import MAX_COUNTED_TYPES, MAX_NOTICES

PATCH = SessionPatch(system_prompt="Be brief.", greeting="Hello.", output=OutputPatch(voice="alba"))


def test_the_first_message_configures_the_session() -> None:
    call = Call(PATCH)
    assert call.feed(LinkOpened()) == [Send(SessionUpdate(session=PATCH))]
    call.feed(MediaConnected(), SessionUpdated())
    assert (call.state, call.session.ready) == ("connecting", False)
    call.feed(SessionReady(session_id="sess_1", expires_at=9.0))
    assert call.session.ready
    assert (call.state, call.session.session_id) == ("listening", "sess_1")
    assert call.session.since == call.session.ready_at == call.now


def test_ready_without_an_update_before_it_is_enough() -> None:
    call = Call(PATCH)
    call.feed(LinkOpened(), MediaConnected(), SessionReady(session_id="sess_1"))
    assert call.state == "listening"
    assert call.status("output.voice") == "applied"


def test_nobody_is_listening_before_the_microphone_is_there() -> None:
    call = Call()
    call.feed(LinkOpened(), SessionReady(session_id="sess_1"))
    assert call.session.ready
    assert call.state == "connecting"
    call.feed(MediaConnected())
    assert call.state == "listening"


def test_hanging_up_says_good_bye_and_closes_after_the_answer() -> None:
    call = live()
    call.say("r1", "Hello")
    assert call.feed(HangUp()) == [FlushPlayout(), Send(SessionEnd())]
    assert (call.state, call.session.ready, call.session.ended) == ("ended", False, False)
    assert call.feed(HangUp()) == []
    assert played(call.feed(ReplyAudio(reply_id="r1", data=PCM))) == []
    assert call.feed(SessionEnded(session_duration_seconds=3.0)) == [CloseLink()]
    assert call.session.ended
    call.feed(LinkClosed(1000, ""))
    assert (call.state, call.session.failure) == ("ended", None)


def test_closing_after_hanging_up_is_no_failure_even_without_an_answer() -> None:
    call = live()
    call.feed(HangUp(), LinkClosed(None, ""))
    assert (call.state, call.session.failure, call.session.ended) == ("ended", None, True)


def test_hanging_up_before_the_link_is_open_ends_at_once() -> None:
    call = Call()
    assert call.feed(HangUp()) == [CloseLink()]
    assert call.session.ended
    assert call.feed(LinkOpened()) == [CloseLink()]


def test_last_words_still_arrive_after_hanging_up() -> None:
    call = live()
    call.feed(InputSpeechStarted(), InputSpeechStopped(), HangUp(), TranscriptUser(item_id="m1", text="Bye."))
    assert call.said == [("user", "Bye.")]


def test_end_by_the_agent_lets_queued_words_play_out() -> None:
    call = live()
    call.say("r1", "Good", "bye.")
    call.feed(ReplyAudible("r1"))
    effects = call.feed(SessionEnded())
    assert effects == [FinishReply("r1"), CloseLink()]
    call.feed(LinkClosed(1000, ""), ReplyDrained("r1", 400.0))
    assert (call.state, call.said) == ("ended", [("agent", "Good bye.")])
    assert call.session.failure is None
    assert [notice.sentence for notice in call.session.notices] == ["The agent ended the call."]


def test_a_call_that_can_not_be_carried_on_is_a_lost_connection_and_keeps_the_transcript() -> None:
    call = live()
    call.feed(InputSpeechStarted(), TranscriptUserDelta(item_id="m1", text="Hello"))
    call.say("r1", "Hi.")
    call.feed(ReplyAudible("r1"), LinkClosed(1008, "gone"), PlayoutFlushed("r1", 900.0))
    call.feed(Tick(), after_s=GIVE_UP_AFTER_S + 1)
    failure = call.session.failure
    assert isinstance(failure, ConnectionLost)
    assert (failure.code, "gone" in failure.sentence) == ("1008", True)
    assert (call.state, call.session.ended) == ("error", True)
    assert call.said == [("user", "Hello"), ("agent", "Hi.")]
    assert all(turn.settled for turn in call.turns)


def test_open_placeholder_goes_when_the_call_ends() -> None:
    call = live()
    call.feed(InputSpeechStarted(), LinkClosed(None, ""))
    assert call.said == []


@pytest.mark.parametrize(
    ("code", "param", "kind"),
    [
        ("unauthorized", None, AuthRefused),
        ("invalid_value", "llm", ConfigRefused),
        ("agent_not_found", "agent_id", SessionGone),
        ("internal_error", None, AgentFailed),
    ],
)
def test_the_first_refusal_stays_the_failure_when_the_socket_closes(
    code: str, param: str | None, kind: type[Exception]
) -> None:
    call = Call(PATCH)
    call.feed(LinkOpened())
    assert call.feed(SessionError(code=code, message="no", param=param)) == [CloseLink()]
    call.feed(SessionError(code="internal_error"), LinkClosed(1008, "policy"))
    assert isinstance(call.session.failure, kind)
    assert call.state == "error"


def test_refused_voice_teaches_the_valid_ones() -> None:
    call = Call(PATCH)
    call.feed(LinkOpened())
    words = "Invalid voice 'alba'. Must be one of: eve, jane"
    call.feed(SessionError(code="invalid_value", message=words, param="output.voice"), LinkClosed(1008, ""))
    assert isinstance(call.session.failure, VoiceRefused)
    assert call.session.valid_voices == ("eve", "jane")
    assert call.status("output.voice") == "refused"


def test_first_update_of_the_wrong_shape_is_fatal_for_it_never_becomes_ready() -> None:
    call = Call(PATCH)
    call.feed(LinkOpened())
    message = "Invalid message format for type 'session.update'"
    call.feed(SessionError(code="invalid_format", message=message))
    assert isinstance(call.session.failure, MessageRefused)
    assert call.state == "error"


def test_refused_message_in_a_call_is_a_notice() -> None:
    call = live()
    refusal = SessionError(code="audio_rate_violation", message="too fast")
    assert call.feed(refusal, refusal) == []
    assert call.state == "listening"
    assert [notice.code for notice in call.session.notices] == ["audio_rate_violation"]


def test_expired_session_in_a_call_is_fatal() -> None:
    call = live()
    assert call.feed(SessionError(code="session_expired", message="too long")) == [CloseLink()]
    call.feed(SessionEnded(), LinkClosed(1008, ""))
    assert isinstance(call.session.failure, SessionGone)


def test_lost_media_end_the_session_and_its_billing() -> None:
    call = live()
    call.say("r1", "Hello")
    error = MediaFailed("The microphone stopped.", "Check it.")
    effects = call.feed(Failed(error))
    assert effects == [FlushPlayout(), Send(SessionEnd()), CloseLink()]
    call.feed(LinkClosed(1006, ""), Failed(AgentUnreachable("x")))
    assert call.session.failure is error


def test_unreachable_agent_fails_without_a_message() -> None:
    call = Call()
    error = AgentUnreachable("The agent can't be reached.")
    assert sent(call.feed(Failed(error))) == []
    assert (call.state, call.session.failure) == ("error", error)


def test_failure_that_is_not_fatal_is_a_notice() -> None:
    call = live()
    assert call.feed(Failed(MessageRefused("odd"))) == []
    assert [notice.sentence for notice in call.session.notices] == ["odd"]
    assert call.state == "listening"


def test_failures_after_hanging_up_are_no_news() -> None:
    call = live()
    call.feed(HangUp(), Failed(MediaFailed("gone")), LinkClosed(1006, ""))
    assert (call.state, call.session.failure) == ("ended", None)


def test_mute_is_a_badge_over_any_state() -> None:
    call = live()
    call.feed(MuteSet(True))
    assert (call.session.muted, call.state) == (True, "listening")
    before = call.session
    call.feed(MuteSet(True))
    assert call.session is before


def test_muting_the_agent_is_shown_and_changes_nothing_else() -> None:
    call = live()
    before = call.session
    call.feed(AgentMuteSet(True))
    assert call.session == replace(before, agent_muted=True)
    call.feed(AgentMuteSet(False))
    assert call.session == before


def test_unknown_and_malformed_messages_are_counted_within_bounds() -> None:
    call = live()
    call.feed(*[Unknown(f"type.{number}" * 40) for number in range(100)])
    call.feed(Malformed("bad", "reply.done"), Malformed("no json"))
    counters = call.session.counters
    assert counters.ignored == 102
    assert len(counters.unknown) == MAX_COUNTED_TYPES + 1
    assert max(map(len, counters.unknown)) <= 64
    assert counters.malformed == {"reply.done": 1, "(no type)": 1}
    assert call.state == "listening"


def test_notices_are_bounded_and_the_newest_stay() -> None:
    call = live()
    call.feed(*[SessionError(code="invalid_audio", message=f"no {number}") for number in range(20)])
    notices = call.session.notices
    assert len(notices) == MAX_NOTICES
    assert "no 19" in notices[-1].sentence
    assert len({notice.id for notice in notices}) == MAX_NOTICES


def test_nothing_received_before_the_link_is_open_or_after_the_end_matters() -> None:
    call = Call()
    before = call.session
    call.feed(SessionReady(session_id="s"))
    assert call.session.phase is before.phase
    call.feed(LinkOpened(), LinkClosed(1011, ""))
    after = call.session
    call.feed(SessionReady(session_id="s"), InputSpeechStarted(), MediaConnected(), Tick())
    assert (call.session.phase, call.session.transcript) == (after.phase, after.transcript)


def test_heard_text_is_still_settled_after_the_end() -> None:
    call = live()
    call.say("r1", "One", "two", "three")
    call.feed(ReplyAudible("r1"), HangUp(), SessionEnded(), PlayoutFlushed("r1", 250.0))
    assert call.said == [("agent", "One two")]


def test_a_second_ready_does_not_start_the_session_again() -> None:
    call = live(PATCH)
    ready_at = call.session.ready_at
    assert updates(call.feed(SessionReady(session_id="sess_1"))) == []
    assert call.session.ready_at == ready_at


def test_after_hanging_up_no_speech_begins_and_no_tool_is_answered() -> None:
    call = live()
    call.feed(HangUp())
    assert call.feed(InputSpeechStarted(), ToolCall(call_id="c1", name="x")) == []
    assert call.said == []
