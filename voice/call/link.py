"""The WebSocket to the agent: opens, sends, receives, closes. It knows no session and keeps no state
of the conversation, but has the event log note every message.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxyStatus,
    InvalidStatus,
    InvalidURI,
    ProxyError,
)

from voice.call.endpoint import Endpoint, unreachable
from voice.call.event_log import EventLog
from voice.outbound import proxy_for
from voice.protocol.client_events import ClientEvent
from voice.protocol.codec import Malformed, Unknown, decode_server, encode
from voice.protocol.errors import ConnectionLost, is_about_key
from voice.protocol.server_events import AnyServerEvent

_OPEN_TIMEOUT_S = 10.0
_CLOSE_TIMEOUT_S = 1.0
_UNAUTHORIZED = 401
# The session is kept, and billed, for 30 s after a drop: a half-open socket must show early enough to resume.
# A network that stalls for 5 s must not cost the socket.
_PING_INTERVAL_S = 3.0
_PING_TIMEOUT_S = 5.5
_PING_GRACE_S = 0.5
# A reply may come as one burst: a minute of it is 4 MB of base64. What is over the first limit is
# skipped and counted; the second only guards memory, since passing it costs the socket.
_MAX_MESSAGE_BYTES = 8 * 2**20
_MAX_FRAME_BYTES = 64 * 2**20
# Two seconds of 10 ms reply frames with their transcript; the socket's own flow control holds the rest.
_MAX_RECEIVED_MESSAGES = 256
_REASONS = (
    (TimeoutError, f"no answer within {_OPEN_TIMEOUT_S:.0f} s"),
    (ProxyError, "the proxy refused to connect"),
    (socket.gaierror, "its name is not known"),
    (ConnectionRefusedError, "nothing listens there"),
)


class Link:
    """One open socket. Made by `open_link`.

    `silent_s`: for how long nothing had been heard of the other side when `keep_alive` gave it up.
    """

    def __init__(self, socket: ClientConnection, log: EventLog) -> None:
        self._socket = socket
        self._log = log
        self.silent_s = 0.0

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

    async def keep_alive(self) -> None:
        """Ping the other side again and again, and break a socket that no longer answers."""
        loop = asyncio.get_running_loop()
        heard_at = loop.time()
        while self.close_code is None:
            await asyncio.sleep(_PING_INTERVAL_S)
            asked_at = loop.time()
            if not await self._answers():
                self.silent_s = loop.time() - heard_at
                self._socket.transport.abort()
                return
            heard_at = asked_at

    async def _answers(self) -> bool:
        answer = asyncio.create_task(self.round_trip_s())
        try:
            # When this process was stopped, its time is over before it has read what came meanwhile.
            for within_s in (_PING_TIMEOUT_S, _PING_GRACE_S):
                await asyncio.wait([answer], timeout=within_s)
            return answer.done()
        finally:
            answer.cancel()
            await asyncio.gather(answer, return_exceptions=True)

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


async def open_link(endpoint: Endpoint, log: EventLog, resume_token: str | None = None) -> Link:
    """Open a socket to an agent, whose messages are noted in `log`; with `resume_token` to resume a session.

    Raises `AuthRefused` when the credential is refused and `AgentUnreachable` when nothing answers. The
    service lets everybody in and refuses a key only in its first message (2026-09).
    """
    address = await endpoint.address(resume_token)
    log.redactor.learn(*address.secrets)
    proxy = proxy_for(address.url)
    try:
        socket = await connect(
            address.url,
            additional_headers=address.headers,
            open_timeout=_OPEN_TIMEOUT_S,
            close_timeout=_CLOSE_TIMEOUT_S,
            # `Link.keep_alive` does this, and knows since when nothing was heard.
            ping_interval=None,
            max_size=_MAX_FRAME_BYTES,
            max_queue=_MAX_RECEIVED_MESSAGES,
            # Base64 audio hardly compresses, and deflate would be the largest cost of a message.
            compression=None,
            proxy=proxy,
        )
    except InvalidStatus as error:
        # A 403 may as well come from something in between.
        body = (error.response.body or b"").decode(errors="replace")
        if error.response.status_code == _UNAUTHORIZED or is_about_key(body):
            raise endpoint.refusal from None
        raise unreachable(endpoint.name, _reason(error)) from None
    except (TimeoutError, OSError, InvalidHandshake, InvalidURI) as error:
        reason = _reason(error)
        if proxy is not None and not isinstance(error, ProxyError):
            reason += " (through a proxy)"
        raise unreachable(endpoint.name, reason) from None
    return Link(socket, log)


def _reason(error: Exception) -> str:
    """Why nothing opened, in a few words that hold no address: that may have a token in it."""
    match error:
        case InvalidProxyStatus():
            return f"the proxy answered HTTP {error.response.status_code}"
        case InvalidStatus():
            return f"HTTP {error.response.status_code}"
        case ssl.SSLError():
            return "its TLS certificate is not trusted" if "CERT" in str(error.reason) else "TLS failed"
    return next((words for kind, words in _REASONS if isinstance(error, kind)), "close code 1006")
