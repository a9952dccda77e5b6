"""A WebSocket route of the page as a browser reaches it: served on loopback, with one line behind it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.fake_call import FakeCall, FakeSwitchboard
from voice.call.call import Call
from voice.call.line import Line

DEADLINE_S = 10


class OneLine(FakeSwitchboard):
    """A switchboard with one line. `called` is set once a call was placed."""

    def __init__(self) -> None:
        super().__init__()
        self.line = Line(self)
        self.called = asyncio.Event()

    def place(self, *args: Any, **options: Any) -> Call:
        self.called.set()
        return super().place(*args, **options)

    def find_line(self, token: str) -> Line | None:
        return self.line if token == self.line.token else None

    @property
    def watched_by(self) -> int:
        return len(self.line._watchers)


class LoopbackServer(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


class Site:
    """The route at `path`. `ended` counts the pages that were served to their end."""

    def __init__(self, port: int, path: str, switchboard: OneLine) -> None:
        self.host = f"127.0.0.1:{port}"
        self.path = path
        self.switchboard = switchboard
        self.line = switchboard.line
        self.ended = asyncio.Semaphore(0)

    def page(self, *, origin: str | None = None, query: str = "") -> connect:
        """A page of this site, or of another `origin`."""
        own = f"http://{self.host}"
        return connect(f"ws://{self.host}{self.path}{query}", origin=origin or own, proxy=None)  # type: ignore[arg-type]

    @property
    def call(self) -> FakeCall:
        """The call that was placed last."""
        return self.switchboard.calls[-1]


@asynccontextmanager
async def served(
    path: str, serve: Callable[[WebSocket], Awaitable[None]], switchboard: OneLine
) -> AsyncIterator[Site]:
    """`serve` at `path`, for as long as the block lasts."""
    listening = socket.create_server(("127.0.0.1", 0))
    site = Site(listening.getsockname()[1], path, switchboard)

    async def serve_and_count(opened: WebSocket) -> None:
        try:
            await serve(opened)
        finally:
            site.ended.release()

    app = Starlette(routes=[WebSocketRoute(path, serve_and_count)])
    server = LoopbackServer(
        uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=DEADLINE_S)
    )
    serving = asyncio.create_task(server.serve([listening]))
    await server.up.wait()
    yield site
    server.should_exit = True
    await serving


async def close_code(page: ClientConnection) -> int:
    """The code that the server closes this page's socket with."""
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(page.recv(), DEADLINE_S)
    assert page.close_code is not None
    return page.close_code
