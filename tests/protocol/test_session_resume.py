"""A call that lost its socket goes on: in the same session if the agent gives it back, else in a new one."""

import pytest

from tests.protocol.driver import PCM, Call, live, played, sent, updates
from voice.conversation.view import view_of
from voice.protocol.client_events import ReplyCreate, SessionEnd, SessionResume, SessionUpdate, ToolResult
from voice.protocol.config import SessionPatch, fields_of
from voice.protocol.effects import AnyEffect, CloseLink, FlushPlayout, OpenLink
from voice.protocol.errors import (
    AgentBusy,
    AgentFailed,
    AgentUnreachable,
    AuthRefused,
    CallRefused,
    ConfigRefused,
    ConnectionLost,
    key_refused,
)
from voice.protocol.inputs import (
    AnyInput,
    ConfigWanted,
    Failed,
    HangUp,
    LinkClosed,
    LinkFailed,
    LinkOpened,
    MediaConnected,
    PlayoutFlushed,
    ReplyAudible,
    Restart,
    Tick,
)
from voice.protocol.resuming import (
    ANSWER_WITHIN_S,
    GIVE_UP_AFTER_S,
    MAX_SHORT_LIVES,
    OPEN_WITHIN_S,
    READY_WITHIN_S,
    RESUME_WITHIN_S,
    SHORT_LIFE_S,
    WAITS_S,
)
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    ServerEvent,
    SessionEnded,
    SessionError,
    SessionReady,
    SessionUpdated,
    ToolCall,
    TranscriptUser,
    TranscriptUserDelta,
)

DROP = LinkClosed(1006, "")
READY = SessionReady(session_id="sess_1")
SECOND = SessionReady(session_id="sess_2")
UNREACHABLE = LinkFailed(AgentUnreachable("The agent can't be reached."))
NOT_FOUND = SessionError(code="session_not_found", message="Session not found")
BY_TOKEN = OpenLink(0.0, OPEN_WITHIN_S, resume_token=True)
BY_KEY = OpenLink(0.0, OPEN_WITHIN_S)


def long_live(patch: SessionPatch | None = None) -> Call:
    """A call that has been going on for a minute, whose session has a resume token."""
    call = Call(patch)
    call.feed(MediaConnected(), LinkOpened(), SessionUpdated())
    call.feed(SessionReady(session_id="sess_1", resume_token="token"), Tick(), after_s=60.0)  # noqa: S106
    return call


def talked() -> Call:
    """The same, in which both have said something."""
    call = long_live(SessionPatch(system_prompt="Be brief.", greeting="Hello."))
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m1", text="I am Ada."))
    call.say("r1", "Hello", "Ada.")
    call.feed(ReplyAudible("r1"), ReplyDone(reply_id="r1"))
    return call


def notices(call: Call) -> list[str]:
    return [notice.sentence for notice in call.session.notices]


def orders(effects: list[AnyEffect]) -> list[OpenLink]:
    return [effect for effect in effects if isinstance(effect, OpenLink)]


def test_a_dropped_session_is_asked_for_on_another_socket_and_goes_on() -> None:
    call = long_live()
    assert call.feed(DROP) == [BY_TOKEN]
    assert (call.state, call.session.ready) == ("reconnecting", False)
    assert sent(call.feed(LinkOpened(), after_s=2.0)) == [SessionResume(session_id="sess_1")]
    assert call.state == "reconnecting"
    assert call.feed(READY, after_s=2.0) == []
    assert (call.state, call.session.ready) == ("listening", True)
    assert notices(call) == ["Reconnected. The agent heard nothing for 4 s."]


def test_without_a_resume_token_the_key_is_tried_first_and_without_an_id_neither() -> None:
    call = live()
    assert call.feed(DROP) == [BY_KEY]
    assert sent(call.feed(LinkOpened())) == [SessionResume(session_id="sess_1")]
    nameless = Call()
    nameless.feed(LinkOpened(), MediaConnected(), SessionReady(), DROP)
    (first,) = sent(nameless.feed(LinkOpened()))
    assert isinstance(first, SessionUpdate)


