"""The local agent's server on the event loop of the test, so that both run on one clock."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

from starlette.types import ASGIApp

from tests.support.rewriting import Rewriting, Switch
from voice.agent.brain import Brain, CallTool, Conversation, Say
from voice.agent.clock import SystemClock
from voice.agent.models import Models
from voice.agent.server import AgentOptions, AgentServer, bind, build_app, ws_url


@dataclass
class TurnableClock:
    """A clock that tests set; it stands still otherwise."""

    now: float = 1_790_000_000.0

    def wall(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class LoopClock:
    """The clock of the test's event loop, which may be virtual."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._began_at = time.time() - self._loop.time()

    def wall(self) -> float:
        return self._began_at + self._loop.time()

    def monotonic(self) -> float:
        return self._loop.time()


Script = Callable[[Conversation], list[Say | CallTool]]


class ScriptedBrain:
    """Replies as a test says, and keeps every conversation it was asked about."""

    def __init__(self, script: Script | None = None) -> None:
        self.asked: list[Conversation] = []
        self._script = script or (lambda _conversation: [Say("All right.")])

    async def reply(self, conversation: Conversation) -> AsyncGenerator[Say | CallTool, None]:
        self.asked.append(conversation)
        for item in self._script(conversation):
            yield item


class _Server(AgentServer):
    """Leaves the process's signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class LocalAgent:
    """Serves on a free loopback port, on the event loop of the test; `url` is the WebSocket address.

    It runs by the loop's clock, unless the test has one to turn. `switch` rewrites what it says.
    """

    def __init__(
        self, models: Models, brain: Brain, options: AgentOptions, switch: Switch | None = None
    ) -> None:
        if isinstance(options.clock, SystemClock):
            options = replace(options, clock=LoopClock())
        listening = bind("127.0.0.1", 0)
        self.url = ws_url(listening)
        # Whoever connects before it serves waits in the socket's backlog.
        app: ASGIApp = build_app(models, brain, options)
        self._server = _Server(Rewriting(app, switch) if switch else app, on_listening=lambda: None)
        self._serving = asyncio.create_task(self._server.serve([listening]))

    async def stop(self) -> None:
        """Stop as on a signal."""
        self._server.stop_soon()
        await self._serving


@asynccontextmanager
async def running_agent(
    models: Models, brain: Brain, options: AgentOptions, switch: Switch | None = None
) -> AsyncIterator[str]:
    """Serve for as long as the block lasts; yields the WebSocket address. `switch` rewrites what it says."""
    agent = LocalAgent(models, brain, options, switch)
    try:
        yield agent.url
    finally:
        await agent.stop()
