"""What the tests of the Sessions API share: a plain HTTP client, and a session that was held."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.support.agent_client import DEADLINE_S, AgentClient
from tests.support.service_shapes import assert_fits

_POLL_S = 0.02


@asynccontextmanager
async def sessions_api(url: str, key: str | None = None, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the server behind a WebSocket address."""
    given = headers if key is None else {"authorization": key, **headers}
    base = url.partition("?")[0].replace("ws://", "http://").replace("/v1/ws", "")
    async with httpx.AsyncClient(base_url=base, headers=given) as http:
        yield http


async def hung_up(client: AgentClient) -> str:
    """End the session politely; gives its id."""
    await client.send("session.end")
    await client.closed()
    return str(client.of("session.ready")[0]["session_id"])


async def finished(http: httpx.AsyncClient, session_id: str) -> dict[str, Any]:
    """The session, once its files are there."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            body: dict[str, Any] = (await http.get(f"/v1/sessions/{session_id}")).json()
            assert_fits(body, "session")
            if body["artifacts"]:
                return body
            await asyncio.sleep(_POLL_S)  # nothing tells when a file is there: clients must ask


async def artifact(http: httpx.AsyncClient, session: dict[str, Any], kind: str) -> httpx.Response:
    """Fetch a file of a session without any credential."""
    (url,) = (found["url"] for found in session["artifacts"] if found["type"] == kind)
    async with httpx.AsyncClient() as anyone:
        return await anyone.get(url)


async def timeline_of(http: httpx.AsyncClient, session_id: str) -> dict[str, Any]:
    """The timeline of a session, once it is there; it must be one that the service could have written."""
    timeline: dict[str, Any] = (await artifact(http, await finished(http, session_id), "timeline")).json()
    assert_fits(timeline, "timeline")
    return timeline


def since_start(timeline: dict[str, Any], turn: dict[str, Any], moment: str) -> int:
    """A moment of a turn in ms from the start of the session, where its recording begins."""
    at_ms: int = turn[moment]
    return at_ms - int(timeline["started_at_unix_ms"])
