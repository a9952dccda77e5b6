"""Keeps running calls: a thread of its own writes what the calls hand over, and looks after the store.

Nothing in here may hold up a call: whoever hands over never waits for a disk. What can't be written is told
in the call and tried again, and the call goes on.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from voice.history.entries import Entry, Logged
from voice.history.following import Follower, Redacts
from voice.history.processes import STILL_HERE_EVERY_S
from voice.history.records import CallRecord, EventRecord, HistoryProblem
from voice.history.store import Store
from voice.protocol.errors import NotKept
from voice.protocol.inputs import AnyInput
from voice.protocol.session_state import Session

_log = logging.getLogger(__name__)

# Of all calls together; a turn makes one or two. When full, what a call hands over is dropped, and all of
# that call is handed over again the next time that there is something of it to keep.
MAX_WAITING = 256
_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 15.0
_ORPHANS_EVERY_S = 60.0
_DAY_S = 86_400.0
# The end of a call waits so long for a place in the queue, and the end of the process for the last writes.
_END_TIMEOUT_S = 2.0
_STOP_TIMEOUT_S = 4.0

Tell = Callable[[NotKept], None]
Clock = Callable[[], float]
Events = Callable[[], Sequence[EventRecord]]


class KeptCall:
    """One running call on its way into the store. Used on the call loop, but for what `end` gives back."""

    def __init__(self, keeper: "Keeper", call: CallRecord, session: Session, redactor: Redacts) -> None:
        self.id = call.id
        self._keeper = keeper
        self._follower = Follower(call, session, redactor)
        self._replaced = keeper.store.replaced
        self._missed = not keeper.put(self.id, self._follower.begin(), call.started_at)

    def follow(self, before: Session, after: Session, happened: AnyInput, now: float) -> None:
        """Hand over what a step of the session brings."""
        entries = self._follower.step(before, after, happened, now)
        if entries:
            replaced = self._keeper.store.replaced
            if self._missed or replaced != self._replaced:
                entries = self._follower.whole(after, now)
            self._replaced = replaced
            self._missed = not self._keeper.put(self.id, entries, now)

    def end(self, session: Session, now: float, events: Events) -> Callable[[], None]:
        """What hands over the last of it: to be called on another thread, since it may block for 2 s."""
        ended = self._follower.end(session, now)

        def entries() -> list[Entry]:
            # Only now, as it is written, is it known whether the database still has what was written before.
            lacks_some = self._missed or self._replaced != self._keeper.store.replaced
            whole = self._follower.whole(session, now) if lacks_some else []
            return [*whole, *ended, Logged(events())]

        def hand_over() -> None:
            if not self._keeper.put(self.id, entries, now, timeout_s=_END_TIMEOUT_S):
                _log.warning("the end of a call could not be kept")
            self._keeper.forget(self.id)

        return hand_over


# What there is to write, or what gives it on the thread that writes.
Entries = Sequence[Entry] | Callable[[], Sequence[Entry]]


class _Item(NamedTuple):
    call_id: str
    entries: Entries
    now: float


class _Running(NamedTuple):
    tell: Tell
    clock: Clock


class Keeper:
    """Made once per process. `start` and `stop` belong to the server's lifespan.

    Calls that began `retention_days` ago are deleted at the start and daily; 0 keeps all.
    """

    def __init__(self, store: Store, retention_days: int = 0) -> None:
        self.store = store
        self._retention_days = retention_days
        self._queue: queue.Queue[_Item | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._replaced = 0
        self._problem: HistoryProblem | None = None
        self._dropped = self._lost = 0
        self._still_here_at = self._orphans_at = self._purge_at = 0.0

    @property
    def dropped(self) -> int:
        """How often a call could not hand over what there was."""
        return self._dropped

    def start(self) -> None:
        """Open the store and begin to write, without waiting for either."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, for some seconds at most, and close the store. Blocks."""
        self._stopping.set()
        try:
            self._queue.put(None, timeout=_STOP_TIMEOUT_S)
        except queue.Full:
            _log.warning("the last of the calls could not be kept: the database takes nothing")
        else:
            self._thread.join(_STOP_TIMEOUT_S)
        if self._lost:
            _log.warning("%d parts of calls were not kept", self._lost)
        self.store.close()

    def keep(
        self, call: CallRecord, session: Session, redactor: Redacts, tell: Tell, clock: Clock
    ) -> KeptCall:
        """Keep a call that begins. `clock` is the call's own, in epoch seconds.

        `tell` is called from any thread with what goes wrong; must not block.
        """
        with self._lock:
            self._running[call.id] = _Running(tell, clock)
            problem = self._problem
        if problem is not None:
            tell(_not_kept(problem))
        return KeptCall(self, call, session, redactor)

    def put(self, call_id: str, entries: Entries, now: float, timeout_s: float = 0.0) -> bool:
        """Take over entries, from any thread; `now` is by the call's clock.

        False, and the call is told, when there is no room for them.
        """
        item = _Item(call_id, entries, now)
        try:
            self._queue.put(item, block=timeout_s > 0, timeout=timeout_s or None)
        except queue.Full:
            self._dropped += 1
            self._tell_one(call_id, _TOO_SLOW)
            return False
        return True

    def forget(self, call_id: str) -> None:
        """The call is over: nobody is there any more to be told."""
        with self._lock:
            self._running.pop(call_id, None)

    # On the thread from here on.

    def _run(self) -> None:
        while True:
            self._look_after()
            try:
                item = self._queue.get(timeout=STILL_HERE_EVERY_S)
            except queue.Empty:
                continue
            if item is None:
                return
            try:
                self._write(item)
            except Exception:  # noqa: BLE001 - one call's entries must not end the keeping of all others
                _log.exception("something of a call can't be kept")

    def _write(self, item: _Item) -> None:
        wait_s = _FIRST_RETRY_S
        while True:
            try:
                self._open()
                entries = item.entries() if callable(item.entries) else item.entries
                self.store.write(item.call_id, entries, item.now)
            except HistoryProblem as problem:
                self._troubled(problem)
                if not problem.passing or self._stopping.wait(wait_s):
                    self._lost += 1
                    return
                wait_s = min(2 * wait_s, _LONGEST_RETRY_S)
            else:
                self._relieved()
                return

    def _look_after(self) -> None:
        """What is due by the clock. What fails is tried again when it is due again."""
        now = time.monotonic()
        with self._lock:
            running = dict(self._running)
        try:
            self._open()
            if running and now >= self._still_here_at:
                self._still_here_at = now + STILL_HERE_EVERY_S
                self.store.still_here({call_id: call.clock() for call_id, call in running.items()})
            if now >= self._orphans_at:
                self._orphans_at = now + _ORPHANS_EVERY_S
                self.store.end_orphans(running.keys())
            if now >= self._purge_at:
                self._purge_at = now + _DAY_S
                self._purge()
        except HistoryProblem as problem:
            self._troubled(problem)
        except Exception:  # noqa: BLE001 - calls must be kept all the same
            _log.exception("the history could not be looked after")

    def _open(self) -> None:
        try:
            self.store.open()
        finally:
            if self.store.replaced != self._replaced:
                self._replaced = self.store.replaced
                what = _replaced(self.store.place)
                _log.warning("%s %s", what.sentence, what.next_step)
                self._tell_all(what)

    def _purge(self) -> None:
        if self._retention_days:
            count = self.store.purge(time.time() - self._retention_days * _DAY_S)
            if count:
                _log.info("deleted %d calls older than %d days", count, self._retention_days)

    def _troubled(self, problem: HistoryProblem) -> None:
        if self._problem is not None and self._problem.sentence == problem.sentence:
            return
        self._problem = problem
        self._tell_all(_not_kept(problem))

    def _relieved(self) -> None:
        if self._problem is not None:
            self._problem = None
            _log.warning("calls are kept again")
            self._tell_all(_KEPT_AGAIN)

    def _tell_all(self, what: NotKept) -> None:
        with self._lock:
            running = tuple(self._running.values())
        for call in running:
            call.tell(what)

    def _tell_one(self, call_id: str, what: NotKept) -> None:
        with self._lock:
            call = self._running.get(call_id)
        if call is not None:
            call.tell(what)


_TOO_SLOW = NotKept(
    "This call is not being kept at the moment: the database of calls is too slow.",
    "The call goes on, and is kept as soon as the database takes it.",
)
_KEPT_AGAIN = NotKept("This call is being kept again.")


def _replaced(place: str) -> NotKept:
    return NotKept(
        f"The database of calls at {place} was deleted or replaced while Parley was running.",
        "This call is written again in full. To have earlier calls back, stop Parley and restore a copy.",
    )


def _not_kept(problem: HistoryProblem) -> NotKept:
    return NotKept(f"This call is not being kept at the moment. {problem.sentence}", problem.next_step)
