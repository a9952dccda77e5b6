"""What the person types: shown at once, asked when nobody speaks, never lost and never asked twice."""

import json

from tests.protocol.driver import Call, live, sent
from voice.conversation.view import view_of
from voice.protocol.client_events import ConversationMessage, ReplyCreate
from voice.protocol.effects import AnyEffect
from voice.protocol.inputs import (
    HangUp,
    LinkClosed,
    LinkOpened,
    MediaConnected,
    ReplyAudible,
    ReplyDrained,
    Said,
    Tick,
)
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyDone,
    ReplyStarted,
    SessionReady,
    TranscriptUser,
)
from voice.protocol.typed import MAX_CHARS, MAX_WAITING
from voice.protocol.typed_text import instructions_for, text_in

TEXT = 'What is "two"\nplus two?'


def idle() -> Call:
    """A live call in which nothing has happened for a while."""
    call = live()
    call.feed(Tick(), after_s=1.0)
    return call


def asked(effects: list[AnyEffect]) -> list[str | None]:
    """The texts put to the agent."""
    return [text_in(event.instructions or "") for event in sent(effects) if isinstance(event, ReplyCreate)]


def test_a_text_is_shown_at_once_and_put_to_the_agent_both_ways() -> None:
    call = idle()
    message, create = sent(call.feed(Said(f"  {TEXT} ")))
    assert message == ConversationMessage(role="user", content=TEXT)
    assert isinstance(create, ReplyCreate)
    assert text_in(create.instructions or "") == TEXT
    (turn,) = view_of(call.session).turns
    assert (turn.speaker, turn.text, turn.settled, turn.typed) == ("user", TEXT, True, True)
    assert call.state == "thinking"


def test_it_waits_while_the_agent_speaks() -> None:
    call = idle()
    call.say("r1", "Hello")
    call.feed(ReplyAudible("r1"))
    assert sent(call.feed(Said(TEXT))) == []
    assert view_of(call.session).queued_texts == 1
    assert sent(call.feed(ReplyDone(reply_id="r1"))) == []
    assert asked(call.feed(ReplyDrained("r1", 200.0))) == [TEXT]
    assert view_of(call.session).queued_texts == 0


def test_it_waits_while_the_person_speaks_and_for_the_answer_to_that() -> None:
    call = idle()
    call.feed(InputSpeechStarted())
    assert sent(call.feed(Said(TEXT), Tick())) == []
    assert sent(call.feed(InputSpeechStopped(), TranscriptUser(item_id="m1", text="Hi."), Tick())) == []
    call.say("r1", "Hello")
    call.feed(ReplyAudible("r1"), ReplyDone(reply_id="r1"))
    assert asked(call.feed(ReplyDrained("r1", 200.0), after_s=0.2)) == [TEXT]


def test_it_waits_a_moment_after_a_noise_that_gets_no_answer() -> None:
    call = idle()
    call.feed(InputSpeechStarted(), Said(TEXT), InputSpeechStopped())
    assert sent(call.feed(TranscriptUser(item_id="m1", text=""))) == []
    assert sent(call.feed(Tick(), after_s=0.1)) == []
    assert asked(call.feed(Tick(), after_s=0.1)) == [TEXT]


def test_it_waits_for_the_session_and_does_not_take_the_place_of_the_greeting() -> None:
    call = Call()
    call.feed(LinkOpened(), MediaConnected())
    assert sent(call.feed(Said(TEXT))) == []
    assert sent(call.feed(SessionReady(session_id="s"), ReplyStarted(reply_id="r1"))) == []


def test_texts_are_asked_one_after_the_other() -> None:
    call = idle()
    assert asked(call.feed(Said("one"), Said("two"), Said("three"))) == ["one"]
    for number, following in ((1, "two"), (2, "three")):
        reply = f"r{number}"
        call.say(reply, "Yes.")
        call.feed(ReplyAudible(reply), ReplyDone(reply_id=reply))
        assert asked(call.feed(ReplyDrained(reply, 200.0))) == [following]


def test_too_many_or_too_long_are_told_and_not_sent() -> None:
    call = idle()
    call.feed(InputSpeechStarted())
    call.feed(*[Said(str(number)) for number in range(MAX_WAITING + 1)])
    assert view_of(call.session).queued_texts == MAX_WAITING
    assert "8 are waiting" in call.session.notices[-1].sentence
    other = idle()
    assert sent(other.feed(Said("x" * MAX_CHARS))) != []
    other = idle()
    assert sent(other.feed(Said("x" * (MAX_CHARS + 1)))) == []
    assert "2,001 characters" in other.session.notices[-1].sentence
    assert other.said == []


def test_blank_text_and_text_after_the_end_are_nothing() -> None:
    call = idle()
    assert call.feed(Said(" \n ")) == []
    call.feed(HangUp())
    assert call.feed(Said(TEXT)) == []
    assert call.said == []


def test_a_question_that_went_down_with_the_socket_is_asked_again() -> None:
    call = idle()
    call.feed(Said(TEXT), LinkClosed(1006, ""))
    assert view_of(call.session).queued_texts == 1
    effects = call.feed(LinkOpened(), SessionReady(session_id="sess_1"), Tick(), Tick(), after_s=0.2)
    assert asked(effects) == [TEXT]
    assert call.said == [("user", TEXT)]


def test_a_question_the_agent_has_begun_to_answer_is_not_asked_again() -> None:
    call = idle()
    call.feed(Said(TEXT), ReplyStarted(reply_id="r1"), LinkClosed(1006, ""))
    effects = call.feed(LinkOpened(), SessionReady(session_id="sess_1"), Tick(), Tick(), after_s=0.2)
    assert asked(effects) == []


def test_a_spoken_turn_that_begins_like_a_typed_one_leaves_it_alone() -> None:
    call = idle()
    call.feed(Said("I want"), InputSpeechStarted(), InputSpeechStopped())
    call.feed(TranscriptUser(item_id="m1", text="I want to book."))
    assert call.said == [("user", "I want"), ("user", "I want to book.")]


def test_instructions_that_are_no_typed_text_are_known_as_such() -> None:
    assert text_in("Greet the user.") is None
    assert text_in(instructions_for("x") + "y") is None
    assert text_in(instructions_for("x").replace(json.dumps("x"), "7")) is None
