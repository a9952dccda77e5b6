"""Sessions that end, drop, come back, or run out of time."""

import pytest

from tests.agent.conftest import StartAgent
from tests.agent.test_server_tokens import KEY, minted
from tests.agent.test_server_turns import utterance
from tests.support.agent_client import AgentClient, agent_client, until_health
from tests.support.agent_server import ScriptedBrain, TurnableClock
from voice.agent.quirks import Quirks
from voice.agent.server import AgentOptions

pytestmark = pytest.mark.virtual_time

OTHER_KEY = "another-key"


async def resumed(client: AgentClient, session_id: str) -> str:
    """Ask to resume; returns the type or, for an error, its code."""
    await client.send("session.resume", session_id=session_id)
    event = await client.expect("session.ready", "session.error")
    return str(event.get("code", event["type"]))


async def test_a_session_says_how_long_it_was_and_closes_normally(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        ready = await client.start(greeting="Hello there.")
        await client.expect("reply.audio")
        await client.send("session.end")
        ended = await client.expect("session.ended")
        assert 0 < ended["session_duration_seconds"] < 60
        assert ended["audio_duration_seconds"] is None
        assert await client.closed() == 1000
        assert client.events[-1] is ended
    async with agent_client(agent_url) as client:
        assert await resumed(client, ready["session_id"]) == "session_not_found"
        assert await client.closed() == 1008


async def test_a_dropped_session_goes_on_where_it_was(start_agent: StartAgent) -> None:
    brain = ScriptedBrain()
    url = start_agent(brain=brain)
    async with agent_client(url) as client:
        first = await client.start(system_prompt="Be kind.", greeting="Hello.")
        await client.expect("reply.done")
        client.socket.transport.abort()
    async with agent_client(url) as client:
        assert await resumed(client, first["session_id"]) == "session.ready"
        again = client.of("session.ready")[0]
        assert again["session_id"] == first["session_id"]
        assert again["config"]["system_prompt"] == "Be kind."
        assert again["resume_token"] not in ("", first["resume_token"])
        await client.feed(utterance("goforward"))
        assert (await client.expect("transcript.agent"))["text"] == "All right."
        assert len(client.of("reply.started")) == 1  # the greeting is not spoken again
    assert [m.role for m in brain.asked[0].messages] == ["agent", "user"]


async def test_a_reply_under_way_is_cut_by_the_drop(start_agent: StartAgent) -> None:
    brain = ScriptedBrain()
    url = start_agent(brain=brain)
    async with agent_client(url) as client:
        ready = await client.start(greeting="One two three four five six seven eight nine ten.")
        await client.until_spoken("two")
    async with agent_client(url) as client:
        await resumed(client, ready["session_id"])
        await client.send("reply.create")
        await client.expect("reply.done")
        assert len(client.of("reply.started")) == 1
    heard = brain.asked[0].messages[0].text
    assert heard.startswith("One two")
    assert not heard.endswith("ten.")


async def test_a_session_can_be_resumed_by_key_token_or_its_resume_token(start_agent: StartAgent) -> None:
    url = start_agent(AgentOptions(api_keys=(KEY,)))
    async with agent_client(url, KEY) as client:
        ready = await client.start()
    session_id = ready["session_id"]
    token_url = f"{url}?token={await minted(url)}"
    for address, key in ((url, KEY), (token_url, None)):
        async with agent_client(address, key) as client:
            assert await resumed(client, session_id) == "session.ready"
            ready = client.of("session.ready")[0]
    async with agent_client(url, f"Bearer {ready['resume_token']}") as client:
        assert await resumed(client, session_id) == "session.ready"
    async with agent_client(url, f"Bearer {ready['resume_token']}") as client:
        assert (await client.expect("session.error"))["code"] == "unauthorized"


async def test_somebody_elses_session_is_forbidden(start_agent: StartAgent) -> None:
    url = start_agent(AgentOptions(api_keys=(KEY, OTHER_KEY)))
    async with agent_client(url, KEY) as client:
        mine = await client.start()
    async with agent_client(url, OTHER_KEY) as client:
        assert await resumed(client, mine["session_id"]) == "session_forbidden"
        assert await client.closed() == 1008
    async with agent_client(url, KEY) as client:
        second = await client.start()
    async with agent_client(url, f"Bearer {mine['resume_token']}") as client:
        assert await resumed(client, second["session_id"]) == "session_forbidden"
    async with agent_client(url, f"Bearer {mine['resume_token']}") as client:
        await client.send("session.update", session={})
        assert (await client.expect("session.error"))["code"] == "forbidden"


async def test_a_resume_token_dies_with_its_session(start_agent: StartAgent) -> None:
    url = start_agent(AgentOptions(api_keys=(KEY,)))
    async with agent_client(url, KEY) as client:
        token = (await client.start())["resume_token"]
        await client.send("session.end")
        assert await client.closed() == 1000
    async with agent_client(url, f"Bearer {token}") as client:
        assert (await client.expect("session.error"))["code"] == "unauthorized"
        assert await client.closed() == 1008


async def test_without_keys_a_resume_token_still_opens_its_own_session_only(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        mine = await client.start()
    async with agent_client(agent_url) as client:
        other = await client.start()
    async with agent_client(agent_url, f"Bearer {mine['resume_token']}") as client:
        assert await resumed(client, other["session_id"]) == "session_forbidden"
        assert await client.closed() == 1008
    async with agent_client(agent_url, f"Bearer {mine['resume_token']}") as client:
        assert await resumed(client, mine["session_id"]) == "session.ready"


@pytest.mark.parametrize(("away_s", "outcome"), [(29, "session.ready"), (31, "session_not_found")])
async def test_a_dropped_session_is_kept_for_half_a_minute(
    start_agent: StartAgent, away_s: float, outcome: str
) -> None:
    clock = TurnableClock()
    url = start_agent(AgentOptions(clock=clock))
    async with agent_client(url) as client:
        ready = await client.start()
    await until_health(url, connected=0)  # the half minute begins when the server sees the drop
    clock.advance(away_s)
    async with agent_client(url) as client:
        assert await resumed(client, ready["session_id"]) == outcome


async def test_the_newer_connection_of_a_session_wins(agent_url: str) -> None:
    async with agent_client(agent_url) as old, agent_client(agent_url) as new:
        ready = await old.start()
        assert await resumed(new, ready["session_id"]) == "session.ready"
        assert await old.closed() == 1001
        await new.send("reply.create")
        await new.expect("reply.done")


async def test_a_session_ends_at_the_cap_of_its_token(start_agent: StartAgent) -> None:
    clock = TurnableClock()
    url = start_agent(AgentOptions(api_keys=(KEY,), clock=clock))
    token = await minted(url, max_session_duration_seconds=60)
    async with agent_client(f"{url}?token={token}") as client:
        ready = await client.start()
        assert ready["expires_at"] == int(clock.wall()) + 60
        clock.advance(60)
        assert (await client.expect("session.error"))["code"] == "session_expired"
        assert (await client.expect("session.ended"))["session_duration_seconds"] == 60
        assert await client.closed() == 1008


async def test_the_cap_can_be_left_unenforced_as_observed(start_agent: StartAgent) -> None:
    clock = TurnableClock()
    quirks = Quirks(enforce_session_cap=False)
    url = start_agent(AgentOptions(clock=clock, quirks=quirks))
    async with agent_client(url) as client:
        ready = await client.start()
        assert ready["expires_at"] == int(clock.wall()) + 3600
        clock.advance(20_000)
        await client.send("reply.create")
        await client.expect("reply.done")


async def test_ending_before_a_session_closes_normally(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.send("session.end")
        await client.expect("session.ended")
        assert await client.closed() == 1000
