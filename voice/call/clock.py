"""The clock of one call: it reads like the wall clock and never jumps."""

import time
from collections.abc import Callable

Clock = Callable[[], float]


def steady_clock(wall: Clock = time.time, monotonic: Clock = time.monotonic) -> Clock:
    """A clock in epoch seconds that reads the wall clock once, now, and then follows the monotonic one.

    Its readings are still dates, but limits and lengths stay right when somebody sets the machine's clock.
    While the machine is suspended it stands still, as `time.monotonic` does on Linux.
    """
    offset_s = wall() - monotonic()
    return lambda: monotonic() + offset_s