REFUSALS: dict[str, list[AnyInput | ServerEvent]] = {
    "not found": [LinkOpened(), NOT_FOUND],
    "expired": [LinkOpened(), SessionError(code="session_expired", message="Too late")],
    "forbidden": [LinkOpened(), SessionError(code="session_forbidden")],
    "unauthorized": [LinkOpened(), SessionError(code="unauthorized", message="Authentication failed")],
    "no such message": [LinkOpened(), SessionError(code="invalid_format", message="Unknown message type")],
    "its own failure": [LinkOpened(), SessionError(code="internal_error")],
    "a code nobody knows": [LinkOpened(), SessionError(code="odd")],
    "a good-bye": [LinkOpened(), SessionEnded()],
    "a drop": [LinkOpened(), DROP],
    "a clean close": [LinkOpened(), LinkClosed(1000, "")],
    "a close by policy": [LinkOpened(), LinkClosed(1008, "")],
    "a close with a reason": [LinkOpened(), LinkClosed(1008, "Authentication failed")],
    "no socket": [LinkFailed(AuthRefused("No."))],
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
def test_however_the_session_is_refused_a_new_one_carries_the_conversation_on(
    refusal: list[AnyInput | ServerEvent],
) -> None:
    call = talked()
    call.feed(DROP, PlayoutFlushed("r1", 900.0))
    assert orders(call.feed(*refusal)) == [BY_KEY], "first the token, then the key"
    assert orders(call.feed(*refusal)) == [BY_KEY], "then a new session"
    assert call.state == "reconnecting"
    (update,) = sent(call.feed(LinkOpened(), after_s=5.0))
    fields = fields_of(update.session)
    assert fields["system_prompt"].startswith("Be brief.\n\n")
    assert fields["system_prompt"].endswith("> Person: I am Ada.\n> You: Hello Ada.")
    assert "greeting" not in fields
    assert call.state == "reconnecting"
    call.feed(SessionUpdated(), SECOND)
    assert (call.state, call.session.session_id, call.session.failure) == ("listening", "sess_2", None)
    assert notices(call) == [
        "Reconnected in a new session that continues the conversation. The agent heard nothing for 5 s."
    ]
    assert call.said == [("user", "I am Ada."), ("agent", "Hello Ada.")]


def test_the_way_the_service_refuses_changes_the_way_once_though_it_closes_too() -> None:
    call = long_live()
    call.feed(DROP, LinkOpened())
    assert orders(call.feed(NOT_FOUND, LinkClosed(1008, ""))) == [BY_KEY]
    assert sent(call.feed(LinkOpened())) == [SessionResume(session_id="sess_1")]


def test_a_resume_that_is_never_answered_leaves_time_for_a_new_session() -> None:
    call = long_live()
    call.feed(DROP, LinkOpened())
    began_at = call.now
    assert call.feed(Tick(), after_s=ANSWER_WITHIN_S - 0.5) == []
    assert orders(call.feed(Tick(), after_s=0.5)) == [BY_KEY]
    call.feed(LinkOpened())
    assert orders(call.feed(Tick(), after_s=ANSWER_WITHIN_S)) == [BY_KEY]
    (first,) = sent(call.feed(LinkOpened()))
    assert isinstance(first, SessionUpdate)
    assert call.now - began_at < 10.0


@pytest.mark.parametrize("code", [None, 1000, 1001, 1006, 1008, 1011, 3005])
def test_a_socket_that_closes_without_a_good_bye_is_replaced_whatever_its_code(code: int | None) -> None:
    call = long_live()
    assert call.feed(LinkClosed(code, "")) == [BY_TOKEN]
    assert call.state == "reconnecting"


@pytest.mark.parametrize("code", ["internal_error", "server_error", "at_capacity"])
def test_an_agent_that_fails_in_a_call_is_treated_as_lost(code: str) -> None:
    call = long_live()
    assert call.feed(SessionError(code=code, message="no"), SessionEnded(), LinkClosed(1011, "")) == [
        BY_TOKEN
    ]
    call.feed(LinkOpened(), READY)
    assert call.state == "listening"


def test_what_was_not_heard_counts_from_the_last_sign_of_life() -> None:
    call = long_live()
    call.feed(LinkClosed(1006, "", silent_s=9.0), LinkOpened())
    call.feed(READY, after_s=1.0)
    assert notices(call) == ["Reconnected. The agent heard nothing for 10 s."]


def test_a_second_loss_of_the_same_length_is_told_again() -> None:
    call = long_live()
    call.feed(DROP, LinkOpened(), READY)
    (first,) = call.session.notices
    call.feed(DROP, LinkOpened(), READY)
    (second,) = call.session.notices
    assert first.sentence == second.sentence
    assert first.id != second.id


def test_a_question_that_was_not_answered_is_put_to_the_new_session() -> None:
    call = long_live()
    call.feed(
        InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m1", text="What time is it?")
    )
    call.feed(ReplyStarted(reply_id="r1"), DROP)
    for _ in range(2):
        call.feed(LinkOpened(), NOT_FOUND)
    call.feed(LinkOpened(), SECOND)
    _, asked = sent(call.feed(Tick(), after_s=1.0))
    assert isinstance(asked, ReplyCreate)
    assert "What time is it?" in (asked.instructions or "")
    assert [text for _, text in call.said] == ["What time is it?"]


def test_a_question_that_was_answered_is_not_put_again() -> None:
    call = talked()
    call.feed(DROP, PlayoutFlushed("r1", 900.0))
    for _ in range(2):
        call.feed(LinkOpened(), NOT_FOUND)
    call.feed(LinkOpened(), SECOND)
    assert sent(call.feed(Tick(), after_s=1.0)) == []


def test_the_new_session_is_refused_in_its_own_words() -> None:
    call = long_live()
    call.feed(DROP)
    for _ in range(2):
        call.feed(LinkOpened(), NOT_FOUND)
    call.feed(LinkOpened(refusal=key_refused("Somebody")))
    call.feed(SessionError(code="unauthorized", message="Authentication failed"))
    assert isinstance(call.session.failure, AuthRefused)
    assert call.session.failure.sentence == "Somebody refused the key in ASSEMBLYAI_API_KEY."


def test_a_setting_the_new_session_refuses_ends_the_call_with_that() -> None:
    call = long_live()
    call.feed(DROP)
    for _ in range(2):
        call.feed(LinkOpened(), NOT_FOUND)
    call.feed(LinkOpened(), SessionError(code="invalid_value", param="llm", message="no"))
    assert isinstance(call.session.failure, ConfigRefused)


@pytest.mark.parametrize("refused", ["at_capacity", "internal_error"])
def test_a_new_session_that_finds_no_room_is_tried_again(refused: str) -> None:
    call = long_live()
    call.feed(DROP)
    for _ in range(2):
        call.feed(LinkOpened(), NOT_FOUND)
    call.feed(LinkOpened())
    assert orders(call.feed(SessionError(code=refused))) == [OpenLink(WAITS_S[1], OPEN_WITHIN_S)]
    call.feed(LinkOpened(), SECOND)
    assert call.state == "listening"


def test_a_new_session_that_never_gets_ready_is_tried_again_in_time() -> None:
    call = long_live()
    call.feed(DROP)
    for _ in range(2):
        call.feed(LinkOpened(), NOT_FOUND)
    call.feed(LinkOpened())
    assert orders(call.feed(Tick(), after_s=READY_WITHIN_S)) == [OpenLink(WAITS_S[1], OPEN_WITHIN_S)]
    call.feed(LinkOpened())
    assert CloseLink() not in call.feed(Tick(), after_s=READY_WITHIN_S)
    call.feed(LinkOpened())
    assert CloseLink() in call.feed(Tick(), after_s=READY_WITHIN_S)
    assert isinstance(call.session.failure, ConnectionLost)


def test_a_drop_in_the_middle_of_carrying_on_is_carried_on_too() -> None:
    call = talked()
    call.feed(DROP, PlayoutFlushed("r1", 900.0))
    for _ in range(2):
        call.feed(LinkOpened(), NOT_FOUND)
    call.feed(LinkOpened())
    (order,) = orders(call.feed(DROP))
    assert not order.resume_token
    (update,) = sent(call.feed(LinkOpened()))
    assert fields_of(update.session)["system_prompt"].endswith("> You: Hello Ada.")
    call.feed(SECOND)
    assert call.state == "listening"


def test_a_drop_in_the_middle_of_a_restart_is_carried_on_too() -> None:
    call = talked()
    call.feed(Restart(), PlayoutFlushed("r1", 900.0), SessionEnded(), LinkOpened())
    assert orders(call.feed(DROP)) == [OpenLink(WAITS_S[1], OPEN_WITHIN_S)]
    (update,) = sent(call.feed(LinkOpened()))
    assert fields_of(update.session)["system_prompt"].endswith("> You: Hello Ada.")
    call.feed(SECOND)
    assert (call.state, call.session.failure) == ("listening", None)
    other = talked()
    other.feed(Restart(), SessionEnded())
    assert orders(other.feed(UNREACHABLE)) == [OpenLink(WAITS_S[1], OPEN_WITHIN_S)]
    other.feed(LinkOpened(), SECOND)
    assert other.state == "listening"


def test_a_drop_while_hanging_up_is_the_end_that_was_wanted() -> None:
    call = long_live()
    call.feed(HangUp())
    assert call.feed(DROP) == []
    assert (call.state, call.session.failure) == ("ended", None)


def test_a_drop_before_the_first_session_is_ready_opens_another_and_says_nothing_of_it() -> None:
    call = Call()
    call.feed(LinkOpened(), MediaConnected())
    assert orders(call.feed(DROP)) == [OpenLink(WAITS_S[1], OPEN_WITHIN_S)]
    assert (call.state, view_of(call.session).reconnect) == ("connecting", None)
    (first,) = sent(call.feed(LinkOpened()))
    assert isinstance(first, SessionUpdate)
    call.feed(READY)
    assert (call.state, notices(call)) == ("listening", [])
    assert call.session.ready_at == call.now


def test_a_first_session_that_drops_again_and_again_fails() -> None:
    call = Call()
    for _ in range(MAX_SHORT_LIVES):
        call.feed(LinkOpened(), LinkClosed(1011, "broken"))
    assert isinstance(call.session.failure, ConnectionLost)
    assert "broken" in call.session.failure.sentence


def test_an_agent_that_can_not_be_reached_any_more_before_it_was_ready_is_told_at_once() -> None:
    call = Call()
    call.feed(LinkOpened(), DROP, UNREACHABLE)
    assert isinstance(call.session.failure, AgentUnreachable)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("Authentication failed", AuthRefused),
        ("unauthorized", AuthRefused),
        ("at_capacity", AgentBusy),
        ("", ConnectionLost),
        ("something else", ConnectionLost),
    ],
)
def test_a_close_by_policy_before_the_first_session_is_ready_is_told_by_its_reason(
    reason: str, kind: type[Exception]
) -> None:
    call = Call()
    call.feed(LinkOpened(refusal=key_refused("AssemblyAI")), LinkClosed(1008, reason))
    failure = call.session.failure
    assert isinstance(failure, kind)
    if isinstance(failure, AuthRefused):
        assert failure.sentence == "AssemblyAI refused the key in ASSEMBLYAI_API_KEY."


