"""The local agent's server in a thread of the test process, with an event loop of its own."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from voice.agent.brain import Brain, CallTool, Conversation, Say
from voice.agent.models import Models
from voice.agent.server import AgentOptions, AgentServer, bind, build_app, ws_url


@dataclass
class TurnableClock:
    """A clock that tests set; it stands still otherwise."""

    now: float = 1_790_000_000.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wall(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


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


@contextmanager
def running_agent(models: Models, brain: Brain, options: AgentOptions) -> Iterator[str]:
    """Serve on a free loopback port; yields the WebSocket address."""
    listening = bind("127.0.0.1", 0)
    up = threading.Event()
    server = AgentServer(build_app(models, brain, options), up.set)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
    thread.start()
    assert up.wait(10), "the server did not start"
    try:
        yield ws_url(listening)
    finally:
        server.stop_soon()
        thread.join(10)
        assert not thread.is_alive(), "the server did not stop"
