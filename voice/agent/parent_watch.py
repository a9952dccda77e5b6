"""Ends this process when whoever started it is gone.

Owns one thread that waits for the end of standard input. A parent that holds the other end of that pipe
need do nothing: however it dies, the system closes the pipe, on every platform.
"""

import os
import sys
import threading
from collections.abc import Callable
from typing import Final

_READ_BYTES: Final = 4096


def call_when_stdin_ends(act: Callable[[], None]) -> None:
    """Call `act`, from another thread, once standard input is at its end."""
    threading.Thread(target=_wait, args=(act,), name="parent-watch", daemon=True).start()


def _wait(act: Callable[[], None]) -> None:
    # The bare descriptor: a thread inside a buffered read holds a lock that interpreter exit wants.
    while sys.stdin is not None and os.read(sys.stdin.fileno(), _READ_BYTES):
        pass
    act()