def test_an_agent_that_never_gets_ready_is_not_waited_for() -> None:
    call = Call()
    call.feed(LinkOpened(), MediaConnected())
    assert call.feed(Tick(), after_s=READY_WITHIN_S - 1) == []
    assert call.feed(Tick(), after_s=1.0) == [CloseLink()]
    assert isinstance(call.session.failure, AgentFailed)


def test_sessions_that_are_lost_as_soon_as_they_begin_end_the_call() -> None:
    call = long_live()
    call.feed(DROP)
    for _ in range(MAX_SHORT_LIVES):
        assert call.state == "reconnecting"
        call.feed(LinkOpened(), READY, DROP)
    assert isinstance(call.session.failure, ConnectionLost)
    steady = long_live()
    for _ in range(3 * MAX_SHORT_LIVES):
        steady.feed(DROP, LinkOpened(), READY)
        steady.feed(Tick(), after_s=SHORT_LIFE_S)
    assert steady.state == "listening"


def test_what_was_in_flight_is_cut_and_the_transcript_keeps_what_was_heard() -> None:
    call = live()
    call.say("r1", "One", "two", "three.")
    call.feed(ReplyAudible("r1"))
    effects = call.feed(DROP)
    assert effects[0] == FlushPlayout()
    call.feed(PlayoutFlushed("r1", 250.0))
    assert call.said == [("agent", "One two")]
    call.feed(LinkOpened(), READY)
    assert played(call.feed(ReplyAudio(reply_id="r1", data=PCM))) == []
    assert call.state == "listening"


