"""Where the agent is, and how it lets us in."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from voice.call.endpoint import Endpoint, public_name, service_endpoint
from voice.protocol.errors import AgentUnreachable, AuthRefused
from voice.settings import Settings

KEY = "canary-key"


@asynccontextmanager
async def token_server(status: int, body: object) -> AsyncIterator[tuple[str, list[Request]]]:
    seen: list[Request] = []

    def answer(_socket: ServerConnection, request: Request) -> Response:
        seen.append(request)
        text = json.dumps(body).encode()
        headers = Headers({"Content-Length": str(len(text)), "Connection": "close"})
        return Response(status, "said so", headers, text)

    async def never(_socket: ServerConnection) -> None: ...

    async with serve(never, "127.0.0.1", 0, process_request=answer) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/v1/token", seen


async def test_a_key_goes_into_the_header_and_not_into_the_address() -> None:
    address = await Endpoint("ws://127.0.0.1/v1/ws", "agent", key=KEY).address()
    assert address.headers == {"Authorization": f"Bearer {KEY}"}
    assert KEY not in address.url


async def test_a_token_is_minted_for_each_connection_and_the_key_stays_out_of_the_address() -> None:
    async with token_server(200, {"token": "temporary token", "expires_in_seconds": 60}) as (url, seen):
        endpoint = Endpoint("ws://127.0.0.1/v1/ws?region=eu", "agent", key=KEY, token_url=url)
        first = await endpoint.address()
        await endpoint.address()
    assert first.url == "ws://127.0.0.1/v1/ws?region=eu&token=temporary+token"
    assert first.headers == {}
    assert [request.headers["Authorization"] for request in seen] == [f"Bearer {KEY}"] * 2
    assert seen[0].path == "/v1/token?expires_in_seconds=60"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"detail": "Invalid API key"}),
        (400, {"error": "Invalid API key", "code": "unauthorized"}),
        (401, {}),
        (403, "no"),
    ],
)
async def test_a_refused_key_is_said_by_the_name_of_its_setting(status: int, body: object) -> None:
    async with token_server(status, body) as (url, _):
        with pytest.raises(AuthRefused, match="refused the key in ASSEMBLYAI_API_KEY") as refusal:
            await Endpoint("ws://x", "agent", key=KEY, token_url=url).address()
    assert KEY not in str(refusal.value)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {}),
        (500, {"detail": "Authentication failed"}),
        (200, {"no": "token"}),
        (200, []),
        (429, {}),
        (404, {"detail": "Not Found"}),
        (422, {"detail": [{"type": "missing", "loc": ["query", "expires_in_seconds"]}]}),
    ],
)
async def test_a_token_server_that_gives_no_token_is_named(status: int, body: object) -> None:
    async with token_server(status, body) as (url, _):
        with pytest.raises(AgentUnreachable, match="gave no token"):
            await Endpoint("ws://x", "agent", key=KEY, token_url=url).address()


async def test_a_token_server_that_does_not_answer_is_named() -> None:
    endpoint = Endpoint("ws://x", "agent", key=KEY, token_url="http://127.0.0.1:9/v1/token")  # noqa: S106
    with pytest.raises(AgentUnreachable, match=r"127\.0\.0\.1:9/v1/token can't be reached"):
        await endpoint.address()


async def test_a_resume_token_takes_the_place_of_the_key_and_of_a_fresh_token() -> None:
    endpoint = Endpoint("ws://x", "agent", key=KEY, token_url="http://127.0.0.1:9/v1/token")  # noqa: S106
    address = await endpoint.address("resume-me")
    assert (address.url, address.headers) == ("ws://x", {"Authorization": "Bearer resume-me"})
    assert address.secrets == ("resume-me",)
    keyless = await Endpoint("ws://x", "agent").address("resume-me")
    assert keyless.headers == {"Authorization": "Bearer resume-me"}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"assemblyai_api_key": KEY},
            "AssemblyAI refused the key in ASSEMBLYAI_API_KEY.",
        ),
        (
            {"assemblyai_api_key": KEY, "voice_agent_url": "ws://user:pw@my.example/v1/ws?a=b"},
            "The agent at ws://my.example/v1/ws refused the key in ASSEMBLYAI_API_KEY.",
        ),
        (
            {"voice_agent_url": "wss://my.example/v1/ws"},
            "The agent at wss://my.example/v1/ws wants a key, and none is set.",
        ),
    ],
)
def test_a_refused_key_is_told_by_the_agent_that_refused_it(settings: dict[str, str], sentence: str) -> None:
    assert service_endpoint(Settings.model_validate(settings)).refusal.sentence == sentence


def test_neither_an_endpoint_nor_its_address_shows_the_key_when_printed() -> None:
    settings = Settings(assemblyai_api_key=SecretStr(KEY))
    assert KEY not in repr(service_endpoint(settings))
    assert KEY not in repr(settings)


def test_the_service_is_the_default_address() -> None:
    endpoint = service_endpoint(Settings(assemblyai_api_key=SecretStr(KEY)))
    assert endpoint.url == "wss://agents.assemblyai.com/v1/ws"
    assert not endpoint.is_loopback


@pytest.mark.parametrize(
    ("url", "usd_per_hour"),
    [
        ("wss://agents.assemblyai.com/v1/ws", 4.5),
        ("wss://agents.us.assemblyai.com/v1/ws", 4.5),
        ("ws://127.0.0.1:9/v1/ws", None),
        ("wss://assemblyai.com.example.org/v1/ws", None),
    ],
)
def test_only_the_service_has_a_known_price(url: str, usd_per_hour: float | None) -> None:
    assert service_endpoint(Settings(voice_agent_url=url)).usd_per_hour == usd_per_hour  # type: ignore[arg-type]


def test_a_public_name_has_no_credentials() -> None:
    assert public_name("wss://user:secret@host:1/v1/ws?token=secret#x") == "wss://host:1/v1/ws"


@pytest.mark.parametrize(
    ("url", "sessions"),
    [
        ("wss://agents.assemblyai.com/v1/ws", "https://agents.assemblyai.com/v1/sessions"),
        ("ws://127.0.0.1:9/v1/ws?token=t&record=false", "http://127.0.0.1:9/v1/sessions"),
        ("wss://my.example/voice/ws", "https://my.example/voice/sessions"),
        ("wss://my.example/agent", None),
    ],
)
def test_what_the_service_keeps_is_asked_for_beside_its_socket(url: str, sessions: str | None) -> None:
    assert Endpoint(url, "agent").sessions_url == sessions


def test_the_key_is_for_the_host_that_makes_the_tokens_too() -> None:
    tokens = "https://agents.assemblyai.com/v1/token"
    own = Endpoint("wss://agents.assemblyai.com/v1/ws", "agent", key=KEY, token_url=tokens)
    other = Endpoint("wss://my.example/v1/ws", "agent", key=KEY, token_url=tokens)
    assert (own.sessions_key, other.sessions_key) == (KEY, None)
    assert Endpoint("wss://my.example/v1/ws", "agent", key=KEY).sessions_key == KEY


def test_a_call_that_is_not_recorded_says_so_in_its_address() -> None:
    assert Endpoint("ws://127.0.0.1/v1/ws", "agent").unrecorded().url.endswith("/v1/ws?record=false")
    assert Endpoint("ws://x/ws?a=b", "agent").unrecorded().url == "ws://x/ws?a=b&record=false"
