"""Shared by the tests of what Streamlit runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from voice.settings import load_settings


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