def test_words_said_before_the_drop_stay_and_an_empty_placeholder_goes() -> None:
    call = live()
    call.feed(InputSpeechStarted(), TranscriptUserDelta(item_id="m1", text="Hello"), DROP)
    assert call.said == [("user", "Hello")]
    assert call.turns[0].settled
    other = live()
    other.feed(InputSpeechStarted(), DROP)
    assert other.said == []


def test_attempts_wait_longer_each_and_end_with_the_reason_of_the_drop() -> None:
    call = long_live()
    waits = [order.wait_s for order in orders(call.feed(LinkClosed(1006, "gone")))]
    for attempt in range(1, 100):
        reconnect = view_of(call.session).reconnect
        if reconnect is None:
            break
        assert reconnect.attempt == attempt
        waits += [order.wait_s for order in orders(call.feed(UNREACHABLE, after_s=0.01 + waits[-1]))]
    assert waits[: len(WAITS_S)] == list(WAITS_S)
    assert set(waits[len(WAITS_S) :]) == {WAITS_S[-1]}
    assert GIVE_UP_AFTER_S - 3.0 < sum(waits) < GIVE_UP_AFTER_S + 3.0
    failure = call.session.failure
    assert isinstance(failure, ConnectionLost)
    assert failure.sentence == "The connection to the agent was lost (gone)."
    assert failure.code == "1006"


