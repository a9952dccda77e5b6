"""What a run may cost: the bound that is told first holds whatever the agent does."""

import pytest

from tests.probe.support import TwoRegions, bench_at, probed, quick_models
from tests.support.rewriting import Event, Wire
from voice.probe.budget import GRACE_S, PLANNED_S, Budget, usd
from voice.probe.price import bound, spent
from voice.probe.rows import ROWS, Verdict
from voice.probe.run import run_probe

SERVICE_USD_PER_HOUR = 4.5


def test_a_run_costs_under_ten_cents() -> None:
    assert usd(PLANNED_S, SERVICE_USD_PER_HOUR) < 0.10
    assert bound(SERVICE_USD_PER_HOUR) == (
        f"It costs at most $0.099: a socket is open for at most {PLANNED_S:.0f} seconds in all, "
        "at $4.50 an hour."
    )


def test_the_local_agent_costs_nothing_and_other_prices_are_not_made_up() -> None:
    assert "nothing" in bound(0.0)
    assert "$" not in bound(None) + spent(10.0, None) + spent(10.0, 0.0)
    assert spent(40.0, SERVICE_USD_PER_HOUR) == "Open socket: 40.0 s. Cost: $0.050."


def test_what_one_socket_does_not_use_later_ones_may() -> None:
    budget = Budget()
    first = budget.allow("turn")
    budget.spend(first - 3.0)
    assert budget.allow("voice") == 3.0 + 1.5


def test_a_dropped_session_counts_to_the_end_of_its_grace_unless_it_is_resumed() -> None:
    budget = Budget()
    budget.dropped(100.0)
    assert (budget.spent_s, budget.grace_left_s(110.0)) == (GRACE_S, GRACE_S - 10.0)
    budget.resumed(102.0)
    assert (budget.spent_s, budget.grace_left_s(110.0)) == (2.0, 0.0)


class Mute(TwoRegions):
    """Lets nothing through to the client."""

    async def to_client(self, event: Event, wire: Wire) -> None:
        return


class OnlyReady(TwoRegions):
    """Opens sessions and then says nothing more."""

    async def to_client(self, event: Event, wire: Wire) -> None:
        if event["type"] in ("session.ready", "session.updated") and len(wire.asked) < 2:
            await wire.tell(event)


@pytest.mark.virtual_time
@pytest.mark.parametrize("switch", [Mute, OnlyReady])
async def test_an_agent_that_says_nothing_does_not_cost_more(switch: type[TwoRegions]) -> None:
    run = await probed(quick_models(), switch())
    assert set(run.seen) == {row.id for row in ROWS}
    assert "barge_in_signal" in run.which(Verdict.NOT_TESTED) | run.which(Verdict.DIFFERS)
    assert run.bench.budget.spent_s <= PLANNED_S


@pytest.mark.virtual_time
async def test_what_was_open_is_counted() -> None:
    async with bench_at(quick_models()) as (bench, api):
        await run_probe(bench, lambda: api, lambda _scene: None)
    assert 5.0 < bench.budget.spent_s < PLANNED_S
