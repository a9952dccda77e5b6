"""The switchboard lives as long as the server, and a tab's line as long as its session."""

import threading
from typing import Any

import pytest
import streamlit as st
from pydantic import AnyUrl

from voice.settings import Settings
from voice.ui import lifespan as lifespan_module
from voice.ui.lifespan import NotStartedError, lifespan, switchboard
from voice.ui.my_line import my_line


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(assemblyai_api_key=None, voice_agent_url=AnyUrl("ws://127.0.0.1:9/v1/ws"))
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
    with pytest.raises(NotStartedError):
        switchboard()


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
