"""The switchboard lives as long as the server, and a tab's line as long as its session."""

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from pydantic import AnyUrl

from tests.history.samples import a_call, keep
from voice.history.database_url import FILE_NAME
from voice.history.records import HistoryProblem
from voice.history.store import Store
from voice.settings import Settings
from voice.ui import lifespan as lifespan_module
from voice.ui.lifespan import NotStartedError, history, lifespan, service_desk, switchboard
from voice.ui.my_line import my_line


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings(
        assemblyai_api_key=None, voice_agent_url=AnyUrl("ws://127.0.0.1:9/v1/ws"), voice_data_dir=tmp_path
    )
    monkeypatch.setattr(lifespan_module, "load_settings", lambda: settings)
    monkeypatch.setattr(st, "session_state", {})


def is_serving_calls() -> bool:
    return "calls" in [thread.name for thread in threading.enumerate()]


def test_without_its_server_the_dashboard_says_how_to_start_it() -> None:
    with pytest.raises(NotStartedError, match="make run"):
        switchboard()


async def test_calls_can_be_made_from_the_start_of_the_server_to_its_end(app: st.App) -> None:
    async with lifespan(app):
        assert switchboard().find_line("unknown") is None
        assert is_serving_calls()
    assert not is_serving_calls()
    for what in (switchboard, history, service_desk):
        with pytest.raises(NotStartedError):
            what()


async def test_a_damaged_history_is_told_and_the_server_starts(app: st.App, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("This is no database. " * 100)
    async with lifespan(app):
        with pytest.raises(HistoryProblem, match="damaged"):
            await asyncio.to_thread(history().list_calls, "")
        assert is_serving_calls()


async def test_a_call_that_began_too_long_ago_is_deleted_at_the_start(app: st.App, tmp_path: Path) -> None:
    store = Store("", tmp_path)
    store.open()
    keep(store, a_call(owner=""))
    keep(store, a_call("call-0002", owner="", started_at=time.time() - 3_600))
    store.close()
    async with lifespan(app):
        pass
    store.open()
    assert [row.call.id for row in store.list_calls("").rows] == ["call-0002"]
    store.close()


async def test_a_server_that_fails_still_ends_its_calls(app: st.App) -> None:
    with pytest.raises(RuntimeError, match="broken on purpose"):
        async with lifespan(app):
            raise RuntimeError("broken on purpose")
    assert not is_serving_calls()


async def test_a_session_has_one_line_and_another_session_another(
    app: st.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with lifespan(app):
        mine = my_line()
        assert my_line() is mine
        assert switchboard().find_line(mine.token) is mine
        monkeypatch.setattr(st, "session_state", {})
        assert my_line() is not mine


def test_something_else_in_the_place_of_the_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: dict[str, Any] = {"line": "something else"}
    monkeypatch.setattr(st, "session_state", taken)
    with pytest.raises(TypeError, match="'line'"):
        my_line()


@pytest.fixture
def app() -> st.App:
    from app import app as parley  # noqa: PLC0415 - it must not run before the settings are replaced

    return parley
