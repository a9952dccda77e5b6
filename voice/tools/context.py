"""What a tool may know of the call it runs in: the time, the call's notes, the person's past calls."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from voice.tools.notes import Notes
from voice.tools.past_calls import NoPastCalls, PastCalls


@dataclass(frozen=True)
class ToolContext:
    """Handed to the tools that ask for it. `now` gives seconds since the epoch."""

    notes: Notes = field(default_factory=Notes)
    past_calls: PastCalls = field(default_factory=NoPastCalls)
    now: Callable[[], float] = time.time
