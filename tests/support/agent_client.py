"""A plain client of the Voice Agent protocol for tests: JSON over a real socket, none of Parley's classes.

Owns one connection and every event it received, in order, each held against the service's schema.
"""

import asyncio
import base64
import json
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tests.support.service_schema import problems_of

Event = dict[str, Any]
Samples = npt.NDArray[np.int16]

RATE_HZ = 24_000
CHUNK_MS = 50
DATA = Path(__file__).parents[1] / "data"
DEADLINE_S = 20.0
_POLL_S = 0.02


def clip(name: str, rate_hz: int = RATE_HZ) -> Samples:
    """A speech clip of tests/data as int16 samples at `rate_hz`, by linear interpolation."""
    with wave.open(str(DATA / f"{name}.wav")) as file:
        own_hz = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
    places = np.arange(0, len(samples), own_hz / rate_hz)
    return np.interp(places, np.arange(len(samples)), samples).astype(np.int16)


def silence(duration_ms: int, rate_hz: int = RATE_HZ) -> Samples:
    """Nothing, for `duration_ms`."""
    return np.zeros(duration_ms * rate_hz // 1000, np.int16)


class AgentClient:
    """One connection. `events` grows as they arrive; waiting never looks at an event twice."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.events: list[Event] = []
        self.arrivals: list[float] = []
        self.problems: list[str] = []  # with the service's schema
        self._looked_at = 0
        self._news = asyncio.Event()
        self._closed = False
        self._reader = asyncio.create_task(self._read())

    async def send(self, kind: str, **fields: Any) -> None:
        """Send one client event."""
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def start(self, **session: Any) -> Event:
        """Open a session; returns `session.ready`."""
        await self.send("session.update", session=session)
        return await self.expect("session.ready")

    async def expect(self, *kinds: str) -> Event:
        """The next event of one of these kinds, passing over others."""
        return await self.until(lambda event: event["type"] in kinds)

    async def until(self, wanted: Callable[[Event], bool]) -> Event:
        """The next event that is wanted, passing over others."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                while self._looked_at < len(self.events):
                    event = self.events[self._looked_at]
                    self._looked_at += 1
                    if wanted(event):
                        return event
                if self._closed:
                    raise AssertionError(f"closed while waiting; got {self.kinds()}")
                self._news.clear()
                await self._news.wait()

    async def until_spoken(self, word: str) -> None:
        """Wait until the audio of a reply has come to the end of this word."""
        delta = await self.until(lambda e: e["type"] == "transcript.agent.delta" and word in e["delta"])
        end_bytes = delta["end_ms"] * RATE_HZ * 2 // 1000
        await self.until(lambda _: len(self.reply_bytes(delta["reply_id"])) >= end_bytes)

    async def closed(self) -> int | None:
        """Wait for the server to close; returns the close code."""
        async with asyncio.timeout(DEADLINE_S):
            await self._reader
        return self.socket.close_code

    async def feed(self, samples: Samples, *, encode: Callable[[Samples], bytes] = Samples.tobytes) -> None:
        """Send samples in chunks of 50 ms at 24 kHz, as fast as the server takes them."""
        step = RATE_HZ * CHUNK_MS // 1000
        for start in range(0, len(samples), step):
            await self.audio(encode(samples[start : start + step]))

    async def talk(self, samples: Samples) -> None:
        """Send samples at the pace of a microphone."""
        loop = asyncio.get_running_loop()
        step = RATE_HZ * CHUNK_MS // 1000
        due = loop.time()
        for start in range(0, len(samples), step):
            await self.audio(samples[start : start + step].tobytes())
            due += CHUNK_MS / 1000
            await asyncio.sleep(due - loop.time())

    async def audio(self, data: bytes) -> None:
        """Send one chunk."""
        await self.send("input.audio", audio=base64.b64encode(data).decode())

    def kinds(self, *, without: tuple[str, ...] = ("reply.audio",)) -> list[str]:
        """Types of the events so far, in order."""
        return [event["type"] for event in self.events if event["type"] not in without]

    def of(self, kind: str) -> list[Event]:
        """Every event of one type so far."""
        return [event for event in self.events if event["type"] == kind]

    def reply_bytes(self, reply_id: str) -> bytes:
        """All audio of one reply so far."""
        return b"".join(
            base64.b64decode(e["data"]) for e in self.of("reply.audio") if e["reply_id"] == reply_id
        )

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async for message in self.socket:
                self.problems += problems_of(message)
                self.events.append(json.loads(message))
                self.arrivals.append(loop.time())
                self._news.set()
        except ConnectionClosed:
            pass
        finally:
            self._closed = True
            self._news.set()


@asynccontextmanager
async def agent_client(
    url: str, key: str | None = None, *, origin: str | None = None
) -> AsyncIterator[AgentClient]:
    """Connect, with an Authorization and an Origin header if given. Every event must fit the schema."""
    headers = {"Authorization": key} if key is not None else None
    page = Origin(origin) if origin is not None else None
    async with connect(url, additional_headers=headers, origin=page, compression=None) as socket:
        client = AgentClient(socket)
        yield client
        assert not client.problems, "\n".join(client.problems)


async def health(url: str) -> Event:
    """What `GET /health` of the server behind a WebSocket address says."""
    async with httpx.AsyncClient() as http:
        response = await http.get(url.replace("ws://", "http://").replace("/v1/ws", "/health"))
    body: Event = response.json()
    return body


async def until_health(url: str, **wanted: object) -> None:
    """Ask until `/health` says this: nothing tells what became of a session that a client has left."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            if wanted.items() <= (await health(url)).items():
                return
            await asyncio.sleep(_POLL_S)
