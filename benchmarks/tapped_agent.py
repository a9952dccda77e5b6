"""The local agent in a process of its own, with a tap on the wire that notes when each message passed."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed


@dataclass(frozen=True)
class Passed:
    """One message: when it passed in epoch ms, whether it came from the agent, its type and any text."""

    at_ms: float
    from_agent: bool
    type: str
    words: str = ""


@dataclass
class Tap:
    """Where to connect to, the agent's process, and what has passed."""

    url: str
    pid: int
    passed: list[Passed] = field(default_factory=list)

    def last(self, type_: str) -> float:
        """When the last message of a type passed, epoch ms."""
        return next(message.at_ms for message in reversed(self.passed) if message.type == type_)


@asynccontextmanager
async def tapped_agent() -> AsyncIterator[Tap]:
    """Start the agent and the tap; both end with the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voice.agent", "--port", "0", "--exit-with-stdin", "--log-level", "warning"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = await process.stdout.readline()
    behind = line.decode().removeprefix("listening ").strip()
    tap = Tap("", process.pid)

    async def handle(front: ServerConnection) -> None:
        async with connect(behind, compression=None, max_size=None, proxy=None) as back:
            up = asyncio.create_task(_pass(front, back, tap, from_agent=False))
            down = asyncio.create_task(_pass(back, front, tap, from_agent=True))
            _, late = await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            for task in late:
                task.cancel()

    async with serve(handle, "127.0.0.1", 0, compression=None, max_size=None) as server:
        tap.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/ws"
        try:
            yield tap
        finally:
            process.terminate()
            await process.wait()


async def _pass(source: object, target: object, tap: Tap, *, from_agent: bool) -> None:
    try:
        async for text in source:  # type: ignore[attr-defined]
            at_ms = time.time() * 1000
            message = json.loads(text)
            tap.passed.append(Passed(at_ms, from_agent, message["type"], message.get("text") or ""))
            await target.send(text)  # type: ignore[attr-defined]
    except ConnectionClosed:
        return
