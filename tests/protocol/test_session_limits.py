"""A call that goes on by itself is ended, with a warning and a way out."""

from tests.protocol.driver import Call, live, sent
from voice.conversation.view import view_of
from voice.protocol.client_events import SessionEnd
from voice.protocol.closing import STAY_S, WARN_S
from voice.protocol.inputs import LimitsSet, LinkClosed, ReplyAudible, Said, Stay, Tick
from voice.protocol.limits import DEFAULT_CAP_S, DEFAULT_IDLE_S, Limits
from voice.protocol.server_events import InputSpeechStarted, SessionEnded

NO_CAP = Limits(idle_s=60.0, cap_s=0.0)
CAP = Limits(idle_s=0.0, cap_s=600.0)


def limited(limits: Limits) -> Call:
    call = live()
    call.feed(LimitsSet(limits), after_s=0.0)
    return call


def closing(call: Call) -> tuple[float, str] | None:
    end = view_of(call.session).closing
    return (round(end.at - call.now, 2), end.reason) if end else None


def test_a_call_in_which_nobody_speaks_is_ended_after_a_warning() -> None:
    call = limited(NO_CAP)
    call.feed(Tick(), after_s=29.0)
    assert closing(call) is None
    call.feed(Tick(), after_s=2.0)
    assert closing(call) == (29.0, "idle")
    assert sent(call.feed(Tick(), after_s=28.0)) == []
    assert sent(call.feed(Tick(), after_s=2.0)) == [SessionEnd()]
    call.feed(SessionEnded())
    assert (call.state, call.session.failure) == ("ended", None)
    assert call.session.notices[-1].sentence == "The call was ended because nobody spoke for 1 minute."


def test_speech_typing_and_a_click_put_the_idle_end_off() -> None:
    for sign in (InputSpeechStarted(), Said("hello"), Stay()):
        call = limited(NO_CAP)
        call.feed(Tick(), after_s=45.0)
        assert closing(call) is not None
        call.feed(sign)
        assert closing(call) is None
        call.feed(Tick(), after_s=25.0)
        assert closing(call) is None


def test_the_agents_speech_is_no_idleness() -> None:
    call = limited(NO_CAP)
    call.say("r1", "Long")
    call.feed(ReplyAudible("r1"))
    assert sent(call.feed(Tick(), after_s=500.0)) == []
    assert closing(call) is None


def test_the_longest_call_ends_at_its_cap_and_staying_adds_ten_minutes() -> None:
    call = limited(CAP)
    call.feed(InputSpeechStarted(), Tick(), after_s=287.0)
    assert closing(call) == (26.0, "cap")
    call.feed(Stay(), after_s=0.0)
    assert closing(call) is None
    call.feed(Tick(), after_s=STAY_S)
    assert closing(call) == (26.0, "cap")
    assert sent(call.feed(Tick(), after_s=27.0)) == [SessionEnd()]
    assert call.session.notices[-1].sentence == "The call was ended at its limit of 20 minutes."


def test_a_limit_lowered_below_what_has_passed_still_warns() -> None:
    call = limited(Limits(idle_s=0.0, cap_s=0.0))
    call.feed(Tick(), after_s=5_000.0)
    call.feed(LimitsSet(Limits(idle_s=60.0, cap_s=300.0)))
    assert closing(call) == (WARN_S, "idle")
    assert sent(call.feed(Tick(), after_s=WARN_S - 1)) == []


def test_zero_means_never() -> None:
    call = limited(Limits(idle_s=0.0, cap_s=0.0))
    assert sent(call.feed(Tick(), after_s=100_000.0)) == []
    assert closing(call) is None


def test_without_a_wish_the_defaults_hold() -> None:
    assert (DEFAULT_IDLE_S, DEFAULT_CAP_S) == (300.0, 3_600.0)
    call = live()
    call.feed(Tick(), after_s=DEFAULT_IDLE_S - 10)
    assert closing(call) == (10.0, "idle")


def test_a_call_that_looks_for_its_session_is_not_idle() -> None:
    call = limited(NO_CAP)
    call.feed(Tick(), after_s=45.0)
    call.feed(LinkClosed(1006, ""))
    assert closing(call) is None
