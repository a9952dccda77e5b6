"""The WebSocket of the Setup page: it asks for checks and brings the browser's facts, findings go back.

Beneath the live route's path, so that a proxy that lets one through lets the other through too. After the
token both sides send JSON objects. Up come the commands of `desk.py`; down go
`{"pong": n}`, `{"finding": {"check", "state", "measured", "cure"}}`, `{"answer": sdp}` and `{"busy": bool}`,
which tells whether a call runs.
"""

import asyncio
import contextlib
import logging

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from voice.call.line import Line
from voice.conversation.state import CallState
from voice.ui.admission import admit
from voice.ui.checks.desk import AnyCommand, Desk
from voice.ui.line_changes import changes_of
from voice.ui.live_route import LIVE_PATH

_log = logging.getLogger(__name__)

SETUP_PATH = f"{LIVE_PATH}/setup"
_MAX_MESSAGE_CHARS = 100_000
_NO_CALL = frozenset({CallState.IDLE.value, CallState.ENDED.value, CallState.ERROR.value})


async def serve_setup(socket: WebSocket) -> None:
    """Serve one page until it leaves."""
    try:
        line = await admit(socket)
        if line is not None:
            await _serve(socket, line)
    except WebSocketDisconnect:
        return


async def _serve(socket: WebSocket, line: Line) -> None:
    async def send(message: dict[str, object]) -> None:
        await socket.send_text(msgspec.json.encode(message).decode())

    desk = Desk(line, send)
    telling = asyncio.create_task(_tell_calls(desk, line))
    try:
        await _obey(socket, desk)
    finally:
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect):
            await telling
        await desk.close()


async def _obey(socket: WebSocket, desk: Desk) -> None:
    while True:
        try:
            text = await socket.receive_text()
            if len(text) > _MAX_MESSAGE_CHARS:
                raise msgspec.ValidationError("too long")
            await desk.take(msgspec.json.decode(text, type=AnyCommand))
        except (msgspec.MsgspecError, KeyError):  # a binary message has no text: KeyError
            _log.warning("the Setup page sent something that is no command")


async def _tell_calls(desk: Desk, line: Line) -> None:
    # In a call the page makes no sound and leaves the microphone alone.
    told: bool | None = None
    with changes_of(line) as changed:
        while True:
            changed.clear()
            busy = line.view.state not in _NO_CALL
            if busy is not told:
                await desk.send({"busy": busy})
                told = busy
            await changed.wait()
