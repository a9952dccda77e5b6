"""An HTTP and SOCKS5 proxy on loopback, which tells what it was asked for and knows where the names are."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

_SOCKS5 = 5
_NO_PASSWORD = 0
_PASSWORD = 2
_IPV4, _NAME = 1, 3
_UNREACHABLE = 4


class FakeProxy:
    """`places` has the loopback port behind each "host:port"; what is not in it can't be reached.

    With `garbage` it answers everything with that.
    """

    def __init__(self, places: Mapping[str, int], garbage: bytes = b"") -> None:
        self.asked: list[str] = []
        self.credentials: list[str] = []
        self.port = 0
        self._places = places
        self._garbage = garbage

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            first = await reader.readexactly(1)
            if self._garbage:
                writer.write(self._garbage)
            elif first[0] == _SOCKS5:
                await self._serve_socks(reader, writer)
            else:
                await self._serve_http(first, reader, writer)
        writer.close()

    async def _serve_socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        method = _PASSWORD if _PASSWORD in methods else _NO_PASSWORD
        writer.write(bytes([_SOCKS5, method]))
        if method == _PASSWORD:
            await reader.readexactly(1)
            both = [(await reader.readexactly((await reader.readexactly(1))[0])).decode() for _ in range(2)]
            self.credentials.append(":".join(both))
            writer.write(b"\x01\x00")
        kind = (await reader.readexactly(4))[3]
        if kind == _NAME:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = socket.inet_ntop(
                *(
                    (socket.AF_INET, await reader.readexactly(4))
                    if kind == _IPV4
                    else (socket.AF_INET6, await reader.readexactly(16))
                )
            )
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        place = self._find(f"{host}:{port}")
        code = _UNREACHABLE if place is None else 0
        writer.write(bytes([_SOCKS5, code, 0, _IPV4, 0, 0, 0, 0, 0, 0]))
        await _tunnel(reader, writer, place)

    async def _serve_http(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = first + await reader.readuntil(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        method, target, _ = lines[0].split(" ")
        self.credentials += [
            line.partition(": ")[2] for line in lines if line.lower().startswith("proxy-authorization:")
        ]
        if method == "CONNECT":
            place = self._find(target)
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n" if place else b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            await _tunnel(reader, writer, place)
            return
        host = target.partition("://")[2].partition("/")[0]
        await _tunnel(reader, writer, self._find(host if ":" in host else f"{host}:80"), head)

    def _find(self, target: str) -> int | None:
        self.asked.append(target)
        return self._places.get(target)


@asynccontextmanager
async def fake_proxy(
    places: Mapping[str, int] | None = None, garbage: bytes = b""
) -> AsyncIterator[FakeProxy]:
    """Run one."""
    proxy = FakeProxy(places or {}, garbage)
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
        proxy.port = server.sockets[0].getsockname()[1]
        yield proxy


async def _tunnel(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int | None, head: bytes = b""
) -> None:
    """Carry bytes both ways until either side closes."""
    if port is None:
        return
    there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
    there_writer.write(head)
    await asyncio.gather(_carry(reader, there_writer), _carry(there_reader, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
