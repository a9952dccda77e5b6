"""Sends a page its call's support bundle, once and in pieces: `{"bundle": text, "left": pieces to come}`.

Pieces, because one message of some megabytes would hold up the loop that also carries sound.
"""

import asyncio
import time

from voice.call.line import Line
from voice.call.support_bundle import support_bundle
from voice.settings import load_settings
from voice.ui.feeds import Send

_PIECE_CHARS = 64 * 1024


async def send_bundle(line: Line, send: Send, *, browser: str) -> None:
    """Make the bundle and send it. `browser` is what the page's browser calls itself."""
    bundle = await asyncio.to_thread(support_bundle, line, load_settings(), browser=browser, now=time.time())
    text = bundle.decode()
    pieces = [text[start : start + _PIECE_CHARS] for start in range(0, len(text), _PIECE_CHARS)]
    for number, piece in enumerate(pieces, 1):
        await send({"bundle": piece, "left": len(pieces) - number})
