"""An agent that says what a test tells it to, over a real loopback socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

SESSION_ID = "sess_" + "0" * 32


class ScriptedAgent:
    """One connection as its script sees it: what came in, and ways to answer."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.received: list[dict[str, Any]] = []
        self.arrived = asyncio.Condition()
        # Called with each message at the moment it arrives.
        self.on_text: Callable[[str], None] = lambda _text: None

    async def say(self, type_: str, **fields: object) -> None:
        await self.socket.send(json.dumps({"type": type_, **fields}))

    async def say_text(self, text: str) -> None:
        await self.socket.send(text)

    async def get_ready(self) -> None:
        """Answer the first update as the service does."""
        await self.expect("session.update")
        await self.say("session.updated", config={})
        await self.say("session.ready", session_id=SESSION_ID, config={}, expires_at=0, resume_token="")

    async def expect(self, type_: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until `count` messages of a type have come, and give all of that type."""
        async with self.arrived:
            await self.arrived.wait_for(lambda: len(self.of_type(type_)) >= count)
        return self.of_type(type_)

    async def expect_any(self) -> None:
        """Wait for the first message."""
        async with self.arrived:
            await self.arrived.wait_for(lambda: bool(self.received))

    async def end_politely(self) -> None:
        """Answer `session.end` as the service does."""
        await self.expect("session.end")
        await self.say("session.ended", session_duration_seconds=1.0, audio_duration_seconds=None)
        await self.socket.close()

    def of_type(self, type_: str) -> list[dict[str, Any]]:
        return [message for message in self.received if message["type"] == type_]

    async def listen(self) -> None:
        try:
            async for text in self.socket:
                self.on_text(str(text))
                async with self.arrived:
                    self.received.append(json.loads(text))
                    self.arrived.notify_all()
        except ConnectionClosed:
            return


Script = Callable[[ScriptedAgent], Awaitable[None]]


class Stage:
    """A running server: its address, and the connections it has had."""

    def __init__(self) -> None:
        self.url = ""
        self.agents: list[ScriptedAgent] = []
        self.authorizations: list[str | None] = []
        self.connected = asyncio.Condition()


@asynccontextmanager
async def scripted_agent(script: Script) -> AsyncIterator[Stage]:
    """Serve `script` for every connection, until it ends or the client leaves."""
    stage = Stage()

    async def handle(socket: ServerConnection) -> None:
        agent = ScriptedAgent(socket)
        stage.agents.append(agent)
        if socket.request is not None:
            stage.authorizations.append(socket.request.headers.get("Authorization"))
        async with stage.connected:
            stage.connected.notify_all()
        listening = asyncio.create_task(agent.listen())
        acting = asyncio.create_task(act(agent))
        await listening
        acting.cancel()

    async def act(agent: ScriptedAgent) -> None:
        try:
            await script(agent)
        except ConnectionClosed:
            return

    async with serve(handle, "127.0.0.1", 0, max_size=None) as server:
        port = server.sockets[0].getsockname()[1]
        stage.url = f"ws://127.0.0.1:{port}/v1/ws"
        yield stage
