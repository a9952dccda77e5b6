"""Checks run beside the loop that asks for them, and fail in words."""

import asyncio
import threading
from pathlib import Path

import pytest

from voice.call.endpoint import Endpoint
from voice.checks import runner
from voice.checks.finding import Finding, State, fine
from voice.checks.runner import SERVER_CHECKS, Surroundings, run_check
from voice.history.store import Store
from voice.settings import Settings


async def nowhere() -> Endpoint:
    raise AssertionError("no agent in this test")


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings(Settings(voice_data_dir=tmp_path), nowhere, Store("", tmp_path))


async def test_a_check_runs_in_a_thread_of_its_own(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def look(_around: Surroundings) -> Finding:
        seen.append(threading.current_thread().name)
        return fine("Looked.")

    monkeypatch.setitem(SERVER_CHECKS, "disk", look)
    assert await run_check("disk", around) == fine("Looked.")
    assert seen[0].startswith("checks")


async def test_a_check_that_breaks_is_told_like_any_other_outcome(
    around: Surroundings, caplog: pytest.LogCaptureFixture
) -> None:
    found = await run_check("agent", around)
    assert found.state is State.FAILED
    assert "The check itself failed" in found.measured
    assert "no agent in this test" in caplog.text


async def test_a_check_that_hangs_is_given_up(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_around: Surroundings) -> Finding:
        await asyncio.Event().wait()
        return fine("never")

    monkeypatch.setitem(SERVER_CHECKS, "key", hang)
    monkeypatch.setattr(runner, "_TIMEOUT_S", 0.01)
    assert "no answer within" in (await run_check("key", around)).measured


async def test_the_checks_of_this_machine_run(around: Surroundings) -> None:
    for name in ("turn", "key", "database"):
        assert (await run_check(name, around)).state is State.FINE
