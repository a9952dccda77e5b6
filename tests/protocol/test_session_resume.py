"""A session that lost its socket is looked for, and goes on where it was."""

import pytest

from tests.protocol.driver import PCM, Call, live, played, sent, updates
from voice.conversation.view import view_of
from voice.protocol.client_events import SessionEnd, SessionResume, SessionUpdate, ToolResult
from voice.protocol.config import SessionPatch
from voice.protocol.effects import CloseLink, FlushPlayout, OpenLink
from voice.protocol.errors import AgentUnreachable, AuthRefused, ConnectionLost
from voice.protocol.inputs import (
    ConfigWanted,
    Failed,
    HangUp,
    LinkClosed,
    LinkFailed,
    LinkOpened,
    MediaConnected,
    PlayoutFlushed,
    ReplyAudible,
    Tick,
)
from voice.protocol.resuming import BUDGET_S, OPEN_WITHIN_S, WAITS_S
from voice.protocol.server_events import (
    InputSpeechStarted,
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    SessionEnded,
    SessionError,
    SessionReady,
    SessionUpdated,
    ToolCall,
    TranscriptUserDelta,
)

DROP = LinkClosed(1006, "")
READY = SessionReady(session_id="sess_1")
UNREACHABLE = LinkFailed(AgentUnreachable("The agent can't be reached."))


def test_a_dropped_session_is_asked_for_on_another_socket_and_goes_on() -> None:
    call = live()
    assert call.feed(DROP) == [OpenLink(WAITS_S[0], OPEN_WITHIN_S)]
    assert (call.state, call.session.ready) == ("reconnecting", False)
    assert sent(call.feed(LinkOpened(), after_s=4.0)) == [SessionResume(session_id="sess_1")]
    assert call.state == "reconnecting"
    assert call.feed(READY) == []
    assert (call.state, call.session.ready) == ("listening", True)
    assert [notice.sentence for notice in call.session.notices] == [
        "The connection was lost for 4 s; what you said in that time was not heard."
    ]


@pytest.mark.parametrize("code", [1000, 1008])
def test_a_socket_closed_for_good_is_not_replaced(code: int) -> None:
    call = live()
    assert call.feed(LinkClosed(code, "")) == []
    assert isinstance(call.session.failure, ConnectionLost)


def test_a_session_that_never_became_ready_is_not_looked_for() -> None:
    call = Call()
    call.feed(LinkOpened(), MediaConnected(), DROP)
    assert isinstance(call.session.failure, ConnectionLost)


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
    call = live()
    orders = call.feed(LinkClosed(1006, "gone"))
    for attempt in range(1, len(WAITS_S) + 1):
        reconnect = view_of(call.session).reconnect
        assert reconnect is not None
        assert (reconnect.attempt, reconnect.of) == (attempt, 5)
        orders += call.feed(UNREACHABLE, after_s=1.0)
    assert [order.wait_s for order in orders if isinstance(order, OpenLink)] == list(WAITS_S)
    failure = call.session.failure
    assert failure is not None
    assert failure.sentence == "The connection to the agent was lost (gone)."
    assert failure.code == "1006"
    assert view_of(call.session).reconnect is None


def test_all_attempts_fit_the_budget_with_jitter() -> None:
    assert sum(WAITS_S) * 1.25 < BUDGET_S < 30.0


def test_the_search_ends_before_the_agent_forgets_the_session() -> None:
    call = live()
    call.feed(DROP)
    call.feed(LinkOpened(), Tick(), after_s=BUDGET_S / 2 - 1)
    assert call.state == "reconnecting"
    assert CloseLink() in call.feed(Tick(), after_s=2.1)
    assert isinstance(call.session.failure, ConnectionLost)


@pytest.mark.parametrize("code", ["session_not_found", "session_expired", "session_forbidden"])
def test_a_session_that_is_gone_is_told_as_a_lost_connection(code: str) -> None:
    call = live()
    call.feed(DROP, LinkOpened())
    assert call.feed(SessionError(code=code, message="no"), LinkClosed(1008, "")) == [CloseLink()]
    assert isinstance(call.session.failure, ConnectionLost)


def test_a_credential_refused_on_the_way_back_is_told_as_that() -> None:
    call = live()
    call.feed(DROP, LinkFailed(AuthRefused("No.")))
    assert isinstance(call.session.failure, AuthRefused)


def test_a_full_house_is_tried_again() -> None:
    call = live()
    call.feed(DROP, LinkOpened())
    (order,) = call.feed(SessionError(code="at_capacity"))
    assert order == OpenLink(WAITS_S[1], OPEN_WITHIN_S)
    call.feed(LinkOpened(), READY)
    assert call.state == "listening"


def test_a_second_drop_counts_anew() -> None:
    call = live()
    call.feed(DROP, UNREACHABLE, LinkOpened(), READY)
    assert call.feed(DROP) == [OpenLink(WAITS_S[0], OPEN_WITHIN_S)]


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
