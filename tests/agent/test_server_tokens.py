"""Temporary tokens and credentials, over real HTTP and WebSocket."""

from typing import Any

import httpx
import pytest

from tests.agent.conftest import StartAgent
from tests.support.agent_client import agent_client, health
from tests.support.agent_server import TurnableClock
from voice.agent.quirks import Quirks
from voice.agent.server import AgentOptions

pytestmark = pytest.mark.virtual_time

KEY = "key-of-the-tests"
KEYED = AgentOptions(api_keys=(KEY,))


async def get_token(url: str, key: str | None = KEY, **query: Any) -> httpx.Response:
    address = url.replace("ws://", "http://").replace("/v1/ws", "/v1/token")
    headers = {"Authorization": key} if key is not None else {}
    async with httpx.AsyncClient() as client:
        return await client.get(address, params=query, headers=headers)


async def minted(url: str, **query: Any) -> str:
    response = await get_token(url, **({"expires_in_seconds": 60} | query))
    token: str = response.json()["token"]
    return token


async def refusal(url: str, key: str | None = None) -> tuple[str, str, int | None]:
    async with agent_client(url, key) as client:
        error = await client.expect("session.error")
        return error["code"], error["message"], await client.closed()


REFUSED = ("unauthorized", "Authentication failed", 1008)


@pytest.mark.parametrize("key", [KEY, f"Bearer {KEY}"])
async def test_a_key_mints_a_token_with_or_without_bearer(start_agent: StartAgent, key: str) -> None:
    response = await get_token(start_agent(KEYED), key, expires_in_seconds=300, product="voice_agent")
    body = response.json()
    assert (response.status_code, body["expires_in_seconds"]) == (200, 300)
    assert 2300 <= len(body["token"]) <= 2600


@pytest.mark.parametrize(
    ("key", "query", "status", "detail"),
    [
        (
            None,
            {"expires_in_seconds": 60},
            422,
            [{"type": "missing", "loc": ["header", "authorization"], "msg": "Field required", "input": None}],
        ),
        ("wrong", {"expires_in_seconds": 60}, 404, "Invalid API key"),
        (
            KEY,
            {},
            422,
            [
                {
                    "type": "missing",
                    "loc": ["query", "expires_in_seconds"],
                    "msg": "Field required",
                    "input": None,
                }
            ],
        ),
    ],
)
async def test_a_bad_request_is_explained_as_the_service_does(
    start_agent: StartAgent, key: str | None, query: dict[str, int], status: int, detail: object
) -> None:
    response = await get_token(start_agent(KEYED), key, **query)
    assert (response.status_code, response.json()) == (status, {"detail": detail})


@pytest.mark.parametrize(
    ("query", "kind", "bound"),
    [
        ({"expires_in_seconds": 0}, "greater_than_equal", {"ge": 1}),
        ({"expires_in_seconds": 601}, "less_than_equal", {"le": 600}),
        ({"max_session_duration_seconds": 59}, "greater_than_equal", {"ge": 60}),
        ({"max_session_duration_seconds": 10801}, "less_than_equal", {"le": 10800}),
        ({"expires_in_seconds": "soon"}, "int_parsing", None),
    ],
)
async def test_a_number_out_of_range_is_named(
    start_agent: StartAgent, query: dict[str, Any], kind: str, bound: dict[str, int] | None
) -> None:
    response = await get_token(start_agent(KEYED), **({"expires_in_seconds": 60} | query))
    detail = response.json()["detail"][0]
    name, given = next(iter(query.items()))
    assert (response.status_code, detail["type"], detail["loc"]) == (422, kind, ["query", name])
    assert (detail["input"], detail.get("ctx")) == (str(given), bound)


async def test_without_a_good_credential_the_first_frame_is_unauthorized(start_agent: StartAgent) -> None:
    url = start_agent(KEYED)
    assert await refusal(url) == REFUSED
    assert await refusal(url, "Bearer wrong") == REFUSED
    assert await refusal(f"{url}?token=made-up") == REFUSED


@pytest.mark.parametrize("key", [KEY, f"Bearer {KEY}"])
async def test_the_key_opens_a_session(start_agent: StartAgent, key: str) -> None:
    async with agent_client(start_agent(KEYED), key) as client:
        assert (await client.start())["session_id"].startswith("sess_")


async def test_a_token_opens_one_session(start_agent: StartAgent) -> None:
    url = start_agent(KEYED)
    with_token = f"{url}?token={await minted(url)}"
    async with agent_client(with_token) as client:
        await client.start()
    assert await refusal(with_token) == REFUSED


async def test_single_use_can_be_switched_off(start_agent: StartAgent) -> None:
    url = start_agent(AgentOptions(api_keys=(KEY,), quirks=Quirks(single_use_tokens=False)))
    with_token = f"{url}?token={await minted(url)}"
    for _ in range(2):
        async with agent_client(with_token) as client:
            await client.start()


async def test_a_token_is_refused_after_its_window(start_agent: StartAgent) -> None:
    clock = TurnableClock()
    url = start_agent(AgentOptions(api_keys=(KEY,), clock=clock))
    token = await minted(url, expires_in_seconds=30)
    clock.advance(31)
    assert await refusal(f"{url}?token={token}") == REFUSED


async def test_without_keys_anything_or_nothing_opens_a_session(agent_url: str) -> None:
    for url, key in ((agent_url, None), (agent_url, "whatever"), (f"{agent_url}?token=whatever", None)):
        async with agent_client(url, key) as client:
            await client.start()


async def test_without_keys_a_page_of_another_site_is_refused(agent_url: str) -> None:
    for origin in ("https://elsewhere.example", "http://["):
        async with agent_client(agent_url, origin=origin) as client:
            assert (await client.expect("session.error"))["code"] == "forbidden"
            assert await client.closed() == 1008
    async with agent_client(agent_url, origin="http://localhost:8501") as client:
        await client.start()


async def test_health_tells_how_busy_the_server_is(start_agent: StartAgent) -> None:
    url = start_agent()
    async with agent_client(url) as client:
        await client.start()
        body = await health(url)
    assert body.pop("kept_bytes") >= 0
    assert body == {
        "status": "ok",
        "sessions": 1,
        "connected": 1,
        "max_sessions": 16,
        "recognition": True,
        "kept_sessions": 1,
    }
