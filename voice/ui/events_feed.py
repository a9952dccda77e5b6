"""Pushes what a line's call sends, receives and decides to a page that watches its events.

Nothing is kept for a page that is slow: what is new is worked out when it can be sent.
"""

import asyncio

from voice.call.event_log import EventLog
from voice.call.line import Line
from voice.ui.feeds import Message, Send

# At most ten messages a second, but for a long log that is sent in pieces.
_PERIOD_S = 0.1
# A message of these is encoded in well under 5 ms.
_EVENTS_PER_MESSAGE = 200


async def push_events(line: Line, send: Send) -> None:
    """Send what the log holds, and then what is new, until cancelled."""
    reader = EventReader(line)
    while True:
        message = reader.next()
        if message is not None:
            await send(message)
        if not reader.more:
            await asyncio.sleep(_PERIOD_S)


class EventReader:
    """Reads the line's event log piece by piece: `{"events": [Entry, …], "first": n}`.

    `first` is the number of the oldest entry that is kept. A message with `reset` begins a log: what was
    there before is of another call. Entries that have grown come again under their number. While there is
    `more`, it can be had at once.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._log: EventLog | None = None
        self._cursor = 0
        self._begun = False
        self.more = False

    def next(self) -> Message | None:
        """The next piece of what is new, or None."""
        log = self._line.log
        reset = log is not self._log or not self._begun
        if reset:
            self._log, self._cursor, self._begun = log, 0, True
        if log is None:
            self.more = False
            return {"events": [], "first": 1, "reset": True} if reset else None
        changes = log.changes(self._cursor, _EVENTS_PER_MESSAGE)
        self._cursor, self.more = changes.cursor, changes.more
        if not (changes.entries or reset):
            return None
        message: Message = {"events": changes.entries, "first": changes.first}
        return message | {"reset": True, "began_at": log.began_at} if reset else message
