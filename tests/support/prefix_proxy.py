"""A reverse proxy on loopback that serves a site below a path, for pages and WebSockets alike."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

_ELSEWHERE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class _Proxy:
    def __init__(self, site: str, prefix: str, *, websockets: bool) -> None:
        self._site = urlsplit(site)
        self._below = f"{prefix}/".encode()
        self._websockets = websockets
        self._ends: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._close(writer)

    def close(self) -> None:
        for end in tuple(self._ends):
            self._close(end)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, path, rest = head.split(b" ", 2)
        upgrades = b"\r\nupgrade: websocket" in rest.lower()
        blocked = upgrades and not self._websockets and b"_stcore" not in path
        if not path.startswith(self._below) or blocked:
            writer.write(_ELSEWHERE)
            await writer.drain()
            return
        if not upgrades:
            # One request a connection: the paths of later ones would have to be found among the bodies.
            version, headers = rest.split(b"\r\n", 1)
            rest = version + b"\r\nConnection: close\r\n" + _without_connection(headers)
        site_reader, site_writer = await asyncio.open_connection(self._site.hostname, self._site.port)
        self._ends.add(site_writer)
        try:
            site_writer.write(b" ".join((method, path[len(self._below) - 1 :], rest)))
            await asyncio.gather(_pass_on(reader, site_writer), _pass_on(site_reader, writer))
        finally:
            self._close(site_writer)

    def _close(self, end: asyncio.StreamWriter) -> None:
        self._ends.discard(end)
        end.transport.abort()


@asynccontextmanager
async def prefix_proxy(site: str, prefix: str, *, websockets: bool = True) -> AsyncIterator[str]:
    """Serve `site`, which must be on this machine, below `prefix`, such as `/parley`; gives the new address.

    The prefix is taken away before a request is passed on, and whatever lies outside of it is not found.
    Without `websockets` only Streamlit's own socket gets through.
    """
    proxy = _Proxy(site, prefix, websockets=websockets)
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}{prefix}"
        proxy.close()


def _without_connection(headers: bytes) -> bytes:
    lines = headers.split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.lower().startswith(b"connection:"))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()
