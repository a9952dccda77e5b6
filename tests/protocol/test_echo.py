"""An agent that hears itself is told from a person who talks over it."""

from tests.protocol.driver import Call, live
from voice.protocol.config import InputPatch, SessionPatch, TurnDetection
from voice.protocol.echo import CUT_EARLY_S, INTERRUPTION_OFF
from voice.protocol.inputs import ConfigWanted, HangUp, ReplyAudible, ReplyDrained
from voice.protocol.server_events import InputSpeechStarted, InputSpeechStopped, ReplyDone, SessionUpdated

EARLY_S = CUT_EARLY_S - 0.5
LATE_S = CUT_EARLY_S + 0.5


def reply_cut(call: Call, reply_id: str, *, after_s: float = EARLY_S) -> None:
    """A reply is heard for `after_s`, then speech cuts it."""
    call.say(reply_id, "The", "quick", "brown", "fox")
    call.feed(ReplyAudible(reply_id))
    call.feed(InputSpeechStarted(), after_s=after_s)
    call.feed(ReplyDone(reply_id=reply_id, status="interrupted"), InputSpeechStopped())


def reply_heard(call: Call, reply_id: str) -> None:
    call.say(reply_id, "Yes.")
    call.feed(ReplyAudible(reply_id), ReplyDone(reply_id=reply_id), ReplyDrained(reply_id, 200))


def cures(call: Call) -> list[str]:
    return [notice.action for notice in call.session.notices]


def test_three_replies_in_a_row_cut_at_once_are_an_echo() -> None:
    call = live()
    reply_cut(call, "r1")
    reply_cut(call, "r2")
    assert cures(call) == []
    reply_cut(call, "r3")
    (notice,) = call.session.notices
    assert notice.action == INTERRUPTION_OFF
    assert "hear itself" in notice.sentence
    assert "headset" in notice.next_step
    assert call.state == "thinking"


def test_it_is_told_once() -> None:
    call = live()
    for number in range(6):
        reply_cut(call, f"r{number}")
    assert cures(call) == [INTERRUPTION_OFF]


def test_the_notice_goes_once_the_agent_has_confirmed_that_nothing_interrupts_it() -> None:
    call = live()
    for number in range(3):
        reply_cut(call, f"r{number}")
    off = TurnDetection(interrupt_response=False)
    call.feed(ConfigWanted(SessionPatch(input=InputPatch(turn_detection=off))))
    assert cures(call) == [INTERRUPTION_OFF]
    call.feed(SessionUpdated())
    assert cures(call) == []


def test_the_agents_own_cut_counts_like_heard_speech() -> None:
    call = live()
    for number in range(3):
        reply_id = f"r{number}"
        call.say(reply_id, "The", "quick")
        call.feed(ReplyAudible(reply_id))
        call.feed(ReplyDone(reply_id=reply_id, status="interrupted"), after_s=EARLY_S)
    assert cures(call) == [INTERRUPTION_OFF]


def test_a_person_who_lets_the_agent_begin_is_no_echo() -> None:
    call = live()
    for number in range(6):
        reply_cut(call, f"r{number}", after_s=LATE_S)
    assert cures(call) == []


def test_a_reply_heard_whole_or_for_longer_begins_the_count_anew() -> None:
    call = live()
    reply_cut(call, "r1")
    reply_cut(call, "r2")
    reply_heard(call, "r3")
    reply_cut(call, "r4")
    reply_cut(call, "r5", after_s=LATE_S)
    reply_cut(call, "r6")
    reply_cut(call, "r7")
    assert cures(call) == []


def test_a_reply_that_was_not_heard_does_not_count() -> None:
    call = live()
    for number in range(4):
        call.say(f"r{number}", "The", "quick")
        call.feed(InputSpeechStarted(), InputSpeechStopped())
    assert cures(call) == []


def test_hanging_up_on_the_agent_is_no_echo() -> None:
    call = live()
    reply_cut(call, "r1")
    reply_cut(call, "r2")
    call.say("r3", "The", "quick")
    call.feed(ReplyAudible("r3"), HangUp())
    assert cures(call) == []
