"""Every session that the local agent still knows of, running or over, within fixed bounds.

Owns who may see which session, when its files are there, and what goes when there is too much. In memory
only: all is gone when the process ends.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final

from voice.agent.archive.encoder import Encoder
from voice.agent.archive.journal import End, Journal, Start
from voice.agent.archive.recording import Recording
from voice.agent.clock import Clock
from voice.protocol.stored_sessions import (
    COMPLETED,
    LIVE,
    ArtifactKind,
    StoredSession,
)

log = logging.getLogger(__name__)

# Running sessions stop short of the whole, or one that fills it would be too much when it is finished.
_SHARE_OF_RUNNING: Final = 0.95

CONTENT_TYPES: Final[dict[ArtifactKind, str]] = {
    "audio": "audio/ogg",
    "timeline": "application/json",
    "metadata": "application/json",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept: finished sessions, their age, and bytes in all, running ones included."""

    sessions: int = 200
    age_s: float = 24 * 3600.0
    total_bytes: int = 64_000_000


class Removal(Enum):
    """What became of a wish to delete."""

    DONE = auto()
    LIVE = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list, the newest first. `next_before` is where the next one begins; None at the end."""

    sessions: list[StoredSession]
    next_before: int | None


class Archive:
    """The sessions by their ids, in the order in which they began. Used on the event loop only.

    Args:
        delay_s: how long after its end the files of a session appear.
    """

    def __init__(self, clock: Clock, limits: Limits, *, delay_s: float) -> None:
        self._clock = clock
        self._limits = limits
        self._delay_s = delay_s
        self._encoder = Encoder()
        self._journals: dict[str, Journal] = {}
        self._last_number = 0

    def __len__(self) -> int:
        return len(self._journals)

    @property
    def size(self) -> int:
        """Bytes kept."""
        return sum(journal.size for journal in self._journals.values())

    def start(self) -> None:
        """Start to encode."""
        self._encoder.start()

    async def close(self) -> None:
        """Stop encoding; waits for a few milliseconds of work."""
        await self._encoder.close()

    def begin(self, start: Start, *, record: bool) -> Journal:
        """Follow another session."""
        now = asyncio.get_running_loop().time
        recording = None
        if record:
            person_hz, agent_hz = start.person_line.rate_hz, start.agent_line.rate_hz
            recording = Recording(begun_at=now(), person_rate_hz=person_hz, agent_rate_hz=agent_hz)
            self._encoder.add(recording)
        self._last_number += 1
        journal = Journal(self._last_number, start, recording, now)
        self._journals[start.session_id] = journal
        return journal

    def find(self, account: str, session_id: str) -> Journal | None:
        """This session of this account. Somebody else's and none at all are told alike."""
        journal = self._journals.get(session_id)
        return journal if journal is not None and journal.start.account == account else None

    def artifacts(self, journal: Journal) -> tuple[ArtifactKind, ...]:
        """The files that are there by now."""
        end = journal.end
        if end is None or not journal.settled or self._clock.monotonic() < end.on_clock + self._delay_s:
            return ()
        if journal.recording is None or journal.recording.failed:
            return ("timeline",)
        return ("audio", "timeline", "metadata")

    def content(self, session_id: str, kind: ArtifactKind) -> memoryview | None:
        """A file's bytes; None when there is no such session any more, or not yet such a file."""
        journal = self._journals.get(session_id)
        if journal is None or kind not in self.artifacts(journal):
            return None
        if kind == "timeline":
            return memoryview(journal.timeline)
        if kind == "metadata":
            shape = stored(journal)
            return memoryview(journal.metadata(shape.created_at or "", shape.ended_at or ""))
        return journal.recording.content if journal.recording else None

    def page(
        self, account: str, limit: int, before: int | None, status: str | None, agent_id: str | None
    ) -> Page:
        """Up to `limit` sessions with numbers below `before`, the newest first."""
        found: list[StoredSession] = []
        last = 0
        for journal in reversed(self._journals.values()):
            if journal.start.account != account or (before is not None and journal.number >= before):
                continue
            shape = stored(journal)
            if status not in (None, shape.status) or agent_id not in (None, shape.agent_id):
                continue
            if len(found) == limit:
                return Page(found, last)
            found.append(shape)
            last = journal.number
        return Page(found, None)

    def remove(self, account: str, session_id: str) -> Removal:
        """Forget a finished session with everything of it."""
        journal = self.find(account, session_id)
        if journal is None:
            return Removal.UNKNOWN
        if journal.end is None:
            return Removal.LIVE
        self._forget(journal)
        return Removal.DONE

    def sweep(self) -> None:
        """Keep within the limits. To be called a few times a second.

        The oldest finished sessions go first, each as a whole. Only when the running ones alone take all the
        room, their sound stops.
        """
        total = self.size
        oldest = self._clock.monotonic() - self._limits.age_s
        finished = [(journal, journal.end) for journal in self._journals.values() if journal.end]
        finished.sort(key=lambda ended: ended[1].on_clock)
        surplus = len(finished) - self._limits.sessions
        for place, (journal, end) in enumerate(finished):
            if place < surplus or end.on_clock <= oldest or total > self._limits.total_bytes:
                total -= journal.size
                self._forget(journal)
        running = [journal for journal in self._journals.values() if not journal.end]
        if sum(journal.size for journal in running) > _SHARE_OF_RUNNING * self._limits.total_bytes:
            self._stop_recording(running)

    def _stop_recording(self, running: list[Journal]) -> None:
        now = asyncio.get_running_loop().time()
        for journal in running:
            if journal.recording is not None and not journal.recording.finished:
                log.warning("session %s: no room for more of its sound", journal.start.session_id)
                journal.recording.end(now)

    def _forget(self, journal: Journal) -> None:
        del self._journals[journal.start.session_id]
        if journal.recording is not None:
            journal.recording.end(0.0)


def stored(journal: Journal) -> StoredSession:
    """A session as the list shows it."""
    end = journal.end
    return StoredSession(
        id=journal.start.session_id,
        status=COMPLETED if end else LIVE,
        public_close_reason=end.public_reason if end else None,
        duration_seconds=end.duration_s if end else None,
        created_at=_iso(journal.start.started_at),
        ended_at=_iso(end.at) if end else None,
    )


def end_of(reason: str, public_reason: str, duration_s: float, clock: Clock) -> End:
    """An end that happens now."""
    return End(reason, public_reason, duration_s, clock.wall(), clock.monotonic())


def _iso(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat().replace("+00:00", "Z")
