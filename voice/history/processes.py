"""Which process writes a call, and whether it is still there."""

import os
import secrets
import socket

# A process that writes calls says every `STILL_HERE_EVERY_S` that it does; one on another machine that has
# not for so long is gone.
STILL_HERE_EVERY_S = 5.0
GONE_AFTER_S = 60.0


def this_process() -> str:
    """A name for this run of this process, with what tells others whether it lives."""
    return f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"


def is_gone(writer: str, seen_at: float, now: float, me: str) -> bool:
    """Whether the process `writer`, last seen at `seen_at`, has ended. `me` is this one, which is another."""
    host, _, rest = writer.partition(" ")
    pid = rest.partition(" ")[0]
    my_host, _, my_rest = me.partition(" ")
    if now - seen_at > GONE_AFTER_S:
        return True
    return host == my_host and (pid == my_rest.partition(" ")[0] or not _lives(pid))


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
