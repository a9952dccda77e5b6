"""The local agent's process: started, found, started again, ended, whoever dies first."""

import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from pydantic import AnyUrl, SecretStr
from websockets.asyncio.client import connect

from voice.call import local_agent
from voice.call.local_agent import LocalAgent
from voice.protocol.errors import AgentUnreachable
from voice.settings import Settings

DEADLINE_S = 30
# Tells its process id in place of a port, then lives as long as its standard input.
ANNOUNCE = "import os, sys; print('loading'); print(f'listening ws://127.0.0.1/{os.getpid()}', flush=True);"
LIVE = "sys.stdin.read()"
LEAKS = (
    "import os, sys; names = [n for n in ('ASSEMBLYAI_API_KEY', 'PARLEY_TEST_CANARY') if n in os.environ];"
    "print('listening ws://127.0.0.1/' + '+'.join(names), flush=True);" + LIVE
)
CHAT = (
    "import os, sys; print('listening ws://127.0.0.1/' + os.environ['VOICE_LLM_API_KEY'] + '@'"
    " + os.environ['VOICE_LLM_URL'], flush=True);" + LIVE
)
ARGUMENTS = "import sys; print('listening ws://127.0.0.1/' + ','.join(sys.argv[1:]), flush=True);" + LIVE
DEAF_TO_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + ANNOUNCE + LIVE
# What the dashboard's process does, without the dashboard.
PARENT = """
import asyncio
from voice.call.local_agent import LocalAgent
from voice.settings import Settings

async def main():
    agent = LocalAgent(Settings())
    agent.start()
    print((await agent.endpoint()).url, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def stand_in(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setattr(local_agent, "_COMMAND", (sys.executable, "-c", script))


@asynccontextmanager
async def running_agent(settings: Settings | None = None) -> AsyncIterator[LocalAgent]:
    agent = LocalAgent(settings or Settings())
    agent.start()
    try:
        async with asyncio.timeout(DEADLINE_S):
            yield agent
    finally:
        await agent.stop()


async def process_id(agent: LocalAgent) -> int:
    return int((await agent.endpoint()).url.rpartition("/")[2])


class Restarts(logging.Handler):
    """The delays that were announced before starting again."""

    def __init__(self) -> None:
        super().__init__()
        self.delays_s: list[float] = []
        self.arrived = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        assert isinstance(record.args, tuple)
        (delay_s,) = record.args
        assert isinstance(delay_s, float)
        self.delays_s.append(delay_s)
        self.arrived.set()

    async def wait_for(self, count: int) -> list[float]:
        while len(self.delays_s) < count:
            await self.arrived.wait()
            self.arrived.clear()
        return self.delays_s[:count]


@contextmanager
def noted_restarts() -> Iterator[Restarts]:
    restarts = Restarts()
    local_agent._log.addHandler(restarts)
    try:
        yield restarts
    finally:
        local_agent._log.removeHandler(restarts)


async def test_the_endpoint_is_what_the_process_says_it_listens_on(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, ANNOUNCE + LIVE)
    async with running_agent() as agent:
        endpoint = await agent.endpoint()
        assert endpoint.url == f"ws://127.0.0.1/{await process_id(agent)}"
        assert endpoint.name == endpoint.url
        assert endpoint.key is None
        assert endpoint.is_loopback


async def test_many_callers_wait_for_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, ANNOUNCE + LIVE)
    async with running_agent() as agent:
        assert len(set(await asyncio.gather(*(process_id(agent) for _ in range(5))))) == 1


async def test_a_caller_who_gives_up_does_not_spoil_it_for_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in(monkeypatch, ANNOUNCE + LIVE)
    async with running_agent() as agent:
        hasty = asyncio.ensure_future(agent.endpoint())
        patient = asyncio.ensure_future(agent.endpoint())
        await asyncio.sleep(0)
        hasty.cancel()
        assert (await patient).url.startswith("ws://127.0.0.1/")


async def test_the_accounts_key_does_not_reach_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", "canary-key")
    monkeypatch.setenv("PARLEY_TEST_CANARY", "passed on")
    stand_in(monkeypatch, LEAKS)
    async with running_agent() as agent:
        assert (await agent.endpoint()).url == "ws://127.0.0.1/PARLEY_TEST_CANARY"


async def test_the_chat_endpoint_reaches_the_process_wherever_it_was_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("VOICE_LLM_URL", raising=False)
    stand_in(monkeypatch, CHAT)
    settings = Settings(voice_llm_url=AnyUrl("http://127.0.0.1:9/v1"), voice_llm_api_key=SecretStr("canary"))
    async with running_agent(settings) as agent:
        assert (await agent.endpoint()).url == "ws://127.0.0.1/canary@http://127.0.0.1:9/v1"


async def test_the_process_has_places_for_every_line_and_for_sessions_that_were_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in(monkeypatch, ARGUMENTS)
    async with running_agent(Settings(voice_max_calls=3)) as agent:
        assert (await agent.endpoint()).url == "ws://127.0.0.1/--max-sessions,6,--log-level,info"


async def test_a_killed_process_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_agent, "_FIRST_RESTART_DELAY_S", 0.0)
    stand_in(monkeypatch, ANNOUNCE + LIVE)
    async with running_agent() as agent:
        first = await process_id(agent)
        with noted_restarts() as restarts:
            os.kill(first, signal.SIGKILL)
            await restarts.wait_for(1)
        second = await process_id(agent)
    assert second != first


async def test_a_process_that_keeps_dying_is_started_ever_more_slowly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local_agent, "_FIRST_RESTART_DELAY_S", 0.001)
    monkeypatch.setattr(local_agent, "_LONGEST_RESTART_DELAY_S", 0.003)
    stand_in(monkeypatch, "")
    with noted_restarts() as restarts:
        async with running_agent():
            assert await restarts.wait_for(4) == [0.001, 0.002, 0.003, 0.003]


async def test_a_process_that_lived_long_is_started_again_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_agent, "_FIRST_RESTART_DELAY_S", 0.001)
    monkeypatch.setattr(local_agent, "_HEALTHY_AFTER_S", -1.0)
    stand_in(monkeypatch, "")
    with noted_restarts() as restarts:
        async with running_agent():
            assert await restarts.wait_for(3) == [0.001, 0.001, 0.001]


@pytest.mark.parametrize("script", [ANNOUNCE + LIVE, DEAF_TO_SIGTERM])
async def test_stopping_ends_the_process(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_agent, "_STOP_TIMEOUT_S", 0.2)
    stand_in(monkeypatch, script)
    async with running_agent() as agent:
        started = await process_id(agent)
        os.kill(started, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(started, 0)


async def test_stopping_while_it_waits_to_start_again_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_agent, "_FIRST_RESTART_DELAY_S", 3600.0)
    stand_in(monkeypatch, "")
    with noted_restarts() as restarts:
        async with running_agent():
            await restarts.wait_for(1)


async def test_a_process_that_never_listens_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_agent, "_START_TIMEOUT_S", 0.05)
    stand_in(monkeypatch, "import sys; print('still loading', flush=True);" + LIVE)
    async with running_agent() as agent:
        with pytest.raises(AgentUnreachable) as failed:
            await agent.endpoint()
    assert failed.value.sentence == "Parley's local agent did not start, so the call did not start."
    assert "connect again" in failed.value.next_step


async def test_an_agent_that_was_not_started_says_so_and_may_be_stopped() -> None:
    agent = LocalAgent(Settings())
    with pytest.raises(RuntimeError, match="not started"):
        await agent.endpoint()
    await agent.stop()


async def test_the_real_agent_lets_calls_in_and_goes_when_the_dashboard_is_killed() -> None:
    # Both write to the same standard error: it ends when the last of them is gone.
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, stdout=PIPE, stderr=PIPE)
    assert parent.stdout is not None
    async with asyncio.timeout(DEADLINE_S):
        url = (await parent.stdout.readline()).decode().strip()
        async with connect(url, proxy=None) as socket:
            await socket.send('{"type": "session.update", "session": {}}')
            assert '"session.' in str(await socket.recv())
        parent.kill()
        await parent.communicate()