def test_an_agent_that_is_back_after_ten_seconds_is_found_within_two() -> None:
    call = long_live()
    (order,) = orders(call.feed(DROP))
    lost_at = call.now
    while call.now - lost_at < 10.0:
        (order,) = orders(call.feed(UNREACHABLE, after_s=0.01 + order.wait_s))
    assert call.now + order.wait_s - lost_at < 10.0 + 2 * WAITS_S[-1]
    assert order.resume_token, "the session is still kept"
    call.feed(LinkOpened(), READY)
    assert call.state == "listening"


def test_a_session_the_agent_has_forgotten_by_now_is_not_asked_for() -> None:
    call = long_live()
    call.feed(DROP)
    (order,) = orders(call.feed(UNREACHABLE, after_s=RESUME_WITHIN_S))
    assert not order.resume_token
    (first,) = sent(call.feed(LinkOpened()))
    assert isinstance(first, SessionUpdate)


def test_nobody_is_looked_for_without_end() -> None:
    call = long_live()
    call.feed(DROP)
    assert call.feed(Tick(), after_s=GIVE_UP_AFTER_S - 1) == []
    assert CloseLink() in call.feed(Tick(), after_s=1.0)
    assert isinstance(call.session.failure, ConnectionLost)


def test_an_error_of_our_own_on_the_way_is_told_as_that() -> None:
    call = long_live()
    call.feed(DROP)
    for _ in range(3):
        call.feed(LinkFailed(CallRefused("No.")))
    assert isinstance(call.session.failure, CallRefused)


