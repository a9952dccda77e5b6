"""Shared by the tests of what Streamlit runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit import config
from streamlit.testing.v1 import AppTest

from tests.support.sidebar import SCRIPT, START_TIMEOUT_S, DrawWith, WantingLine, rerun
from voice.settings import load_settings
from voice.ui.controls import dials


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The session state of a script run that starts with nothing."""
    session_state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", session_state)
    return session_state


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of the test's own, in place of the one of whoever runs the tests."""
    folder = tmp_path / "data"
    monkeypatch.setenv("VOICE_DATA_DIR", str(folder))
    load_settings.cache_clear()
    yield folder
    load_settings.cache_clear()


@pytest.fixture
def base_path(request: pytest.FixtureRequest) -> Iterator[str]:
    """`server.baseUrlPath` as a test sets it by an indirect parameter."""
    before = config.get_option("server.baseUrlPath")
    config.set_option("server.baseUrlPath", request.param)
    yield request.param
    config.set_option("server.baseUrlPath", before)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> WantingLine:
    wanting = WantingLine()

    def draw(*, key: str, data: dict[str, Any]) -> None:
        assert key
        wanting.drawn |= {dial["label"]: dial for dial in data["dials"]}

    monkeypatch.setattr(dials, "_dials", draw)
    return wanting


@pytest.fixture
def draw_with(tmp_path: Path, line: WantingLine) -> DrawWith:
    """Draws the sidebar with these values in its widgets, as a browser reports them."""
    script = tmp_path / "sidebar.py"
    script.write_text(SCRIPT)

    def draw(**values: object) -> AppTest:
        test = AppTest.from_file(script, default_timeout=START_TIMEOUT_S)
        test.session_state["line"] = line
        for key, value in values.items():
            test.session_state[key] = value
        return rerun(test)

    return draw


@pytest.fixture
def sidebar(draw_with: DrawWith) -> AppTest:
    """The sidebar, drawn once."""
    return draw_with()
