"""The key: none needed, taken, refused, untried; and that it is never shown or sent to the wrong place."""

from typing import Any

import pytest

from tests.call.test_endpoint import token_server
from voice.checks.finding import State
from voice.checks.key import check_key
from voice.settings import Settings

KEY = "canary-key"


def settings(**fields: Any) -> Settings:
    return Settings(**fields)


async def test_no_key_is_fine_with_the_local_agent() -> None:
    found = await check_key(settings())
    assert found.state is State.FINE
    assert "none is needed" in found.measured


async def test_no_key_for_an_agent_of_ones_own_is_told() -> None:
    found = await check_key(settings(voice_agent_url="ws://127.0.0.1:9/v1/ws"))
    assert found.state is State.NOT_RUN
    assert "ASSEMBLYAI_API_KEY" in found.cure


async def test_a_key_that_is_taken_is_fine() -> None:
    async with token_server(200, {"token": "canary-token", "expires_in_seconds": 60}) as (url, seen):
        found = await check_key(settings(assemblyai_api_key=KEY, voice_agent_token_url=url))
    assert found.state is State.FINE
    assert len(seen) == 1
    assert "canary" not in repr(found)


@pytest.mark.parametrize("status", [401, 404])
async def test_a_refused_key_is_unauthorized(status: int) -> None:
    async with token_server(status, {"detail": "Invalid API key"}) as (url, _):
        found = await check_key(settings(assemblyai_api_key=KEY, voice_agent_token_url=url))
    assert found.state is State.FAILED
    assert "UNAUTHORIZED" in found.measured
    assert "Check the key" in found.cure
    assert KEY not in repr(found)


async def test_a_token_address_that_fails_does_not_blame_the_key() -> None:
    async with token_server(500, {}) as (url, _):
        found = await check_key(settings(assemblyai_api_key=KEY, voice_agent_token_url=url))
    assert found.state is State.FAILED
    assert "could not be tried" in found.measured
    assert "refused" not in found.measured


async def test_a_key_for_somebody_elses_agent_is_not_sent_to_assemblyai() -> None:
    async with token_server(200, {"token": "t"}) as (url, seen):
        wanted = settings(
            assemblyai_api_key=KEY, voice_agent_url="wss://agent.example.org/ws", voice_agent_token_url=url
        )
        found = await check_key(wanted)
    assert found.state is State.NOT_RUN
    assert seen == []
