"""Shared by the tests of what Streamlit runs."""

from typing import Any

import pytest
import streamlit as st


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The session state of a script run that starts with nothing."""
    session_state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", session_state)
    return session_state
