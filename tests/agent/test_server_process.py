"""The local agent as a process: how it announces itself, what it logs, how it goes away."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.agent.test_server_turns import utterance
from tests.support.agent_client import DEADLINE_S, agent_client
from voice.agent.__main__ import main
from voice.agent.server import bind

KEY = "secret-key-of-the-tests"


@asynccontextmanager
async def agent_process(*arguments: str) -> AsyncIterator[tuple[Process, str]]:
    """A running agent and its address; killed at the latest when the context ends."""
    command = (sys.executable, "-m", "voice.agent", *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        assert process.stdout
        line = await asyncio.wait_for(process.stdout.readline(), DEADLINE_S)
        word, url = line.decode().split()
        assert word == "listening"
        yield process, url
    finally:
        if process.returncode is None:
            process.kill()
        # Reads the pipes to their end and closes them.
        await process.communicate()


async def ended(process: Process) -> int:
    return await asyncio.wait_for(process.wait(), DEADLINE_S)


async def test_a_signal_ends_it_cleanly_in_the_middle_of_a_session() -> None:
    async with agent_process() as (process, url), agent_client(url) as client:
        await client.start(greeting="One two three four five six seven eight nine ten.")
        await client.expect("reply.audio")
        process.send_signal(signal.SIGTERM)
        assert await ended(process) == 0
        assert await client.closed() == 1012


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "70000"], "argument --port: must be from 0 to 65535"),
        (["--port", "-1"], "argument --port: must be from 0 to 65535"),
        (["--port", "x"], "argument --port: invalid number value: 'x'"),
        (["--max-sessions", "0"], "argument --max-sessions: must be from 1 to 1000"),
        (["--tool-hold-ms", "-5"], "argument --tool-hold-ms: must be from 0 to 60000"),
        (["--host", "\u00e9" * 80], "argument --host: must be the name or address of this machine"),
        (["--api-key", " "], "argument --api-key: must not be blank"),
    ],
)
def test_a_wrong_argument_is_one_sentence(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["voice.agent", *arguments])
    with pytest.raises(SystemExit) as ended_with:
        main()
    assert ended_with.value.code == 2
    assert said in capsys.readouterr().err


async def test_it_goes_when_its_parent_is_gone() -> None:
    async with agent_process("--exit-with-stdin") as (process, _url):
        assert process.stdin
        process.stdin.close()
        assert await ended(process) == 0


async def test_the_log_tells_sessions_but_no_words_keys_or_tokens() -> None:
    async with agent_process("--api-key", KEY, "--no-audio-rate-limit") as (process, url):
        address = url.replace("ws://", "http://").replace("/v1/ws", "/v1/token")
        async with httpx.AsyncClient() as http:
            response = await http.get(
                address, params={"expires_in_seconds": 60}, headers={"Authorization": KEY}
            )
        token = response.json()["token"]
        async with agent_client(f"{url}?token={token}") as client:
            ready = await client.start(greeting="Welcome.", system_prompt="You are Ann.")
            await client.expect("reply.done")
            await client.feed(utterance("goforward"))
            heard = (await client.expect("transcript.user"))["text"]
            await client.send("session.end")
            await client.closed()
        process.send_signal(signal.SIGINT)
        output, log = (part.decode() for part in await process.communicate())
        assert process.returncode == 0
    assert ready["session_id"] in log
    for secret in (KEY, token, token[:40], ready["resume_token"], heard, "Welcome", "Ann"):
        assert secret not in output + log


async def test_a_taken_port_is_told_in_a_sentence() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        command = (sys.executable, "-m", "voice.agent", "--port", str(port))
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
        _, log = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    assert process.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in log.decode()
    assert "Traceback" not in log.decode()
