"""The WebSocket to the agent: opens, sends, receives, closes. It knows no session and keeps no state
of the conversation, but has the event log note every message.
"""

import socket
import ssl
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from voice.call.endpoint import Endpoint, unreachable
from voice.call.event_log import EventLog
from voice.protocol.client_events import ClientEvent
from voice.protocol.codec import Malformed, Unknown, decode_server, encode
from voice.protocol.errors import ConnectionLost
from voice.protocol.server_events import AnyServerEvent

_OPEN_TIMEOUT_S = 10.0
_CLOSE_TIMEOUT_S = 1.0
# The session is kept, and billed, for 30 s after a drop: a half-open socket must show early enough to resume.
_PING_INTERVAL_S = 5.0
_PING_TIMEOUT_S = 8.0
# A reply may come as one burst: a minute of it is 4 MB of base64. What is over the first limit is
# skipped and counted; the second only guards memory, since passing it costs the socket.
_MAX_MESSAGE_BYTES = 8 * 2**20
_MAX_FRAME_BYTES = 64 * 2**20
# Two seconds of 10 ms reply frames with their transcript; the socket's own flow control holds the rest.
_MAX_RECEIVED_MESSAGES = 256


class Link:
    """One open socket. Made by `open_link`."""

    def __init__(self, socket: ClientConnection, log: EventLog) -> None:
        self._socket = socket
        self._log = log

    async def send(self, event: ClientEvent) -> None:
        """Send one event; waits while the socket is full. On a closed socket the event is dropped,
        because the end of `receive` tells of the close.
        """
        message = encode(event)
        try:
            await self._socket.send(message)
        except ConnectionClosed:
            return
        self._log.sent(event, message)

    async def receive(self) -> AsyncIterator[AnyServerEvent | Unknown | Malformed]:
        """Every message until the socket closes, whoever closes it."""
        try:
            async for message in self._socket:
                event = _decode(message)
                self._log.received(event, message)
                yield event
        except ConnectionClosed:
            return

    async def round_trip_s(self) -> float:
        """How long a ping takes, there and back. Raises `ConnectionLost` when the socket closes first."""
        try:
            return await (await self._socket.ping())
        except ConnectionClosed:
            raise ConnectionLost("The connection to the agent was lost.", "Try again.") from None

    @property
    def close_code(self) -> int | None:
        """The WebSocket close code, once closed; 1006 when the connection just broke."""
        return self._socket.close_code

    @property
    def close_reason(self) -> str:
        """What the closing side said, often nothing."""
        return self._socket.close_reason or ""

    async def close(self) -> None:
        """Close the socket; does nothing on a closed one."""
        await self._socket.close()


def _decode(message: str | bytes) -> AnyServerEvent | Unknown | Malformed:
    if len(message) > _MAX_MESSAGE_BYTES:
        return Malformed(f"message of {len(message)} bytes, over {_MAX_MESSAGE_BYTES}")
    return decode_server(message)


async def open_link(endpoint: Endpoint, log: EventLog) -> Link:
    """Open a socket to an agent, whose messages are noted in `log`.

    Raises `AuthRefused` when a token is refused and `AgentUnreachable` when nothing answers. A wrong
    key is not seen here: the service lets everybody in and says so in its first message (2026-09).
    """
    address = await endpoint.address()
    log.redactor.learn(*address.secrets)
    options: dict[str, Any] = {"proxy": None} if endpoint.is_loopback else {}
    try:
        socket = await connect(
            address.url,
            additional_headers=address.headers,
            open_timeout=_OPEN_TIMEOUT_S,
            close_timeout=_CLOSE_TIMEOUT_S,
            ping_interval=_PING_INTERVAL_S,
            ping_timeout=_PING_TIMEOUT_S,
            max_size=_MAX_FRAME_BYTES,
            max_queue=_MAX_RECEIVED_MESSAGES,
            # Base64 audio hardly compresses, and deflate would be the largest cost of a message.
            compression=None,
            **options,
        )
    except (TimeoutError, OSError, InvalidHandshake, InvalidURI) as error:
        raise unreachable(endpoint.name, _reason(error)) from None
    return Link(socket, log)


def _reason(error: Exception) -> str:
    """Why nothing opened, in a few words that hold no address: that may have a token in it."""
    match error:
        case TimeoutError():
            return f"no answer within {_OPEN_TIMEOUT_S:.0f} s"
        case InvalidStatus():
            return f"HTTP {error.response.status_code}"
        case ssl.SSLError():
            return "its TLS certificate is not trusted" if "CERT" in str(error.reason) else "TLS failed"
        case socket.gaierror():
            return "its name is not known"
        case ConnectionRefusedError():
            return "nothing listens there"
    return "close code 1006"
