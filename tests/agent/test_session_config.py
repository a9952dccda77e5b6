"""What a session's settings mean."""

from typing import Any

import msgspec
import pytest

from voice.agent.session_config import SessionConfig
from voice.protocol.config import SessionPatch


def config(*updates: dict[str, Any]) -> SessionConfig:
    merged = SessionConfig()
    for update in updates:
        merged = merged.merged(msgspec.convert(update, SessionPatch))
    return merged


def turns(**fields: Any) -> dict[str, Any]:
    return {"input": {"turn_detection": fields}}


def test_nothing_set_listens_adaptively_in_the_balanced_mode() -> None:
    listener = config().listener
    assert (listener.adaptive, listener.transcription_mode, listener.interrupt_response) == (
        True,
        "balanced",
        True,
    )


def test_every_turn_detection_field_reaches_the_listener() -> None:
    listener = config(
        turns(
            vad_threshold=0.3,
            min_silence=200,
            max_silence=900,
            interruption_delay=70,
            interrupt_response=False,
        ),
        {"input": {"transcription_mode": "max_accuracy", "keyterms": ["Parley"]}},
    ).listener
    assert (listener.vad_threshold, listener.min_silence_ms, listener.max_silence_ms) == (0.3, 200, 900)
    assert (listener.interruption_delay_ms, listener.interrupt_response) == (70, False)
    assert (listener.transcription_mode, listener.keyterms) == ("max_accuracy", ("Parley",))


def test_fixed_windows_stay_for_the_rest_of_the_session() -> None:
    updated = config(turns(min_silence=200), {"input": {"turn_detection": None}})
    assert not updated.listener.adaptive
    assert updated.echo("sess_1")["input"]["turn_detection"] is None


def test_a_later_update_leaves_other_fields_alone_and_replaces_tools() -> None:
    first = {"system_prompt": "A", "tools": [{"type": "function", "name": "one"}]} | turns(vad_threshold=0.3)
    second = {"tools": [{"type": "function", "name": "two"}]} | turns(interruption_delay=10)
    merged = config(first, second)
    assert (merged.system_prompt, [tool.name for tool in merged.tools]) == ("A", ["two"])
    echoed = merged.echo("sess_1")["input"]["turn_detection"]
    assert echoed == {"vad_threshold": 0.3, "interruption_delay": 10}


def test_turns_that_may_not_be_interrupted_leave_the_others_as_they_are() -> None:
    merged = config(turns(uninterruptible_turns=["greeting"]))
    assert merged.uninterruptible_turns == ("greeting",)
    assert merged.listener.interrupt_response


@pytest.mark.parametrize(("volume", "percent"), [(None, 100.0), (0, 0.0), (40, 40.0)])
def test_volume_is_percent_of_the_voices_own(volume: float | None, percent: float) -> None:
    assert config({"output": {"volume": volume}}).volume == percent


def test_formats_are_independent() -> None:
    merged = config({"input": {"format": {"encoding": "audio/pcma"}}})
    assert (merged.input_encoding, merged.output_encoding) == ("audio/pcma", "audio/pcm")
