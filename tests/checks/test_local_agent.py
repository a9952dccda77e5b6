"""The local agent by its health route: well, deaf, ill, silent, or not used."""

import pytest

from tests.call.test_endpoint import token_server
from voice.call.endpoint import Endpoint
from voice.checks.finding import Finding, State
from voice.checks.local_agent import check_local_agent
from voice.protocol.errors import AgentUnreachable

WELL = {"status": "ok", "sessions": 0, "connected": 1, "max_sessions": 16, "recognition": True}


async def check(status: int, body: object) -> Finding:
    async with token_server(status, body) as (url, seen):

        async def find() -> Endpoint:
            return Endpoint(url.replace("http://", "ws://").replace("/v1/token", "/v1/ws"), "agent")

        found = await check_local_agent(find, used=True)
    assert [request.path for request in seen] == ["/health"]
    return found


async def test_a_well_agent_is_fine_and_names_its_models() -> None:
    found = await check(200, WELL)
    assert found.state is State.FINE
    assert "recognition 0.1.0" in found.measured
    assert "1 of 16 places" in found.measured


async def test_an_agent_that_can_not_hear_says_so() -> None:
    found = await check(200, WELL | {"recognition": False})
    assert found.state is State.ATTENTION
    assert "speech recognition is not available" in found.measured


@pytest.mark.parametrize(
    ("status", "body"), [(500, WELL), (200, {"status": "ill"}), (200, ["ok"]), (200, "ok")]
)
async def test_an_agent_that_is_not_well_is_told(status: int, body: object) -> None:
    found = await check(status, body)
    assert found.state is State.FAILED
    assert "Restart Parley" in found.cure


async def test_an_agent_that_did_not_start_is_told() -> None:
    async def find() -> Endpoint:
        raise AgentUnreachable("It did not start.", "Look at the terminal.")

    assert (await check_local_agent(find, used=True)).measured == "It did not start."


async def test_it_is_not_asked_where_calls_go_elsewhere() -> None:
    async def find() -> Endpoint:
        raise AssertionError("nothing to ask")

    assert (await check_local_agent(find, used=False)).state is State.NOT_RUN
