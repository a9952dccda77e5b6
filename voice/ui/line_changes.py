"""Wakes a task of Streamlit's loop when a line shows a new view. Holds no view itself."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from voice.call.line import Line
from voice.conversation.view import CallView


@contextmanager
def changes_of(line: Line) -> Iterator[asyncio.Event]:
    """An event of the running loop that is set at every new view. Clear it before you look."""
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell(_view: CallView) -> None:
        loop.call_soon_threadsafe(changed.set)

    stop = line.watch(tell)
    try:
        yield changed
    finally:
        stop()