def test_a_full_house_is_tried_again() -> None:
    call = long_live()
    call.feed(DROP, LinkOpened())
    (order,) = orders(call.feed(SessionError(code="at_capacity")))
    assert order == OpenLink(WAITS_S[1], OPEN_WITHIN_S, resume_token=True)
    call.feed(LinkOpened(), READY)
    assert call.state == "listening"


def test_a_second_drop_counts_anew() -> None:
    call = live()
    call.feed(DROP, UNREACHABLE, LinkOpened(), READY)
    assert call.feed(DROP) == [OpenLink(WAITS_S[0], OPEN_WITHIN_S)]
    view = view_of(call.session).reconnect
    assert view is not None
    assert view.attempt == 1


def test_hanging_up_while_reconnecting_ends_the_call_for_good() -> None:
    call = live()
    call.feed(DROP)
    assert call.feed(HangUp()) == [CloseLink()]
    assert call.state == "ended"
    assert call.feed(LinkOpened()) == [CloseLink()]
    call.feed(READY)
    assert call.session.ended


def test_hanging_up_while_the_session_is_asked_for_ends_it_politely() -> None:
    call = live()
    call.feed(DROP, LinkOpened())
    assert sent(call.feed(HangUp())) == [SessionEnd()]
    call.feed(READY, SessionEnded())
    assert (call.state, call.session.ended) == ("ended", True)


def test_lost_media_end_the_search() -> None:
    call = live()
    call.feed(DROP)
    call.feed(Failed(AgentUnreachable("media")))
    assert call.state == "error"
    assert call.feed(LinkOpened()) == [CloseLink()]


def test_an_update_that_went_down_with_the_socket_is_sent_again() -> None:
    call = live(SessionPatch(system_prompt="a"))
    call.feed(ConfigWanted(SessionPatch(system_prompt="b")), DROP)
    assert call.status("system_prompt") == "pending"
    call.feed(LinkOpened())
    assert updates(call.feed(READY)) == [{"system_prompt": "b"}]
    call.feed(SessionUpdated(config={"system_prompt": "b"}))
    assert call.status("system_prompt") == "applied"


def test_what_is_changed_while_reconnecting_is_sent_afterwards() -> None:
    call = live(SessionPatch(system_prompt="a"))
    call.feed(DROP)
    assert call.feed(ConfigWanted(SessionPatch(system_prompt="b"))) == []
    call.feed(LinkOpened())
    assert updates(call.feed(READY)) == [{"system_prompt": "b"}]


def test_no_configuration_is_sent_to_a_session_that_still_has_it() -> None:
    call = live(SessionPatch(system_prompt="a"))
    effects = call.feed(DROP, LinkOpened(), READY)
    assert not any(isinstance(event, SessionUpdate) for event in sent(effects))
    assert call.status("system_prompt") == "applied"


def test_a_result_the_agent_may_not_have_got_is_sent_again() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="r1"), ToolCall(call_id="c1", name="none"))
    first = [event for event in sent(call.feed(ReplyDone(reply_id="r1"))) if isinstance(event, ToolResult)]
    call.feed(DROP, LinkOpened())
    assert [event for event in sent(call.feed(READY)) if isinstance(event, ToolResult)] == first
    call.feed(ReplyStarted(reply_id="r2"), DROP, LinkOpened())
    assert sent(call.feed(READY)) == []


def test_a_call_of_a_reply_that_was_lost_is_answered_after_the_gap() -> None:
    call = live()
    call.feed(ReplyStarted(reply_id="r1"), ToolCall(call_id="c1", name="none"), DROP, LinkOpened())
    (result,) = sent(call.feed(READY))
    assert result.call_id == "c1"
