"""Pushes a line's figures to a page that watches them. Their format is told in `voice.call.figures`."""

import asyncio

from voice.call.figures import Figures
from voice.call.line import Line
from voice.ui.feeds import Send

_PERIOD_S = 1.0
# How soon a page learns of a turn whose latency was just measured.
_LOOK_S = 0.2


async def push_figures(line: Line, send: Send) -> None:
    """Send the figures once a second while they change, and as soon as a turn was measured."""
    loop = asyncio.get_running_loop()
    sent: Figures | None = None
    sent_at = 0.0
    while True:
        figures = line.figures
        measured = sent is None or figures.latency != sent.latency
        if measured or (figures != sent and loop.time() - sent_at >= _PERIOD_S):
            await send({"figures": figures})
            sent, sent_at = figures, loop.time()
        await asyncio.sleep(_LOOK_S)
