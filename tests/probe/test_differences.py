"""An agent that differs from what is expected: each row is seen to fail, and only that row."""

import pytest

from tests.probe.support import probed, quick_models
from tests.probe.switches import SWITCHES
from voice.probe.report import passed
from voice.probe.rows import ROWS, Row, Verdict

pytestmark = pytest.mark.virtual_time


def test_there_is_a_way_to_differ_for_every_row() -> None:
    assert list(SWITCHES) == [row.id for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
async def test_what_differs_is_seen_and_nothing_else(row: Row) -> None:
    run = await probed(quick_models(), SWITCHES[row.id]())
    assert run.which(Verdict.DIFFERS) == {row.id}, run.seen
    assert passed(run.bench) is not row.relied_on
