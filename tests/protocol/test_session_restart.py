"""A new session in place of the present one: everything wanted now, and the talk goes on."""

from typing import Any

from tests.protocol.driver import Call, live, sent, updates
from voice.conversation.view import view_of
from voice.protocol.client_events import SessionEnd
from voice.protocol.config import OutputPatch, SessionPatch
from voice.protocol.effects import CloseLink, FlushPlayout, OpenLink, Send
from voice.protocol.errors import AgentUnreachable, ConnectionLost
from voice.protocol.inputs import (
    ConfigWanted,
    HangUp,
    LinkClosed,
    LinkFailed,
    LinkOpened,
    PlayoutFlushed,
    ReplyAudible,
    Restart,
    Tick,
)
from voice.protocol.restarting import FAREWELL_S
from voice.protocol.resuming import GIVE_UP_AFTER_S
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyDone,
    SessionEnded,
    SessionError,
    SessionReady,
    SessionUpdated,
    TranscriptUser,
)

FIRST = SessionPatch(system_prompt="Be brief.", greeting="Hello.", output=OutputPatch(voice="alba"))
SECOND = SessionPatch(system_prompt="Be long.", greeting="Ahoy.", output=OutputPatch(voice="eve"))


def talked(patch: SessionPatch = FIRST) -> Call:
    """A call in which both have said something."""
    call = live(patch)
    call.feed(InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id="m1", text="I am Ada."))
    call.say("r1", "Hello", "Ada.")
    call.feed(ReplyAudible("r1"), ReplyDone(reply_id="r1"))
    return call


def restarted(call: Call) -> dict[str, Any]:
    """Restart to the new session's first update; gives its fields."""
    call.feed(Restart(), PlayoutFlushed("r1", 900.0), SessionEnded())
    (update,) = updates(call.feed(LinkOpened()))
    return update


def test_the_old_session_ends_politely_before_another_is_opened() -> None:
    call = talked()
    assert call.feed(Restart()) == [FlushPlayout(), Send(SessionEnd())]
    assert (call.state, call.session.ready) == ("connecting", False)
    assert call.feed(SessionEnded()) == [OpenLink()]
    call.feed(LinkClosed(1000, ""))
    assert call.state == "connecting"
    call.feed(LinkOpened(), SessionReady(session_id="sess_2"))
    assert (call.state, call.session.session_id) == ("listening", "sess_2")


def test_everything_wanted_now_is_applied_and_the_greeting_is_not_repeated() -> None:
    call = talked()
    call.feed(ConfigWanted(SECOND), SessionUpdated(config={"system_prompt": "Be long."}))
    assert (call.status("output.voice"), call.status("greeting")) == ("next_call", "next_call")
    first = restarted(call)
    assert first["output.voice"] == "eve"
    assert "greeting" not in first
    assert call.status("output.voice") == "pending"
    echo = {"system_prompt": first["system_prompt"], "greeting": None, "output": {"voice": "eve"}}
    call.feed(SessionUpdated(config=echo), SessionReady(session_id="sess_2", config=echo))
    statuses = [call.status(path) for path in ("system_prompt", "greeting", "output.voice")]
    assert statuses == ["applied", "applied", "applied"]


def test_the_agent_is_told_what_was_said_before_and_the_page_keeps_it() -> None:
    call = talked()
    prompt = restarted(call)["system_prompt"]
    assert prompt.startswith("Be brief.\n\n")
    assert prompt.endswith("> Person: I am Ada.\n> You: Hello Ada.")
    assert call.said == [("user", "I am Ada."), ("agent", "Hello Ada.")]


def test_a_prompt_changed_afterwards_still_comes_with_the_earlier_part() -> None:
    call = talked()
    restarted(call)
    call.feed(SessionReady(session_id="sess_2"))
    (update,) = updates(call.feed(ConfigWanted(SECOND)))
    assert update["system_prompt"].startswith("Be long.\n\n")
    assert update["system_prompt"].endswith("> You: Hello Ada.")
    call.feed(SessionUpdated(config={"system_prompt": update["system_prompt"]}))
    assert call.status("system_prompt") == "applied"


def test_without_a_word_said_the_new_session_is_like_any_other() -> None:
    call = live(FIRST)
    assert restarted(call) == {
        "system_prompt": "Be brief.",
        "greeting": "Hello.",
        "output.voice": "alba",
    }


def test_what_the_agent_refused_is_not_sent_again_to_end_the_new_session() -> None:
    call = talked()
    call.feed(ConfigWanted(SessionPatch(system_prompt="odd", output=OutputPatch(voice="alba"))))
    call.feed(SessionError(code="invalid_value", param="system_prompt", message="no"))
    first = restarted(call)
    assert "odd" not in first["system_prompt"]
    call.feed(SessionReady(session_id="sess_2"))
    assert call.status("system_prompt") == "refused"


def test_an_agent_that_does_not_confirm_the_end_is_not_waited_for() -> None:
    call = talked()
    call.feed(Restart())
    assert call.feed(Tick()) == []
    assert call.feed(Tick(), after_s=FAREWELL_S) == [OpenLink()]


def test_a_socket_that_drops_during_the_farewell_is_replaced() -> None:
    call = talked()
    call.feed(Restart())
    assert call.feed(LinkClosed(1006, "")) == [OpenLink()]


def test_hanging_up_during_a_restart_ends_the_call() -> None:
    call = talked()
    call.feed(Restart())
    assert sent(call.feed(HangUp())) == [], "the agent was told already"
    assert call.feed(SessionEnded()) == [CloseLink()]
    assert (call.state, call.session.failure) == ("ended", None)
    other = talked()
    other.feed(Restart(), SessionEnded())
    assert other.feed(HangUp()) == [CloseLink()]
    assert other.feed(LinkOpened()) == [CloseLink()]


def test_an_agent_that_can_not_be_reached_again_is_told_after_a_while() -> None:
    call = talked()
    call.feed(Restart(), SessionEnded(), LinkFailed(AgentUnreachable("The agent can't be reached.")))
    assert call.state == "reconnecting"
    call.feed(Tick(), after_s=GIVE_UP_AFTER_S + 1)
    failure = call.session.failure
    assert isinstance(failure, ConnectionLost)
    assert "kept" in failure.next_step


def test_the_length_and_the_price_count_from_the_first_session() -> None:
    call = talked()
    before = view_of(call.session)
    restarted(call)
    call.feed(SessionReady(session_id="sess_2"))
    after = view_of(call.session)
    assert (after.ready_at, after.billed_from) == (before.ready_at, before.billed_from)


def test_the_steps_of_connecting_count_from_the_restart() -> None:
    call = talked()
    call.feed(Restart(), after_s=60.0)
    asked_at = call.now
    call.feed(SessionEnded(), LinkOpened())
    agent, audio = view_of(call.session).steps
    assert (agent.began_at, agent.took_s, audio.failed) == (asked_at, None, False)


def test_only_a_live_session_can_be_restarted() -> None:
    call = Call()
    assert call.feed(Restart()) == []
    call.feed(LinkOpened())
    assert call.feed(Restart()) == []
    call.feed(HangUp())
    assert call.feed(Restart()) == []
