"""What starts and stops with the server process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from voice.call.switchboard import Switchboard
from voice.settings import load_settings

_switchboard: Switchboard | None = None


class NotStartedError(RuntimeError):
    """The dashboard runs without its server; the message says how to start it."""


def switchboard() -> Switchboard:
    """The switchboard of this process. Raises `NotStartedError` outside `streamlit run app.py`."""
    if _switchboard is None:
        raise NotStartedError(
            "Start Parley with `make run` or `streamlit run app.py`, not with dashboard.py."
        )
    return _switchboard


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the switchboard when the server starts, and hang up every call when it ends."""
    global _switchboard  # noqa: PLW0603 - one per process, made when the server starts
    opened = Switchboard(load_settings())
    opened.start()
    _switchboard = opened
    try:
        yield
    finally:
        _switchboard = None
        await opened.stop()
