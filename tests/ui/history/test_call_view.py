"""What the page draws of a call: every moment from the call's first, and nothing that a file could break."""

import pytest

from tests.history.samples import BEGAN, a_call, a_turn
from voice.history.records import ConfigChange, FullCall, Mark
from voice.ui.history.call_view import player_data
from voice.ui.history.measured import latency_data

SPOKEN = {"turn_id": "t", "asked": "speech", "agent_ms": 500, "lead_in_ms": 50, "own_ms": 50}
MEASURED = {**SPOKEN, "total_ms": 800, "endpointing_ms": 200}
TOOL = {"name": "convert", "status": "done", "arguments": "{}", "result": "1", "took_ms": 12}


def test_all_that_happened_is_on_one_line_of_time_in_order() -> None:
    full = FullCall(
        a_call(ended_at=BEGAN + 20),
        (a_turn(2, "hi"), a_turn(4, "", "tool", tool=TOOL)),
        (ConfigChange(BEGAN + 3, {"output.voice": "alba", "input.turn_detection": None}),),
        (),
        (Mark(BEGAN + 9, "error", "Boom"), Mark(BEGAN + 1, "interruption")),
    )
    assert player_data(full)["marks"] == [
        {"kind": "interruption", "at": 1.0, "text": "Interrupted"},
        {"kind": "change", "at": 3.0, "text": "Settings changed: turn detection, voice"},
        {"kind": "tool", "at": 4.0, "text": "Tool: convert"},
        {"kind": "error", "at": 9.0, "text": "Boom"},
    ]


def test_the_line_of_time_holds_the_call_and_its_turns() -> None:
    running = FullCall(a_call(), (a_turn(30, "hi"),))
    assert player_data(running)["duration"] == 30.5
    assert player_data(FullCall(a_call(ended_at=BEGAN + 60), (a_turn(30, "hi"),)))["duration"] == 60.0
    assert player_data(FullCall(a_call(ended_at=BEGAN)))["duration"] == 1.0


def test_a_turn_that_never_ended_or_began_too_early_still_has_a_place() -> None:
    turns = player_data(FullCall(a_call(), (a_turn(-5, "early"), a_turn(3, "cut", ended_at=None))))["turns"]
    assert [(turn["from"], turn["to"]) for turn in turns] == [(0.0, 0.3), (3.0, 3.3)]  # type: ignore[attr-defined]


def test_a_bubble_says_the_latency_only_where_the_end_of_the_voice_is_known() -> None:
    unclear = {**SPOKEN, "total_ms": 600}
    full = FullCall(a_call(), (a_turn(1, "a", latency=MEASURED), a_turn(2, "b", latency=unclear)))
    shown = [turn["latency_ms"] for turn in player_data(full)["turns"]]  # type: ignore[attr-defined]
    assert shown == [800, None]


@pytest.mark.parametrize("broken", [{}, {"name": 1}, {"total_ms": "x"}])
def test_figures_and_tools_of_another_shape_count_as_not_there(broken: dict[str, object]) -> None:
    turn = a_turn(1, "a", latency=broken, tool=broken)
    shown = player_data(FullCall(a_call(), (turn,)))["turns"][0]  # type: ignore[index]
    assert (shown["latency_ms"], shown["tool"]) == (None, None)
    assert latency_data([turn]) is None


def test_the_percentiles_are_those_of_the_answers_that_were_measured() -> None:
    data = latency_data([a_turn(1, "a", latency=MEASURED), a_turn(2, "b")])
    assert data is not None
    assert data["summary"] == {"count": 1, "p50_ms": 800, "p95_ms": 800}
