"""Keeping a client to real time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.agent.rate_gate import SLACK_MS, RateGate


def test_real_time_passes_whole_for_ever() -> None:
    gate = RateGate(0.0)
    assert all(gate.admit_ms(50, n * 0.05) == 50 for n in range(10_000))


def test_a_second_may_run_ahead_and_the_rest_is_surplus() -> None:
    gate = RateGate(0.0)
    assert gate.admit_ms(1500, 0.0) == SLACK_MS
    assert gate.admit_ms(50, 0.0) == 0
    assert gate.admit_ms(50, 0.02) == pytest.approx(20)


def test_a_pause_earns_no_credit() -> None:
    gate = RateGate(0.0)
    assert gate.admit_ms(5000, 60.0) == SLACK_MS


@given(st.lists(st.tuples(st.floats(0, 3000), st.floats(0, 2)), max_size=50))
def test_what_passes_never_exceeds_the_clock_by_more_than_the_slack(
    chunks: list[tuple[float, float]],
) -> None:
    gate, now, passed = RateGate(0.0), 0.0, 0.0
    for duration_ms, pause_s in chunks:
        now += pause_s
        passed += gate.admit_ms(duration_ms, now)
        assert passed <= now * 1000 + SLACK_MS + 1e-3
