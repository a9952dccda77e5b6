"""The WebSocket between a page and its line: views and levels go out as they change, the person's clicks
come in. No script runs for either.

The page sends its line's token first, in a message and never in an address, which servers log. Then
both sides send JSON objects: `{"view": …}` as made by `voice.conversation.view.patch_between`, and
`{"levels": [you_dbfs, agent_dbfs], "playout": [turn_id, played_ms] | null}` down; `{"do": …}` up.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from voice.audio.media_readings import BrowserMedia
from voice.call.line import Line
from voice.conversation.view import CallView, patch_between
from voice.ui.admission import admit
from voice.ui.bundle_feed import send_bundle
from voice.ui.events_feed import push_events
from voice.ui.feeds import Feeds
from voice.ui.figures_feed import push_figures
from voice.ui.line_changes import changes_of
from voice.ui.microphone_errors import microphone_failed

_log = logging.getLogger(__name__)

LIVE_PATH = "/live"
_LEVELS_PERIOD_S = 1 / 15


class _Command(msgspec.Struct, frozen=True):
    do: str
    reason: str = ""
    name: str = ""
    value: float = 0.0
    text: str = ""
    stats: BrowserMedia = BrowserMedia()


_COMMANDS: dict[str, Callable[[Line, _Command], None]] = {
    "connect": lambda line, _: line.connect(),
    "connect_sample": lambda line, _: line.connect(sample=True),
    "hang_up": lambda line, _: line.hang_up(),
    "mute": lambda line, _: line.set_muted(True),
    "unmute": lambda line, _: line.set_muted(False),
    "mute_agent": lambda line, _: line.set_agent_muted(True),
    "unmute_agent": lambda line, _: line.set_agent_muted(False),
    "dial": lambda line, command: line.turn({command.name: command.value}),
    "say": lambda line, command: line.say(command.text),
    "stay": lambda line, _: line.stay(),
    "restart": lambda line, _: line.restart(),
    "media_stats": lambda line, command: line.note_media(command.stats),
    "microphone_failed": lambda line, command: line.fail(microphone_failed(command.reason)),
    "microphone_lost": lambda line, command: line.break_off(microphone_failed(command.reason)),
}


# What a page gets besides, from `watch_<name>` to `unwatch_<name>`.
_FEEDS = {"events": push_events, "figures": push_figures}


# Asked for and answered once, outside the order of the other commands: it takes a while.
_BUNDLE = "support_bundle"
_MAX_BROWSER_CHARS = 300


async def serve_live(socket: WebSocket) -> None:
    """Serve one page until it leaves."""
    try:
        line = await admit(socket)
        if line is not None:
            await _serve(socket, line)
    except WebSocketDisconnect:
        return


async def _serve(socket: WebSocket, line: Line) -> None:
    feeds = Feeds(_FEEDS, line, partial(_send, socket))
    sender = asyncio.create_task(_send_views(socket, line))
    try:
        await _obey(socket, line, feeds)
    finally:
        feeds.stop()
        sender.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect):
            await sender


async def _obey(socket: WebSocket, line: Line, feeds: Feeds) -> None:
    while True:
        try:
            command = msgspec.json.decode(await socket.receive_text(), type=_Command)
            if command.do == _BUNDLE:
                feeds.once(_BUNDLE, partial(send_bundle, browser=_browser(socket)))
                continue
            if feeds.obey(command.do):
                continue
            act = _COMMANDS[command.do]
        except (msgspec.MsgspecError, KeyError):
            _log.warning("a page sent a command that does not exist")
            continue
        act(line, command)


async def _send_views(socket: WebSocket, line: Line) -> None:
    # Views that come faster than the page takes them are skipped: the newest says everything.
    sent: CallView | None = None
    with changes_of(line) as changed:
        while True:
            changed.clear()
            view = line.view
            if view is not sent:
                await _send(socket, {"view": patch_between(sent, view)})
                sent = view
            if line.call is not None:
                await _send(socket, _levels(line))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LEVELS_PERIOD_S if line.call else None):
                    await changed.wait()


def _browser(socket: WebSocket) -> str:
    return str(socket.headers.get("user-agent", ""))[:_MAX_BROWSER_CHARS]


def _levels(line: Line) -> dict[str, object]:
    return {"levels": [round(level) for level in line.levels_dbfs], "playout": line.playout}


async def _send(socket: WebSocket, message: dict[str, object]) -> None:
    await socket.send_text(msgspec.json.encode(message).decode())
