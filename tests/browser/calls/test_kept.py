"""What is left of a call when its dashboard is killed in the middle of it."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support.dashboard import run_dashboard
from tests.support.speech import read_clip
from tests.support.talk_page import talk_page
from voice.history.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEADLINE_S = 20
POLL_S = 0.05


async def test_a_killed_dashboard_loses_no_turn_and_the_next_start_shows_the_call_as_cut_short(
    browser: Browser, tmp_path: Path
) -> None:
    async with run_dashboard(tmp_path) as first, talk_page(browser, first.url) as page:
        await page.connect()
        await page.wait_for_turns(1, "agent")
        await page.wait_for_state("listening")
        await page.say(read_clip("goforward"))
        await page.wait_for_turns(2, "agent")
        await page.wait_for_state("listening")
        shown = [(turn.speaker, turn.text) for turn in await page.turns()]
        os.kill(first.process.pid, signal.SIGKILL)
        await first.process.wait()
    store = Store("", tmp_path / "data")
    async with run_dashboard(tmp_path):
        await _wait_until_none_runs(store)
    (row,) = store.list_calls("").rows
    full = store.full_call("", row.call.id)
    store.close()
    assert full is not None
    assert (full.call.how_ended, full.call.agent, full.call.persona) == ("cut_short", "local", "Parley")
    assert [(turn.speaker, turn.text) for turn in full.turns] == shown
    assert full.call.turn_count == 3
    assert full.call.median_latency_ms is not None
    assert full.call.has_recording


async def _wait_until_none_runs(store: Store) -> None:
    store.open()
    async with asyncio.timeout(DEADLINE_S):
        while store.list_calls("").rows[0].call.how_ended == "running":  # noqa: ASYNC110 - of another process
            # The new process looks after what the old one left and tells nobody: the store is all to ask.
            await asyncio.sleep(POLL_S)
