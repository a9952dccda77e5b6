"""The entry of one call in the history, or its absence. Runs on the call loop and never blocks it."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from voice.call.clock import Clock
from voice.call.event_log import EventLog
from voice.history.keeper import KeptCall
from voice.history.records import EventRecord
from voice.protocol.errors import NotKept
from voice.protocol.inputs import AnyInput
from voice.protocol.session_state import Session

_log = logging.getLogger(__name__)

_MS_PER_S = 1000

# Given the session as it begins, the log for its redactor, the call's clock, and whom to tell when it can't
# be kept.
Keep = Callable[[Session, EventLog, Clock, Callable[[NotKept], None]], KeptCall]


class Keeping:
    """With no `keep`, nothing is kept. `tell` is called from any thread and must not block."""

    def __init__(
        self, keep: Keep | None, log: EventLog, clock: Clock, tell: Callable[[NotKept], None]
    ) -> None:
        self._keep = keep
        self._log = log
        self._clock = clock
        self._tell = tell
        self._kept: KeptCall | None = None

    def begin(self, session: Session) -> None:
        """The call begins."""
        if self._keep is not None:
            self._kept = self._keep(session, self._log, self._clock, self._tell)

    def follow(self, before: Session, after: Session, happened: AnyInput, now: float) -> None:
        """A step of the session; `now` in epoch seconds."""
        if self._kept is None or after is before:
            return
        try:
            self._kept.follow(before, after, happened, now)
        except Exception:  # noqa: BLE001 - the call must go on, whatever is wrong with the keeping of it
            _log.exception("a call is not kept any more")
            self._kept = None
            self._tell(NotKept("The rest of this call is not kept: something in Parley failed."))

    async def end(self, session: Session) -> None:
        """The call is over; waits, not for long, while the store is busy."""
        kept, self._kept = self._kept, None
        if kept is not None:
            last = kept.end(session, self._clock(), lambda: events_of(self._log))
            await asyncio.to_thread(last)


def events_of(log: EventLog) -> Sequence[EventRecord]:
    """The whole log in order. Takes some 100 ms for a long call, so it must not run on an event loop."""
    entries = sorted(log.changes().entries, key=lambda entry: entry.n)
    return [
        EventRecord(log.began_at + entry.at_ms / _MS_PER_S, entry.way, entry.type, entry.json)
        for entry in entries
    ]
