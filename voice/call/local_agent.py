"""Keeps the local agent's process: starts it, restarts it when it dies, stops it with the dashboard."""

import asyncio
import contextlib
import logging
import os
import sys
import time
from pathlib import Path

from voice.call.endpoint import Endpoint, public_name
from voice.protocol.errors import AgentUnreachable
from voice.settings import Settings

_log = logging.getLogger(__name__)

_COMMAND = (sys.executable, "-m", "voice.agent", "--host", "127.0.0.1", "--port", "0", "--exit-with-stdin")
_ROOT = Path(__file__).parents[2]
# A session whose connection was lost stays for 30 s and takes a place meanwhile.
_SESSIONS_PER_LINE = 2
_LISTENING = b"listening "
# Models load in about a second on a 2-core machine; a slow disk may take many times that.
_START_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 3.0
_FIRST_RESTART_DELAY_S = 0.5
_LONGEST_RESTART_DELAY_S = 10.0
# A process that lived this long did not fail at starting: the next restart is quick again.
_HEALTHY_AFTER_S = 30.0
# The agent's own process neither needs nor gets the account's key.
_NOT_PASSED_ON = frozenset({"ASSEMBLYAI_API_KEY"})


class LocalAgent:
    """The local agent as a child process. All methods belong to one asyncio loop."""

    def __init__(self, settings: Settings, *, log_level: str = "info") -> None:
        places = str(_SESSIONS_PER_LINE * settings.voice_max_calls)
        self._command = (*_COMMAND, "--max-sessions", places, "--log-level", log_level)
        self._environment = _environment(settings)
        self._url: asyncio.Future[str] | None = None
        self._keeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the process and keep it running; returns at once."""
        self._url = asyncio.get_running_loop().create_future()
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End the process and wait for it."""
        if self._keeper is None:
            return
        self._keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeper

    async def endpoint(self) -> Endpoint:
        """Where it listens, waiting while it starts. Raises `AgentUnreachable` when it does not start."""
        if self._url is None:
            raise RuntimeError("the local agent was not started")
        try:
            url = await asyncio.wait_for(asyncio.shield(self._url), _START_TIMEOUT_S)
        except TimeoutError:
            raise AgentUnreachable(
                "Parley's local agent did not start, so the call did not start.",
                "Look for its message in the terminal where Parley runs, then connect again.",
            ) from None
        return Endpoint(url=url, name=public_name(url), usd_per_hour=0.0)

    async def _keep(self) -> None:
        delay_s = _FIRST_RESTART_DELAY_S
        while True:
            started = time.monotonic()
            await self._run_once()
            if time.monotonic() - started > _HEALTHY_AFTER_S:
                delay_s = _FIRST_RESTART_DELAY_S
            if self._url is None or self._url.done():
                self._url = asyncio.get_running_loop().create_future()
            _log.warning("the local agent ended; starting it again in %.1f s", delay_s)
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, _LONGEST_RESTART_DELAY_S)

    async def _run_once(self) -> None:
        # Its standard input is a pipe that nobody writes to: when the dashboard dies, even by SIGKILL,
        # the pipe closes and the agent ends itself.
        process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=_ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
        )
        try:
            await self._follow(process)
        finally:
            await _end(process)

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            raise RuntimeError("the local agent was started without a pipe for its output")
        async for line in process.stdout:
            if line.startswith(_LISTENING) and self._url is not None and not self._url.done():
                self._url.set_result(line.removeprefix(_LISTENING).decode().strip())
        await process.wait()


def _environment(settings: Settings) -> dict[str, str]:
    """What the process gets: everything but the account's key, and the chat endpoint wherever it was set."""
    key = settings.voice_llm_api_key
    chat = {
        "VOICE_LLM_URL": str(settings.voice_llm_url) if settings.voice_llm_url else None,
        "VOICE_LLM_MODEL": settings.voice_llm_model,
        "VOICE_LLM_API_KEY": key.get_secret_value() if key else None,
    }
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    return inherited | {name: value for name, value in chat.items() if value}


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_S)
        except TimeoutError:
            process.kill()
            await process.wait()
