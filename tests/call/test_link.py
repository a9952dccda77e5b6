"""The socket to the agent: how it shows that the other side is gone, and how it opens or does not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from voice.call.endpoint import Endpoint
from voice.call.event_log import EventLog
from voice.call.link import Link, open_link
from voice.call.redaction import Redactor
from voice.protocol.errors import AgentUnreachable, AuthRefused

pytestmark = pytest.mark.virtual_time


@asynccontextmanager
async def linked(act: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[Link]:
    async with serve(act, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        link = await open_link(Endpoint(f"ws://127.0.0.1:{port}", "agent"), log())
        try:
            yield link
        finally:
            await link.close()


def log() -> EventLog:
    return EventLog(Redactor(()), clock=asyncio.get_running_loop().time)


async def drained(link: Link) -> None:
    """Receive until the socket closes."""
    async for _ in link.receive():
        pass


async def test_a_half_open_socket_is_broken_within_nine_seconds_and_tells_since_when_it_was_silent() -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()

    async def deaf(socket: ServerConnection) -> None:
        await asyncio.sleep(10.0)
        socket.transport.pause_reading()
        await over.wait()
        socket.transport.resume_reading()

    async with linked(deaf) as link:
        began_at = loop.time()
        keeping = asyncio.create_task(link.keep_alive())
        await drained(link)
        await keeping
        over.set()
    noticed_s = loop.time() - began_at - 10.0
    assert noticed_s < 9.5
    # The last sign of life was at most one ping before.
    assert noticed_s <= link.silent_s <= noticed_s + 3.1
    assert link.close_code == 1006


async def test_a_stall_of_five_seconds_does_not_cost_the_socket() -> None:
    async def stalling(socket: ServerConnection) -> None:
        for _ in range(6):
            socket.transport.pause_reading()
            await asyncio.sleep(5.0)
            socket.transport.resume_reading()
            await asyncio.sleep(5.0)

    async with linked(stalling) as link:
        keeping = asyncio.create_task(link.keep_alive())
        receiving = asyncio.create_task(drained(link))
        await asyncio.sleep(60.0)
        assert link.close_code is None
        assert link.silent_s == 0.0
        keeping.cancel()
    await receiving


async def test_a_socket_that_closes_by_itself_was_not_silent() -> None:
    async with linked(lambda socket: socket.close(1011, "broken")) as link:
        await asyncio.gather(drained(link), link.keep_alive())
    assert (link.close_code, link.close_reason, link.silent_s) == (1011, "broken", 0.0)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, "", AuthRefused),
        (404, '{"detail": "Invalid API key"}', AuthRefused),
        (403, "blocked by the proxy", AgentUnreachable),
        (500, "", AgentUnreachable),
    ],
)
async def test_a_refused_handshake_is_about_the_key_only_if_it_says_so(
    status: int, body: str, kind: type[Exception]
) -> None:
    async def never(_socket: ServerConnection) -> None: ...

    def refuse(socket: ServerConnection, _request: object) -> object:
        return socket.respond(status, body)

    async with serve(never, "127.0.0.1", 0, process_request=refuse) as server:  # type: ignore[arg-type]
        port = server.sockets[0].getsockname()[1]
        endpoint = Endpoint(f"ws://127.0.0.1:{port}/v1/ws", f"ws://127.0.0.1:{port}/v1/ws", key="canary-key")
        with pytest.raises(kind) as refusal:
            await open_link(endpoint, log())
    assert "canary-key" not in str(refusal.value)
