"""What a call sent, received and decided, for whoever looks behind the scenes.

Owns the bounds: at most 2 000 entries and 2 million characters; the oldest go first. Written by the call
loop, read from other threads. Audio is counted and never kept, and no secret gets in.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from voice.call.event_runs import Foldable, Run, run_key
from voice.call.event_text import ERROR_KIND, OWN_KIND, body_of, json_of, kind_of, summary_of
from voice.call.redaction import Redactor
from voice.protocol.client_events import ClientEvent
from voice.protocol.codec import Malformed, Unknown
from voice.protocol.server_events import ServerEvent, SessionReady

MAX_ENTRIES = 2_000
MAX_KEPT_CHARS = 2_000_000
# At once there are the person's sound, the agent's, and the words of both. Made-up ids must not add up.
_MAX_OPEN_RUNS = 8
_MS_PER_S = 1000

Way = Literal["sent", "received", "own"]


class Entry(msgspec.Struct, frozen=True):
    """One line. `at_ms` counts from the beginning of the log; of a run of messages folded into one, it is the
    time of the first and `until_ms` of the last. `json` is an object as text.
    """

    n: int
    at_ms: int
    until_ms: int
    way: Way
    type: str
    kind: str
    messages: int
    summary: str
    json: str


class Changes(msgspec.Struct, frozen=True):
    """Entries that are new or have grown. `first` is the number of the oldest that is kept, so what comes
    before it is gone; `cursor` asks for what comes next, and `more` says that some of that is here already.
    """

    entries: tuple[Entry, ...]
    first: int
    cursor: int
    more: bool


class _Kept:
    """One place in the log: a finished entry, or a run that may still grow."""

    __slots__ = ("at_ms", "chars", "kind", "n", "plain", "run", "type", "until_ms", "version", "way")

    def __init__(self, n: int, at_ms: int, way: Way, type_: str, kind: str) -> None:
        self.n = n
        self.at_ms = self.until_ms = at_ms
        self.way = way
        self.type = type_
        self.kind = kind
        self.version = 0
        self.chars = 0
        self.plain: tuple[str, str] | None = None
        self.run: Run | None = None

    def entry(self, redactor: Redactor) -> Entry:
        messages = 1
        if self.run is not None:
            messages = self.run.messages
            body = self.run.body(self.type, redactor)
            summary, json = summary_of(body), json_of(body)
        else:
            summary, json = self.plain or ("", "{}")
        return Entry(
            self.n, self.at_ms, self.until_ms, self.way, self.type, self.kind, messages, summary, json
        )


class EventLog:
    """The log of one call. `clock` gives epoch seconds."""

    def __init__(self, redactor: Redactor, *, clock: Callable[[], float]) -> None:
        self.redactor = redactor
        self.began_at = clock()
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: deque[_Kept] = deque()
        self._runs: dict[tuple[str, str], _Kept] = {}
        self._count = 0
        self._version = 0
        self._chars = 0

    def sent(self, event: ClientEvent, message: str) -> None:
        """A message went up the socket. Of audio, `message` is not looked at."""
        key = run_key(event)
        if key is not None:
            self._fold(key, "sent", event)  # type: ignore[arg-type]  # it has a key, so it can be folded
            return
        body = body_of(message, self.redactor)
        self._add("sent", str(event.__struct_config__.tag), body)

    def received(self, event: ServerEvent | Unknown | Malformed, message: str | bytes) -> None:
        """A message came down the socket. Of audio, `message` is not looked at."""
        key = run_key(event)
        if key is not None:
            self._fold(key, "received", event)  # type: ignore[arg-type]  # it has a key, so it can be folded
            return
        if isinstance(event, SessionReady) and event.resume_token:
            self.redactor.learn(event.resume_token)
        body = body_of(message, self.redactor)
        if isinstance(event, Malformed):
            reason = self.redactor.text(event.reason)
            self._add("received", event.type or "(malformed)", {**body, "malformed": reason}, ERROR_KIND)
        else:
            type_ = event.type if isinstance(event, Unknown) else str(event.__struct_config__.tag)
            self._add("received", type_, body)

    def own(self, type_: str, detail: dict[str, Any]) -> None:
        """Parley itself noticed or decided something."""
        self._add("own", type_, self.redactor.value(detail), OWN_KIND)

    def changes(self, since: int = 0, limit: int = MAX_ENTRIES) -> Changes:
        """What is new or has grown since the cursor of the last answer, from the longest unseen on."""
        with self._lock:
            unseen = sorted(self._changed_since(since), key=lambda kept: kept.version)
            taken = unseen[:limit]
            entries = tuple(kept.entry(self.redactor) for kept in taken)
            first = self._kept[0].n if self._kept else self._count + 1
        cursor = taken[-1].version if taken else since
        return Changes(entries, first, cursor, len(unseen) > limit)

    def _changed_since(self, since: int) -> list[_Kept]:
        found: list[_Kept] = []
        for kept in reversed(self._kept):
            if kept.version > since:
                found.append(kept)
            elif kept.run is None:
                # A finished entry ended every run before it, so nothing further back has grown since.
                break
        return found

    def _now_ms(self) -> int:
        return round((self._clock() - self.began_at) * _MS_PER_S)

    def _add(self, way: Way, type_: str, body: dict[str, Any], kind: str | None = None) -> None:
        name = self.redactor.text(type_, 64)
        plain = summary_of(body), json_of(body)
        with self._lock:
            # What comes later belongs beneath this: nothing above it grows any more.
            self._runs.clear()
            kept = self._append(way, name, kind or kind_of(name))
            kept.plain = plain
            self._resize(kept, len(plain[0]) + len(plain[1]))

    def _fold(self, key: tuple[str, str], way: Way, event: Foldable) -> None:
        with self._lock:
            kept = self._runs.get(key)
            if kept is None:
                if len(self._runs) >= _MAX_OPEN_RUNS:
                    self._runs.clear()
                kept = self._runs[key] = self._append(way, key[0], kind_of(key[0]))
                kept.run = Run()
            if kept.run is not None:
                kept.run.add(event)
                self._resize(kept, kept.run.chars)
            kept.until_ms = self._now_ms()
            self._version += 1
            kept.version = self._version

    def _append(self, way: Way, type_: str, kind: str) -> _Kept:
        self._count += 1
        self._version += 1
        kept = _Kept(self._count, self._now_ms(), way, type_, kind)
        kept.version = self._version
        self._kept.append(kept)
        return kept

    def _resize(self, kept: _Kept, chars: int) -> None:
        self._chars += chars - kept.chars
        kept.chars = chars
        while len(self._kept) > MAX_ENTRIES or (self._chars > MAX_KEPT_CHARS and len(self._kept) > 1):
            gone = self._kept.popleft()
            self._chars -= gone.chars
            gone.chars = 0
            if gone.run is not None:
                self._runs = {key: run for key, run in self._runs.items() if run is not gone}
