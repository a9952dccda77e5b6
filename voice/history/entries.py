"""What a running call hands over to be kept, piece by piece. Data only.

Each piece can be written twice without harm, so that one whose writing failed in the middle is tried again.
"""

from collections.abc import Sequence

import msgspec

from voice.history.records import CallRecord, ConfigChange, EventRecord, HowEnded, Mark, TurnRecord


class Begun(msgspec.Struct, frozen=True):
    """The call begins."""

    call: CallRecord


class TurnPut(msgspec.Struct, frozen=True):
    """A turn is settled, or has changed since; `slot` tells which of the call's turns it is."""

    slot: int
    turn: TurnRecord


class TurnGone(msgspec.Struct, frozen=True):
    """A turn turned out to be none."""

    slot: int


class Changed(msgspec.Struct, frozen=True):
    """The `number`-th change of the configuration."""

    number: int
    change: ConfigChange


class Marked(msgspec.Struct, frozen=True):
    """The `number`-th mark."""

    number: int
    mark: Mark


class SessionBegan(msgspec.Struct, frozen=True):
    """The agent has begun the call's `number`-th session."""

    number: int
    id: str
    at: float


class Figures(msgspec.Struct, frozen=True):
    """What is known of the call so far, as in `CallRecord`."""

    voice: str = ""
    session_id: str = ""
    cost_usd: float | None = None
    median_latency_ms: int | None = None
    interruptions: int = 0
    turn_count: int = 0


class Ended(msgspec.Struct, frozen=True):
    """The call is over."""

    at: float
    how: HowEnded
    failure: str = ""


class Logged(msgspec.Struct, frozen=True):
    """All events of the call."""

    events: Sequence[EventRecord]


Entry = Begun | TurnPut | TurnGone | Changed | Marked | SessionBegan | Figures | Ended | Logged
