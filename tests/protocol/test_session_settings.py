"""Controls tell the truth: applied, pending, refused, not confirmed, or next call."""

from typing import Any

from tests.protocol.driver import Call, live, updates
from voice.protocol.config import (
    AudioFormat,
    FunctionTool,
    InputPatch,
    OutputPatch,
    SessionPatch,
    TurnDetection,
)
from voice.protocol.inputs import ConfigWanted, HangUp, LinkClosed, LinkOpened, Tick
from voice.protocol.server_events import SessionError, SessionReady, SessionUpdated

START = SessionPatch(system_prompt="Be brief.", output=OutputPatch(voice="alba"))


def _wanted(prompt: str = "Be brief.", *, voice: str = "alba", **input_fields: Any) -> ConfigWanted:
    heard = InputPatch(**input_fields)
    return ConfigWanted(SessionPatch(system_prompt=prompt, input=heard, output=OutputPatch(voice=voice)))


def _manual(**fields: Any) -> dict[str, Any]:
    return {"turn_detection": TurnDetection(**fields)}


def test_first_configuration_is_pending_until_the_agent_has_it() -> None:
    call = Call(START)
    call.feed(LinkOpened())
    assert call.status("system_prompt") == "pending"
    call.feed(SessionUpdated(config={"system_prompt": "Be brief.", "output": {"voice": "alba"}}))
    assert call.status("system_prompt") == call.status("output.voice") == "applied"


def test_ready_that_shows_another_value_leaves_the_field_not_confirmed() -> None:
    call = Call(START)
    call.feed(LinkOpened(), SessionReady(session_id="s", config={"output": {"voice": "eve"}}))
    assert call.status("output.voice") == "not_confirmed"
    assert call.status("system_prompt") == "applied"


def test_echo_with_more_than_was_sent_still_confirms() -> None:
    tool = FunctionTool(name="look")
    call = Call(SessionPatch(tools=(tool,), input=InputPatch(format=AudioFormat(encoding="audio/pcm"))))
    call.feed(LinkOpened())
    echo = {
        "tools": [{"type": "function", "name": "look", "http": None, "timeout_seconds": 120}],
        "input": {"format": {"encoding": "audio/pcm", "sample_rate": 24000}, "keyterms": None},
    }
    call.feed(SessionReady(session_id="s", config=echo))
    assert call.status("tools") == call.status("input.format") == "applied"


def test_only_what_differs_and_may_change_is_sent() -> None:
    call = live(START)
    effects = call.feed(_wanted(voice="eve", **_manual(min_silence=500, max_silence=900)))
    assert updates(effects) == [{"input.turn_detection": {"min_silence": 500, "max_silence": 900}}]
    assert call.status("input.turn_detection") == "pending"
    assert call.status("output.voice") == "next_call"
    assert call.status("system_prompt") == "applied"
    call.feed(SessionUpdated(config={"input": {"turn_detection": {"min_silence": 500, "max_silence": 900}}}))
    assert call.status("input.turn_detection") == "applied"


def test_nothing_is_sent_for_the_same_wish_again() -> None:
    call = live(START)
    call.feed(_wanted("Be long."))
    assert updates(call.feed(_wanted("Be long."), SessionUpdated(), _wanted("Be long."))) == []


def test_echo_that_shows_another_value_does_not_confirm() -> None:
    call = live(START)
    call.feed(_wanted("Be long."), SessionUpdated(config={"system_prompt": "Be brief."}))
    assert call.status("system_prompt") == "pending"
    call.feed(SessionUpdated(config={"system_prompt": "Be long."}))
    assert call.status("system_prompt") == "applied"


def test_one_update_is_in_flight_and_changes_meanwhile_go_together() -> None:
    call = live(START)
    assert len(updates(call.feed(_wanted("one")))) == 1
    assert updates(call.feed(_wanted("two"), _wanted("three", keyterms=("Parley",)))) == []
    assert call.status("system_prompt") == "pending"
    sent = updates(call.feed(SessionUpdated()))
    assert sent == [{"system_prompt": "three", "input.keyterms": ("Parley",)}]


def test_change_taken_back_while_in_flight_is_sent_back() -> None:
    call = live(START)
    call.feed(_wanted("one"), _wanted())
    assert call.status("system_prompt") == "pending"
    assert updates(call.feed(SessionUpdated())) == [{"system_prompt": "Be brief."}]


def test_changes_before_ready_are_merged_and_sent_right_after_it() -> None:
    call = Call(START)
    call.feed(LinkOpened())
    assert updates(call.feed(_wanted("one"), SessionUpdated(), _wanted("two"))) == []
    assert updates(call.feed(SessionReady(session_id="s"))) == [{"system_prompt": "two"}]


def test_wish_before_the_link_is_open_becomes_the_first_update() -> None:
    call = Call(START)
    call.feed(_wanted(voice="eve"))
    assert updates(call.feed(LinkOpened())) == [{"system_prompt": "Be brief.", "output.voice": "eve"}]


