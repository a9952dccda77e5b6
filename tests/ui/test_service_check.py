"""The check of the agent's service on the Setup page: what it says before, while it runs, and at the end."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from voice.call.endpoint import Endpoint, service_endpoint
from voice.probe.bench import Bench
from voice.probe.rows import REFUSALS, ROWS, Scene
from voice.probe.run import OpenApi
from voice.protocol.errors import AgentUnreachable
from voice.settings import Settings
from voice.ui.checks import service_check
from voice.ui.checks.service_check import ServiceCheck, offer_of

KEY = "canary-key-0123456789"
WITH_KEY = Settings.model_validate({"assemblyai_api_key": KEY})


class Page:
    """Gets what is sent, until it leaves."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.left = False
        self._news = asyncio.Event()

    async def send(self, message: dict[str, Any]) -> None:
        if self.left:
            raise RuntimeError
        self.got.append(message["service"])
        self._news.set()

    async def until(self, state: str) -> dict[str, Any]:
        while not self.got or self.got[-1]["state"] != state:
            self._news.clear()
            await self._news.wait()
        return self.got[-1]


async def find() -> Endpoint:
    return service_endpoint(WITH_KEY)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands for the probe: notes one row with the key in it, waits to be stopped if the list says so."""
    told: list[str] = []

    async def run(bench: Bench, _open_api: OpenApi, tell: Callable[[Scene], None]) -> None:
        bench.check(REFUSALS.rows[0].id, True, f"seen {KEY}")
        tell(REFUSALS)
        try:
            if "wait" in told:
                await asyncio.Event().wait()
        finally:
            told.append("cleaned up")
        for row in ROWS:
            bench.check(row.id, True, "as expected")

    monkeypatch.setattr(service_check, "run_probe", run)
    return told


def test_the_cost_is_said_and_agreed_to_before_the_service_is_called() -> None:
    offer = offer_of(WITH_KEY)
    assert offer.asks
    assert "to AssemblyAI" in offer.words
    assert "at most $0.099" in offer.words


def test_the_local_agent_costs_nothing_and_is_not_asked_about() -> None:
    offer = offer_of(Settings())
    assert not offer.asks
    assert offer.words.startswith("No key is set, so this checks the local agent. It costs nothing")


async def test_rows_come_while_it_runs_and_the_report_at_the_end(runs: list[str]) -> None:
    page = Page()
    await ServiceCheck(WITH_KEY, find, page.send).run()
    done = await page.until("done")
    running = page.got[0]
    assert (running["state"], running["words"], running["report"]) == ("running", "Refusals …", "")
    assert [line["id"] for line in done["lines"]] == [row.id for row in ROWS]
    assert "Everything that Parley relies on is as expected." in done["words"]
    assert json.loads(done["report"])["passed"] is True
    assert KEY not in json.dumps(page.got)
    assert runs == ["cleaned up"]


async def test_it_can_be_stopped_and_tells_what_it_has_seen(runs: list[str]) -> None:
    runs.append("wait")
    page = Page()
    check = ServiceCheck(WITH_KEY, find, page.send)
    running = asyncio.create_task(check.run())
    await page.until("running")
    check.stop()
    stopped = await page.until("stopped")
    await running
    assert f"1 of {len(ROWS)} checks were made" in stopped["words"]
    assert json.loads(stopped["report"])["passed"] is False
    assert runs == ["wait", "cleaned up"]


async def test_a_page_that_leaves_stops_it_and_another_is_told_that_one_runs(runs: list[str]) -> None:
    runs.append("wait")
    page, other = Page(), Page()
    check = ServiceCheck(WITH_KEY, find, page.send)
    running = asyncio.create_task(check.run())
    await page.until("running")
    await ServiceCheck(WITH_KEY, find, other.send).run()
    assert other.got[-1]["words"] == "Another check is running. Try again when it has finished."
    page.left = True
    probe = check._probe
    assert probe is not None
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.wrap_future(probe.ended)
    assert runs == ["wait", "cleaned up"]


async def test_an_agent_that_can_not_be_found_is_a_sentence(runs: list[str]) -> None:
    async def lost() -> Endpoint:
        raise AgentUnreachable("Parley's local agent did not start.", "Look at the terminal.")

    page = Page()
    await ServiceCheck(WITH_KEY, lost, page.send).run()
    assert page.got[-1]["words"] == "Parley's local agent did not start. Look at the terminal."
    assert runs == []
