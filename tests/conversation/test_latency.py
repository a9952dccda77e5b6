"""The latency ledger: what counts, how it is split, and that the parts make up the whole."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from voice.conversation.latency import MAX_TURNS, Latencies, ReplyLatency, latency_of, summary_of

TIMES = st.floats(0.0, 30.0)


def _answer(ledger: Latencies, *, pause: float, commit: float, audio: float, heard: float) -> Latencies:
    ledger = ledger.voice_heard(pause - 1.0).voice_paused(pause).committed(commit)
    return ledger.audio_came("r1", audio).heard("r1", "agent-1", heard, 200.0)


def _spoken(total_ms: int, *, endpointing_ms: int | None = 1) -> ReplyLatency:
    return ReplyLatency(
        turn_id=f"agent-{total_ms}",
        asked="speech",
        total_ms=total_ms,
        endpointing_ms=endpointing_ms,
        agent_ms=0,
        lead_in_ms=0,
        own_ms=0,
    )


def test_a_spoken_turn_is_split_from_the_end_of_the_voice_to_the_first_sound() -> None:
    (turn,) = _answer(Latencies(), pause=10.0, commit=10.5, audio=11.2, heard=11.43).turns
    assert turn == ReplyLatency(
        turn_id="agent-1",
        asked="speech",
        total_ms=1430,
        endpointing_ms=500,
        agent_ms=700,
        lead_in_ms=200,
        own_ms=30,
    )
    assert latency_of((turn,), "agent-1") == 1430


def test_a_reply_that_nobody_asked_for_has_no_latency() -> None:
    ledger = Latencies().audio_came("hello", 1.0).heard("hello", "agent-1", 1.1, 0.0)
    assert ledger.turns == ()
    assert latency_of(ledger.turns, "agent-1") is None


def test_each_question_is_answered_once() -> None:
    ledger = _answer(Latencies(), pause=10.0, commit=10.5, audio=11.0, heard=11.2)
    more = ledger.audio_came("r2", 12.0).heard("r2", "agent-2", 12.1, 0.0)
    assert [turn.turn_id for turn in more.turns] == ["agent-1"]


def test_a_typed_turn_runs_from_the_message_and_stays_out_of_the_percentiles() -> None:
    ledger = Latencies().typed(10.0).audio_came("r1", 10.4).heard("r1", "agent-1", 10.6, 150.0)
    (turn,) = ledger.turns
    assert (turn.asked, turn.endpointing_ms, turn.agent_ms, turn.total_ms) == ("typed", None, 400, 600)
    assert latency_of(ledger.turns, "agent-1") == 600
    assert summary_of(ledger.turns).count == 0


def test_while_the_voice_goes_on_its_end_is_unknown_and_the_time_runs_from_the_commit() -> None:
    ledger = Latencies().voice_heard(8.0).voice_paused(9.0).voice_heard(9.4).committed(10.0)
    ledger = ledger.audio_came("r1", 10.3).heard("r1", "agent-1", 10.4, 0.0)
    (turn,) = ledger.turns
    assert (turn.endpointing_ms, turn.total_ms) == (None, 400)
    assert latency_of(ledger.turns, "agent-1") is None
    assert summary_of(ledger.turns).count == 0


def test_a_pause_that_belongs_to_an_earlier_turn_is_not_used_again() -> None:
    ledger = _answer(Latencies(), pause=10.0, commit=10.5, audio=11.0, heard=11.2).committed(14.0)
    later = ledger.audio_came("r2", 14.2).heard("r2", "agent-2", 14.3, 0.0).turns[-1]
    assert (later.endpointing_ms, later.total_ms) == (None, 300)


def test_a_silent_reply_that_calls_a_tool_makes_it_part_of_the_wait() -> None:
    ledger = Latencies().voice_heard(9.0).voice_paused(10.0).committed(10.4)
    ledger = ledger.tool_called(10.8).tool_answered(11.6)
    (turn,) = ledger.audio_came("r2", 12.0).heard("r2", "agent-2", 12.1, 100.0).turns
    assert (turn.asked, turn.endpointing_ms, turn.tool_ms, turn.agent_ms) == ("speech", 400, 800, 800)
    assert turn.total_ms == 2100


def test_a_tool_called_while_a_reply_is_on_its_way_counts_for_the_reply_with_its_result() -> None:
    ledger = Latencies().voice_heard(9.0).voice_paused(10.0).committed(10.4).audio_came("r1", 10.8)
    ledger = ledger.tool_called(10.85).heard("r1", "agent-1", 10.9, 0.0).tool_answered(12.0)
    first, second = ledger.audio_came("r2", 12.5).heard("r2", "agent-2", 12.6, 0.0).turns
    assert (first.asked, first.tool_ms, first.total_ms) == ("speech", 0, 900)
    assert (second.asked, second.tool_ms, second.agent_ms, second.total_ms) == ("tool", 1150, 500, 1750)
    assert summary_of((first, second)).count == 1


def test_a_tool_called_after_the_reply_was_heard_counts_for_the_next_one_too() -> None:
    ledger = _answer(Latencies(), pause=10.0, commit=10.4, audio=10.8, heard=11.0)
    ledger = ledger.tool_called(12.0).tool_called(12.1).tool_answered(12.3).tool_answered(12.5)
    second = ledger.audio_came("r2", 13.0).heard("r2", "agent-2", 13.1, 0.0).turns[-1]
    assert (second.asked, second.tool_ms, second.agent_ms) == ("tool", 500, 500)


def test_a_noise_is_answered_by_nobody() -> None:
    ledger = Latencies().voice_heard(9.0).voice_paused(10.0).committed(10.4).dismissed()
    assert ledger.audio_came("r1", 20.0).heard("r1", "agent-1", 20.1, 0.0).turns == ()


def test_a_reply_much_later_is_no_answer() -> None:
    assert _answer(Latencies(), pause=10.0, commit=10.5, audio=90.0, heard=90.1).turns == ()


def test_percentiles_are_latencies_that_occurred() -> None:
    summary = summary_of(_spoken(ms) for ms in range(100, 2_100, 100))
    assert (summary.count, summary.p50_ms, summary.p95_ms) == (20, 1000, 1900)
    assert summary_of([_spoken(700), _spoken(300, endpointing_ms=None)]).p95_ms == 700
    assert summary_of([]).p50_ms is None


def test_what_is_kept_is_bounded() -> None:
    ledger = Latencies()
    for number in range(MAX_TURNS + 5):
        ledger = ledger.typed(number).audio_came(f"r{number}", number + 0.1)
        ledger = ledger.heard(f"r{number}", f"agent-{number}", number + 0.2, 0.0)
    assert len(ledger.turns) == MAX_TURNS
    assert len(msgspec.json.encode(msgspec.structs.replace(ledger, turns=()))) < 2_000


@given(TIMES, TIMES, TIMES, TIMES, TIMES, TIMES, st.floats(-5_000.0, 5_000.0))
def test_the_parts_are_never_negative_and_make_up_the_whole_in_whatever_order_things_came(
    pause: float, commit: float, called: float, answered: float, audio: float, heard: float, lead_in: float
) -> None:
    ledger = Latencies().voice_paused(pause).committed(commit)
    ledger = ledger.tool_called(called).tool_answered(answered).audio_came("r", audio)
    for turn in ledger.heard("r", "agent-1", heard, lead_in).turns:
        parts = (turn.endpointing_ms or 0, turn.agent_ms, turn.tool_ms, turn.lead_in_ms, turn.own_ms)
        assert min(parts) >= 0
        assert sum(parts) == turn.total_ms
