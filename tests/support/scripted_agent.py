"""An agent that says what a test tells it to, over a real loopback socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

# The key of a dashboard whose calls come here. It must show up nowhere.
KEY = "canary-0123456789abcdef-key"
_DEADLINE_S = 20
_STREAMED_CHUNKS = 10
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


async def polite(agent: ScriptedAgent) -> None:
    """Get ready, say nothing, and end as asked."""
    await agent.get_ready()
    await agent.end_politely()


class Stage:
    """A server that plays a script: its address, and the connections it has had since the script was set."""

    def __init__(self, script: Script) -> None:
        self.url = ""
        self._port = 0
        self.connected = asyncio.Condition()
        self.perform(script)

    def perform(self, script: Script) -> None:
        """Play this on every connection from now on, and forget the earlier ones."""
        self._script = script
        self.agents: list[ScriptedAgent] = []
        self.authorizations: list[str | None] = []

    async def open(self) -> None:
        """Take connections, at the same address as before if there was one."""
        self._server = await serve(self._handle, "127.0.0.1", self._port, max_size=None)
        self._port = self._server.sockets[0].getsockname()[1]
        self.url = f"ws://127.0.0.1:{self._port}/v1/ws"

    async def close(self) -> None:
        """Leave everybody. Nothing answers at the address any more."""
        self._server.close()
        await self._server.wait_closed()

    async def streamed_to(self) -> ScriptedAgent:
        """Wait until a first connection carries the microphone."""
        async with asyncio.timeout(_DEADLINE_S):
            async with self.connected:
                await self.connected.wait_for(lambda: bool(self.agents))
            await self.agents[0].expect("input.audio", _STREAMED_CHUNKS)
        return self.agents[0]

    async def _handle(self, socket: ServerConnection) -> None:
        agent = ScriptedAgent(socket)
        self.agents.append(agent)
        if socket.request is not None:
            self.authorizations.append(socket.request.headers.get("Authorization"))
        async with self.connected:
            self.connected.notify_all()
        listening = asyncio.create_task(agent.listen())
        acting = asyncio.create_task(self._act(agent))
        await listening
        acting.cancel()

    async def _act(self, agent: ScriptedAgent) -> None:
        try:
            await self._script(agent)
        except ConnectionClosed:
            return


def scripted_settings(stage: Stage) -> dict[str, str]:
    """Of a dashboard with a key, whose calls go to the stage."""
    return {"VOICE_AGENT_URL": stage.url, "ASSEMBLYAI_API_KEY": KEY}


@asynccontextmanager
async def scripted_agent(script: Script) -> AsyncIterator[Stage]:
    """Serve `script` for every connection, until it ends or the client leaves."""
    stage = Stage(script)
    await stage.open()
    try:
        yield stage
    finally:
        await stage.close()
