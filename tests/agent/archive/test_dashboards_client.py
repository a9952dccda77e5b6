"""What the dashboard asks of an agent's service, the local agent answers: brought in and deleted for real."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from pydantic import AnyUrl, SecretStr

from tests.agent.archive.support import hung_up
from tests.agent.conftest import UNPACED, StartAgent
from tests.history.samples import ME, keep_at_service
from tests.support.agent_client import DEADLINE_S, agent_client
from voice.agent.server import AgentOptions
from voice.call.endpoint import Endpoint, service_endpoint
from voice.history.sound import read_sound
from voice.history.store import Store
from voice.service import waiting
from voice.service.bringing import Brought
from voice.service.desk import ServiceDesk
from voice.service.reach import Reach
from voice.settings import Settings

KEY = "key-of-the-tests"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store("", tmp_path)
    opened.open()
    yield opened
    opened.close()


def desk_at(url: str, store: Store, key: str = KEY) -> ServiceDesk:
    settings = Settings(voice_agent_url=AnyUrl(url), assemblyai_api_key=SecretStr(key))
    found: Future[Endpoint] = Future()
    found.set_result(service_endpoint(settings))
    return ServiceDesk(store, Reach(settings, lambda: found))


async def greeted(url: str, store: Store) -> str:
    """Keep a call whose session said its greeting; gives the session's id."""
    async with agent_client(url, KEY) as client:
        await client.start(greeting="Good morning to you.")
        await client.expect("reply.done")
        session_id = await hung_up(client)
    keep_at_service(store, "call-0001", session_id, agent="other")
    return session_id


async def brought(desk: ServiceDesk) -> list[Brought]:
    job = desk.bring_in(ME, "call-0001")
    assert await asyncio.to_thread(job.wait, DEADLINE_S)
    assert job.problem is None
    return job.result or []


async def test_a_session_is_brought_in_once_it_is_ready_and_then_deleted_there(
    start_agent: StartAgent, store: Store
) -> None:
    url = start_agent(AgentOptions(api_keys=(KEY,), quirks=UNPACED))
    session_id = await greeted(url, store)
    desk = desk_at(url, store)
    assert await brought(desk) == [Brought(number=1, has_sound=True, has_timeline=True)]
    full = store.full_call(ME, "call-0001")
    assert full is not None
    (session,) = full.sessions
    assert session.timeline is not None
    assert session.timeline.session_id == session_id
    assert session.timeline.turns[0].agent_text == "Good morning to you."
    agent = [
        abs(int(piece[1].max())) for piece in read_sound(store.service_recording_path("call-0001", 1), 8_000)
    ]
    assert max(agent) > 1_000

    job = desk.forget(ME, ["call-0001"])
    assert await asyncio.to_thread(job.wait, DEADLINE_S)
    (forgotten,) = job.result or []
    assert (forgotten.deleted, forgotten.problem) == ((session_id,), None)


async def test_a_session_without_sound_brings_its_words(
    start_agent: StartAgent, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "OTHER_FILE_S", 0.0)
    url = start_agent(AgentOptions(quirks=UNPACED))
    await greeted(f"{url}?record=false", store)
    (one,) = await brought(desk_at(url, store))
    assert (one.has_timeline, one.has_sound) == (True, False)


async def test_another_accounts_key_is_told_from_a_refused_one(start_agent: StartAgent, store: Store) -> None:
    url = start_agent(AgentOptions(api_keys=(KEY, "another-key-of-the-tests"), quirks=UNPACED))
    session_id = await greeted(url, store)
    (one,) = await brought(desk_at(url, store, "another-key-of-the-tests"))
    assert f"doesn't know session {session_id}" in str(one.problem)
    (one,) = await brought(desk_at(url, store, "wrong-key-of-the-tests"))
    assert "refused the key" in str(one.problem)
