"""What a session notes about time: each reply's latency, from events and from the microphone's own ear."""

from tests.protocol.driver import PCM, Call, live
from voice.conversation.view import view_of
from voice.protocol.client_events import ReplyCreate
from voice.protocol.effects import Send
from voice.protocol.inputs import ReplyAudible, VoiceHeard, VoicePaused
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    ToolCall,
    TranscriptUser,
)
from voice.protocol.timing import noted


def _ask(call: Call) -> None:
    """A person speaks for a second; the agent commits the turn 0.5 s after the last sound."""
    call.feed(InputSpeechStarted(), VoiceHeard(call.now), after_s=0.0)
    call.now += 1.0
    call.feed(VoicePaused(call.now), after_s=0.0)
    call.feed(InputSpeechStopped(), after_s=0.5)
    call.feed(TranscriptUser(item_id="i1", text="Go forward."), after_s=0.0)


def _start(call: Call, reply_id: str, *, after_s: float) -> None:
    call.feed(ReplyStarted(reply_id=reply_id), after_s=after_s)
    call.feed(ReplyAudio(reply_id=reply_id, data=PCM), after_s=0.0)


def test_a_spoken_turns_reply_carries_its_latency_to_the_page() -> None:
    call = live()
    _ask(call)
    _start(call, "r1", after_s=0.6)
    call.feed(ReplyAudio(reply_id="r1", data=PCM), after_s=0.1)
    call.say("r1", "Going.")
    heard_at = call.now + 0.2
    call.feed(ReplyAudible("r1", lead_in_ms=250.0, at=heard_at), after_s=0.21)
    (turn,) = call.session.latencies.turns
    assert (turn.endpointing_ms, turn.agent_ms, turn.lead_in_ms) == (500, 600, 250)
    assert (turn.endpointing_ms or 0) + turn.agent_ms + turn.lead_in_ms + turn.own_ms == turn.total_ms
    assert view_of(call.session).turns[-1].latency_ms == turn.total_ms
    call.feed(ReplyAudible("r1", lead_in_ms=0.0))
    assert call.session.latencies.turns == (turn,)


def test_a_greeting_has_no_latency() -> None:
    call = live()
    call.say("r1", "Hello.")
    call.feed(ReplyAudible("r1"))
    assert call.session.latencies.turns == ()
    assert view_of(call.session).turns[-1].latency_ms is None


def test_a_noise_leaves_nothing_to_be_answered() -> None:
    call = live()
    call.feed(InputSpeechStarted(), VoiceHeard(call.now), VoicePaused(call.now), InputSpeechStopped())
    call.feed(TranscriptUser(item_id="i1", text=" "))
    _start(call, "r1", after_s=1.0)
    call.feed(ReplyAudible("r1"))
    assert call.session.latencies.turns == ()


def test_a_tool_that_is_called_before_anything_was_said_is_told_apart() -> None:
    call = live()
    _ask(call)
    call.feed(ReplyStarted(reply_id="r1"), after_s=0.1)
    call.feed(ToolCall(call_id="c1", name="clock", arguments={}), after_s=0.0)
    call.feed(ReplyDone(reply_id="r1"), after_s=0.4)
    _start(call, "r2", after_s=0.3)
    call.feed(ReplyAudible("r2"), after_s=0.02)
    (turn,) = call.session.latencies.turns
    assert (turn.asked, turn.endpointing_ms, turn.tool_ms, turn.agent_ms) == ("speech", 500, 400, 400)


def test_a_reply_asked_for_in_writing_runs_from_the_message() -> None:
    call = live()
    asked = noted(call.session, call.session, VoicePaused(0.0), (Send(ReplyCreate()),), call.now)
    call.session = asked
    _start(call, "r1", after_s=0.3)
    call.feed(ReplyAudible("r1"), after_s=0.1)
    (turn,) = call.session.latencies.turns
    assert (turn.asked, turn.total_ms, turn.agent_ms) == ("typed", 400, 300)


def test_a_cut_reply_that_was_never_heard_has_no_latency() -> None:
    call = live()
    _ask(call)
    _start(call, "r1", after_s=0.3)
    call.feed(InputSpeechStarted(), ReplyAudible("r1"))
    assert call.session.latencies.turns == ()


def test_a_tool_that_nobody_waits_for_any_more_is_not_waited_for() -> None:
    call = live()
    call.say("r1", "Let")
    call.feed(ReplyAudible("r1"), InputSpeechStarted(), ReplyDone(reply_id="r1", status="interrupted"))
    call.feed(ToolCall(call_id="c1", name="clock", arguments={}))
    _start(call, "r2", after_s=0.3)
    call.feed(ReplyAudible("r2"))
    assert call.session.latencies.turns == ()
