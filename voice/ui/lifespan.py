"""What starts and stops with the server process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from voice.call.switchboard import Switchboard
from voice.history.keeper import Keeper
from voice.history.store import Store
from voice.service.desk import ServiceDesk
from voice.service.reach import Reach
from voice.settings import load_settings
from voice.ui import callbacks
from voice.ui.warming import warm_up

_switchboard: Switchboard | None = None
_store: Store | None = None
_desk: ServiceDesk | None = None


class NotStartedError(RuntimeError):
    """The dashboard runs without its server; the message says how to start it."""

    def __init__(self) -> None:
        super().__init__("Start Parley with `make run` or `streamlit run app.py`, not with dashboard.py.")


def switchboard() -> Switchboard:
    """The switchboard of this process. Raises `NotStartedError` outside `streamlit run app.py`."""
    if _switchboard is None:
        raise NotStartedError
    return _switchboard


def history() -> Store:
    """The store of calls of this process; each use of it tells what is wrong with it.

    Raises `NotStartedError` outside `streamlit run app.py`.
    """
    if _store is None:
        raise NotStartedError
    return _store


def service_desk() -> ServiceDesk:
    """What this process does with the agent's service.

    Raises `NotStartedError` outside `streamlit run app.py`.
    """
    if _desk is None:
        raise NotStartedError
    return _desk


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open store and switchboard when the server starts; when it ends, hang up and keep every call."""
    global _switchboard, _store, _desk  # noqa: PLW0603 - one per process, made when the server starts
    callbacks.install()
    warm_up()
    settings = load_settings()
    url = settings.voice_database_url
    store = Store(url.get_secret_value() if url else None, settings.voice_data_dir)
    keeper = Keeper(store, settings.voice_retention_days)
    opened = Switchboard(settings, keeper)
    keeper.start()
    opened.start()
    desk = ServiceDesk(store, Reach(settings, opened.find_agent))
    _switchboard, _store, _desk = opened, store, desk
    try:
        yield
    finally:
        _switchboard = _store = _desk = None
        desk.stop()
        await opened.stop()
        await asyncio.to_thread(keeper.stop)