def test_refusal_with_a_param_blames_that_field_and_the_others_go_again() -> None:
    call = live(START)
    call.feed(_wanted("Be long.", **_manual(min_silence=900, max_silence=901)))
    words = "'input.turn_detection.min_silence' must be strictly less than 'max_silence'"
    refusal = SessionError(code="invalid_value", message=words, param="input.turn_detection.min_silence")
    assert updates(call.feed(refusal)) == [{"system_prompt": "Be long."}]
    status = call.session.settings["input.turn_detection"]
    assert (status.status, status.message) == ("refused", words)
    assert call.status("system_prompt") == "pending"
    assert call.session.failure is None


def test_refusal_with_a_short_param_finds_its_field() -> None:
    call = live(START)
    call.feed(_wanted("Be long.", keyterms=("a",)))
    assert updates(call.feed(SessionError(code="invalid_value", message="no", param="keyterms"))) == [
        {"system_prompt": "Be long."}
    ]
    assert call.status("input.keyterms") == "refused"


def test_refusal_without_a_param_blames_the_whole_update() -> None:
    call = live(START)
    call.feed(_wanted("Be long."))
    assert updates(call.feed(SessionError(code="server_error", message="boom"))) == []
    assert call.session.settings["system_prompt"].message == "boom"
    assert call.state == "listening"


def test_refused_value_is_not_sent_again_but_another_is() -> None:
    call = live(START)
    refusal = SessionError(code="invalid_config", message="no", param="system_prompt")
    call.feed(_wanted("bad"), refusal)
    assert updates(call.feed(_wanted("bad"))) == []
    assert call.status("system_prompt") == "refused"
    assert updates(call.feed(_wanted("good"))) == [{"system_prompt": "good"}]
    call.feed(_wanted("bad"), SessionUpdated())
    assert updates(call.feed(_wanted("bad"))) == []


def test_going_back_to_what_the_agent_has_is_applied() -> None:
    call = live(START)
    call.feed(_wanted("bad"), SessionError(code="invalid_value", message="no", param="system_prompt"))
    call.feed(_wanted())
    assert call.status("system_prompt") == "applied"


def test_error_about_something_else_does_not_end_the_wait() -> None:
    call = live(START)
    call.feed(_wanted("Be long."), SessionError(code="invalid_audio", message="Invalid audio data"))
    assert call.status("system_prompt") == "pending"


def test_update_without_an_answer_is_not_confirmed_after_five_seconds() -> None:
    call = live(START)
    call.feed(_wanted("one"), _wanted("one", keyterms=("Parley",)))
    assert updates(call.feed(Tick(), after_s=4.0)) == []
    assert call.status("system_prompt") == "pending"
    assert updates(call.feed(Tick(), after_s=1.1)) == [{"input.keyterms": ("Parley",)}]
    assert call.status("system_prompt") == "not_confirmed"


def test_late_confirmation_still_counts() -> None:
    call = live(START)
    call.feed(_wanted("one"))
    call.feed(Tick(), after_s=6.0)
    call.feed(SessionUpdated(config={"system_prompt": "one"}))
    assert call.status("system_prompt") == "applied"


def test_going_back_after_an_unconfirmed_change_is_sent_for_nobody_knows_what_the_agent_has() -> None:
    call = live(START)
    call.feed(_wanted("one"))
    call.feed(Tick(), after_s=6.0)
    assert updates(call.feed(_wanted())) == [{"system_prompt": "Be brief."}]


def test_value_out_of_range_is_refused_here_and_the_rest_is_sent() -> None:
    call = live(START)
    effects = call.feed(_wanted("Be long.", voice_focus_threshold=1.5))
    assert updates(effects) == [{"system_prompt": "Be long."}]
    status = call.session.settings["input.voice_focus_threshold"]
    assert (status.status, "between 0 and 1" in status.message) == ("refused", True)
    assert updates(call.feed(SessionUpdated(), _wanted("Be long.", voice_focus_threshold=0.5))) == [
        {"input.voice_focus_threshold": 0.5}
    ]


def test_range_of_a_part_is_told_at_its_field() -> None:
    call = live(START)
    assert updates(call.feed(_wanted(**_manual(vad_threshold=3.0)))) == []
    assert call.status("input.turn_detection") == "refused"


def test_way_back_to_adaptive_is_only_in_the_next_call() -> None:
    call = live(START)
    call.feed(_wanted(**_manual(vad_threshold=0.4)), SessionUpdated())
    assert updates(call.feed(_wanted())) == []
    assert call.status("input.turn_detection") == "next_call"
    call.feed(_wanted(**_manual(vad_threshold=0.4)))
    assert call.status("input.turn_detection") == "applied"


def test_nothing_is_sent_after_the_end() -> None:
    call = live(START)
    call.feed(HangUp())
    assert updates(call.feed(_wanted("one"))) == []
    call.feed(LinkClosed(1000, ""))
    assert updates(call.feed(_wanted("two"), Tick())) == []


def test_first_update_is_waited_for_until_the_session_is_ready() -> None:
    call = Call(START)
    call.feed(LinkOpened())
    call.feed(Tick(), after_s=8.0)
    assert call.status("system_prompt") == "pending"
