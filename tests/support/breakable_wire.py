"""A wire that a test can break, to an agent or to a dashboard: plain TCP, passed on as it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Wire:
    """Where to connect to instead. `connections` counts those ever made."""

    def __init__(self) -> None:
        self.url = ""
        self.connections = 0
        # While true, every new connection is broken at once too.
        self.down = False
        self._ends: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Break every connection at once, as a network does: without a good-bye."""
        for end in tuple(self._ends):
            end.transport.abort()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.transport.abort()
            self._ends.discard(writer)


@asynccontextmanager
async def breakable_wire(url: str) -> AsyncIterator[Wire]:
    """A wire to `url`, which must be on this machine."""
    wire = Wire()
    address = urlsplit(url)

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire.connections += 1
        if wire.down:
            writer.transport.abort()
            return
        agent_reader, agent_writer = await asyncio.open_connection(address.hostname, address.port)
        await asyncio.gather(wire.pass_on(reader, agent_writer), wire.pass_on(agent_reader, writer))

    async with await asyncio.start_server(joined, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        wire.url = address._replace(netloc=f"127.0.0.1:{port}").geturl()
        yield wire
        wire.cut()
