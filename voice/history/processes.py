"""Which process writes a call, and whether it is still there."""

import os
import secrets
import socket
import time
from collections.abc import Callable, Iterable

# A process that writes calls stamps them every `STILL_HERE_EVERY_S`. One whose stamp has not moved for
# `GONE_AFTER_S` is gone.
STILL_HERE_EVERY_S = 5.0
GONE_AFTER_S = 60.0


def this_process() -> str:
    """A name for this run of this process, with what tells others whether it lives."""
    return f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"


class Heartbeats:
    """Tells which running calls nobody writes any more.

    It never compares two clocks: stamps of other processes only count by whether they move, as timed here.
    """

    def __init__(self, me: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._me = me
        self._clock = clock
        # By the number of the call: its last stamp, and when that was first seen here.
        self._seen: dict[int, tuple[float, float]] = {}

    def gone(self, calls: Iterable[tuple[int, str, float]]) -> list[int]:
        """The numbers of those `calls` (number, writer, stamp), all that run, whose process has ended."""
        now = self._clock()
        before, self._seen = self._seen, {}
        gone = []
        for number, writer, stamp in calls:
            known = before.get(number)
            since = known[1] if known is not None and known[0] == stamp else now
            self._seen[number] = (stamp, since)
            if now - since >= GONE_AFTER_S or self._has_ended(writer):
                gone.append(number)
        return gone

    def _has_ended(self, writer: str) -> bool:
        """Whether it ran on this machine and does not any more."""
        host, _, rest = writer.partition(" ")
        my_host, _, my_rest = self._me.partition(" ")
        pid, my_pid = rest.partition(" ")[0], my_rest.partition(" ")[0]
        return host == my_host and (pid == my_pid or not _lives(pid))


def _lives(pid: str) -> bool:
    """Whether a process of that number runs on this machine; where nobody can say, it does."""
    # Elsewhere, signal 0 would end the process.
    if os.name != "posix" or not pid.isdecimal():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
