"""Keeping a client to real time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.agent.rate_gate import CLOCK_TOLERANCE, SLACK_MS, RateGate


def test_real_time_passes_whole_for_ever() -> None:
    gate = RateGate(0.0)
    assert all(gate.admit_ms(50, n * 0.05) == 50 for n in range(10_000))


def test_a_second_may_run_ahead_and_the_rest_is_surplus() -> None:
    gate = RateGate(0.0)
    assert gate.admit_ms(1500, 0.0) == SLACK_MS
    assert gate.admit_ms(50, 0.0) == 0
    assert gate.admit_ms(50, 0.02) == pytest.approx(20 * (1 + CLOCK_TOLERANCE))


def test_a_backlog_after_a_stall_passes_whole() -> None:
    gate = RateGate(0.0)
    assert all(gate.admit_ms(50, n * 0.05) == 50 for n in range(20))
    assert all(gate.admit_ms(20, 2.4) == 20 for _ in range(70))


def test_after_a_backlog_the_lead_is_still_a_second() -> None:
    gate = RateGate(0.0)
    assert gate.admit_ms(60_000, 60.0) == 60_000
    assert gate.admit_ms(5_000, 60.0) == pytest.approx(SLACK_MS + 60_000 * CLOCK_TOLERANCE)


def test_a_sound_card_that_is_a_little_fast_passes_for_hours() -> None:
    gate = RateGate(0.0)
    assert all(gate.admit_ms(100, n * 0.1 / 1.001) == 100 for n in range(3 * 36_000))


Chunks = st.lists(st.tuples(st.floats(0, 3000), st.floats(0, 2)), max_size=50)


@given(Chunks)
def test_what_passes_never_exceeds_the_clock_by_more_than_the_slack(
    chunks: list[tuple[float, float]],
) -> None:
    gate, now, passed = RateGate(0.0), 0.0, 0.0
    for duration_ms, pause_s in chunks:
        now += pause_s
        passed += gate.admit_ms(duration_ms, now)
        assert passed <= now * 1000 * (1 + CLOCK_TOLERANCE) + SLACK_MS + 1e-3


@given(Chunks)
def test_who_sent_no_more_than_time_has_passed_is_never_refused(chunks: list[tuple[float, float]]) -> None:
    gate, now, sent = RateGate(0.0), 0.0, 0.0
    for duration_ms, pause_s in chunks:
        now += pause_s
        fair_ms = min(duration_ms, max(0.0, now * 1000 + SLACK_MS - sent))
        assert gate.admit_ms(fair_ms, now) == fair_ms
        sent += fair_ms
