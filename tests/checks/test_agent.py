"""An agent that answers, refuses, hangs up or is not there, and that no session is begun with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.support.scripted_agent import ScriptedAgent, scripted_agent
from voice.call.endpoint import Endpoint
from voice.checks.agent import check_agent
from voice.checks.finding import Finding, State
from voice.protocol.errors import AgentUnreachable

# The silent agent of these tests would otherwise be listened to for a second.
SOON_S = 0.05
LONG_S = 10.0


async def check(url: str, within_s: float = SOON_S) -> Finding:
    async def find() -> Endpoint:
        return Endpoint(url, "ws://agent", key="canary-key")

    return await check_agent(find, refusal_s=within_s)


async def test_an_agent_that_answers_is_measured_and_no_session_begins() -> None:
    async def silent(_agent: ScriptedAgent) -> None: ...

    async with scripted_agent(silent) as stage:
        found = await check(stage.url)
    assert found.state is State.FINE
    assert "ws://agent answers: opened in" in found.measured
    assert stage.agents[0].received == []


async def test_a_refused_key_is_told_with_its_code() -> None:
    async def refusing(agent: ScriptedAgent) -> None:
        await agent.say("session.error", code="unauthorized", message="Authentication failed")
        await agent.socket.close(1008)

    async with scripted_agent(refusing) as stage:
        found = await check(stage.url, LONG_S)
    assert found.state is State.FAILED
    assert "unauthorized" in found.measured
    assert "Check the key" in found.cure
    assert "canary-key" not in repr(found)


@asynccontextmanager
async def closing(act: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    async with serve(act, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/ws"


@pytest.mark.parametrize(
    ("code", "words"), [(1008, "policy"), (1011, "failed on its side"), (1013, "free line"), (4000, "4000")]
)
async def test_each_close_code_is_named(code: int, words: str) -> None:
    async with closing(lambda socket: socket.close(code)) as url:
        found = await check(url, LONG_S)
    assert found.state is State.FAILED
    assert str(code) in found.measured
    assert words in found.measured
    assert found.cure


async def test_a_connection_that_breaks_is_1006_and_points_to_what_lies_between() -> None:
    async def abort(socket: ServerConnection) -> None:
        socket.transport.abort()

    async with closing(abort) as url:
        found = await check(url, LONG_S)
    assert found.state is State.FAILED
    assert "1006" in found.measured
    assert "proxy" in found.cure


async def test_an_address_where_nothing_listens_is_told() -> None:
    found = await check("ws://127.0.0.1:9/v1/ws")
    assert found.state is State.FAILED
    assert "nothing listens there" in found.measured
    assert "VOICE_AGENT_URL" in found.cure


async def test_an_address_that_is_no_agent_is_told_by_its_status() -> None:
    async def never(_socket: ServerConnection) -> None: ...

    def refuse(socket: ServerConnection, _request: object) -> object:
        return socket.respond(403, "no")

    async with serve(never, "127.0.0.1", 0, process_request=refuse) as server:  # type: ignore[arg-type]
        found = await check(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    assert "HTTP 403" in found.measured


async def test_an_agent_that_did_not_start_is_told() -> None:
    async def find() -> Endpoint:
        await asyncio.sleep(0)
        raise AgentUnreachable("It did not start.", "Look at the terminal.")

    found = await check_agent(find)
    assert (found.state, found.measured) == (State.FAILED, "It did not start.")
