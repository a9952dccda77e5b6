"""Who may open a WebSocket to this server: pages of its own origin that know their line's token.

The token comes in the first message and never in an address, which servers log.
"""

import asyncio
from urllib.parse import urlsplit

import msgspec
from starlette.websockets import WebSocket

from voice.call.line import Line
from voice.ui.lifespan import switchboard

_TOKEN_TIMEOUT_S = 5.0
_CLOSE_REFUSED = 1008
_CLOSE_UNKNOWN_LINE = 4404


class _Hello(msgspec.Struct, frozen=True):
    token: str


async def admit(socket: WebSocket) -> Line | None:
    """Let a page in and give its line; `None` when it was refused and its socket closed.

    Raises `WebSocketDisconnect` when the page leaves before it has said its token.
    """
    if not _is_same_origin(socket):
        await socket.close(_CLOSE_REFUSED)
        return None
    await socket.accept()
    line = await _find_line(socket)
    if line is None:
        await socket.close(_CLOSE_UNKNOWN_LINE)
    return line


async def _find_line(socket: WebSocket) -> Line | None:
    try:
        async with asyncio.timeout(_TOKEN_TIMEOUT_S):
            hello = msgspec.json.decode(await socket.receive_text(), type=_Hello)
    except (TimeoutError, msgspec.MsgspecError, KeyError):  # a binary message has no text: KeyError
        return None
    return switchboard().find_line(hello.token)


def _is_same_origin(socket: WebSocket) -> bool:
    # Another site's page could otherwise open this socket with the visitor's network position.
    return urlsplit(socket.headers.get("origin", "")).netloc == socket.headers.get("host")
