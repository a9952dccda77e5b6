"""What there is to keep of a session's step: pure, but for what it remembers of the call it follows.

Owns which turns, changes and marks were handed over already, and in which form. Knows no clock, no database.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from voice.conversation.cost import cost_usd
from voice.conversation.latency import ReplyLatency, summary_of
from voice.conversation.transcript import Transcript, Turn
from voice.history.entries import (
    Begun,
    Changed,
    Ended,
    Entry,
    Figures,
    Marked,
    SessionBegan,
    TurnGone,
    TurnPut,
)
from voice.history.records import CallRecord, ConfigChange, HowEnded, Mark, MarkKind, TurnRecord
from voice.protocol import inputs
from voice.protocol.config import fields_of
from voice.protocol.session_state import Phase, Session

# Beyond these the later ones are not kept.
MAX_CHANGES = 1_000
MAX_MARKS = 1_000
MAX_SESSIONS = 100


class Redacts(Protocol):
    """Takes out what must not be kept."""

    def text(self, text: str) -> str:
        """A text without secrets."""
        ...

    def value(self, value: Any) -> Any:
        """A JSON value without secrets."""
        ...


class _Seen(msgspec.Struct):
    """A turn in the form in which it was handed over."""

    turn: Turn
    latency: ReplyLatency | None
    record: TurnRecord


class Follower:
    """Follows one call from its beginning. `call` is what is known of it before it begins."""

    def __init__(self, call: CallRecord, session: Session, redactor: Redacts) -> None:
        self._redactor = redactor
        self._config = fields_of(session.config.wanted)
        config = redactor.value(self._config)
        voice = str(self._config.get("output.voice", ""))
        self._call = replace(call, config=config, sample=session.sample, voice=voice)
        self._how_ended: HowEnded = "hung_up"
        self._transcript = Transcript()
        self._seen: dict[int, _Seen] = {}
        self._gone: set[int] = set()
        # The turns when they were last looked through.
        self._placed: tuple[Turn, ...] = ()
        self._latencies: dict[str, ReplyLatency] = {}
        self._changes: list[ConfigChange] = []
        self._marks: list[Mark] = []
        self._sessions: list[SessionBegan] = []

    def begin(self) -> list[Entry]:
        """The first entry."""
        return [Begun(self._call)]

    def step(self, before: Session, after: Session, happened: inputs.AnyInput, now: float) -> list[Entry]:
        """What the step from one state to the next brings; mostly nothing."""
        self._note_end(before, after, happened)
        changes, marks, sessions = len(self._changes), len(self._marks), len(self._sessions)
        self._note_changes(before, after, now)
        self._note_marks(before, after, now)
        self._note_session(after, now)
        entries: list[Entry] = list(self._turns(after))
        entries += self._numbered(changes, marks)
        entries += self._sessions[sessions:]
        # They change with something else, or grow all the time like the cost: not for that alone.
        if entries or after.session_id != before.session_id:
            entries.append(self._figures_of(after, now))
        return entries

    def end(self, session: Session, now: float) -> list[Entry]:
        """The last entries: what is still to be settled, and how the call ended."""
        ended_at = now if session.ended_at is None else session.ended_at
        failure = session.failure
        how: HowEnded = "failed" if failure else self._how_ended
        sentence = self._redactor.text(failure.sentence) if failure else ""
        settled = self._turns(session, all_=True)
        return [*settled, self._figures_of(session, now), Ended(ended_at, how, sentence)]

    def whole(self, session: Session, now: float) -> list[Entry]:
        """Everything there is to keep so far, for when some of it was not taken."""
        self._gone.update(self._seen)
        self._seen.clear()
        turns = self._turns(session, all_=True)
        gone = map(TurnGone, sorted(self._gone))
        others = (*self._numbered(0, 0), *self._sessions)
        return [*self.begin(), *gone, *turns, *others, self._figures_of(session, now)]

    def _numbered(self, changes: int, marks: int) -> Iterator[Entry]:
        for number, change in enumerate(self._changes[changes:], changes + 1):
            yield Changed(number, change)
        for number, mark in enumerate(self._marks[marks:], marks + 1):
            yield Marked(number, mark)

    def _note_end(self, before: Session, after: Session, happened: inputs.AnyInput) -> None:
        over = (Phase.ENDING, Phase.ENDED)
        if before.phase in over or after.phase not in over:
            return
        if isinstance(happened, inputs.Tick) and before.closing is not None:
            self._how_ended = before.closing.reason
        elif isinstance(happened, inputs.Received):
            self._how_ended = "agent_ended"

    def _note_changes(self, before: Session, after: Session, now: float) -> None:
        if before.config.applied is after.config.applied or len(self._changes) >= MAX_CHANGES:
            return
        applied = fields_of(after.config.applied)
        changed = {name: value for name, value in applied.items() if self._config.get(name) != value}
        if changed:
            self._config |= changed
            self._changes.append(ConfigChange(now, self._redactor.value(changed)))

    def _note_marks(self, before: Session, after: Session, now: float) -> None:
        if before.notices is not after.notices:
            known = {notice.id for notice in before.notices}
            for notice in after.notices:
                if notice.id not in known:
                    kind: MarkKind = "error" if notice.code else "notice"
                    self._mark(now, kind, f"{notice.sentence} {notice.next_step}")
        if after.failure is not None and before.failure is None:
            self._mark(now, "error", f"{after.failure.sentence} {after.failure.next_step}")
        if after.loss is not None and before.loss is None:
            self._mark(now, "reconnect", "The connection to the agent was lost.")
        if before.loss is not None and after.loss is None and after.phase is Phase.LIVE:
            self._mark(now, "reconnect", f"Connected again after {now - before.loss.at:.1f} s.")
        if after.counters.interruptions > before.counters.interruptions:
            self._mark(now, "interruption", "")

    def _note_session(self, after: Session, now: float) -> None:
        # One that is resumed keeps its id.
        known = {session.id for session in self._sessions}
        if after.session_id and after.session_id not in known and len(known) < MAX_SESSIONS:
            self._sessions.append(SessionBegan(len(known) + 1, after.session_id, now))

    def _mark(self, at: float, kind: MarkKind, text: str) -> None:
        if len(self._marks) < MAX_MARKS:
            self._marks.append(Mark(at, kind, self._redactor.text(text).strip()))

    def _turns(self, session: Session, *, all_: bool = False) -> Iterator[Entry]:
        heard = session.latencies.turns[-1] if session.latencies.turns else None
        answered = heard.turn_id if heard and self._latencies.get(heard.turn_id) is not heard else ""
        if heard is not None:
            self._latencies[heard.turn_id] = heard
        before, self._transcript = self._transcript, session.transcript
        if all_ or answered or _is_settled_change(before, self._transcript):
            yield from self._settled(0 if all_ else None, answered)

    def _settled(self, start: int | None, answered: str) -> Iterator[Entry]:
        """The turns from `start` on: by default from the first that has changed, or was `answered`.

        A long call has hundreds that have not.
        """
        before, now = self._placed, self._transcript.turns
        self._placed = now
        if start is None:
            start = _first_change(before, now, answered)
        there = set()
        for number, turn in enumerate(now[start:], start + 1):
            if turn.settled:
                slot = _slot_of(turn)
                there.add(slot)
                yield from self._put(slot, number, turn)
        for slot in map(_slot_of, before[start:]):
            if slot not in there and self._seen.pop(slot, None) is not None:
                self._gone.add(slot)
                yield TurnGone(slot)

    def _put(self, slot: int, number: int, turn: Turn) -> Iterator[Entry]:
        seen = self._seen.get(slot)
        latency = self._latencies.get(turn.id)
        is_same = seen is not None and seen.turn is turn and seen.latency is latency
        if is_same and seen is not None and seen.record.number == number:
            return
        record = self._record_of(number, turn, latency)
        if seen is None or seen.record != record:
            yield TurnPut(slot, record)
        self._seen[slot] = _Seen(turn, latency, record)

    def _record_of(self, number: int, turn: Turn, latency: ReplyLatency | None) -> TurnRecord:
        return TurnRecord(
            call_id=self._call.id,
            number=number,
            speaker=turn.speaker,
            text=self._redactor.text(turn.text),
            rest=self._redactor.text(turn.rest),
            started_at=turn.started_at,
            ended_at=turn.ended_at,
            interrupted=turn.interrupted,
            typed=turn.typed,
            latency=None if latency is None else msgspec.to_builtins(latency),
            tool=None if turn.tool is None else self._redactor.value(msgspec.to_builtins(turn.tool)),
        )

    def _figures_of(self, session: Session, now: float) -> Figures:
        until = now if session.ended_at is None else session.ended_at
        billed_from = session.billed_from
        return Figures(
            voice=str(self._config.get("output.voice", "")),
            session_id=self._sessions[-1].id if self._sessions else "",
            cost_usd=None if billed_from is None else cost_usd(until - billed_from, session.usd_per_hour),
            median_latency_ms=summary_of(session.latencies.turns).p50_ms,
            interruptions=session.counters.interruptions,
            turn_count=sum(seen.record.speaker != "tool" for seen in self._seen.values()),
        )


def _is_settled_change(before: Transcript, after: Transcript) -> bool:
    """Whether a turn was settled, or one that was settled has changed: words that still come don't count."""
    if before is after:
        return False
    if len(before.slots) > len(after.slots):
        return True
    pairs = zip(before.slots, after.slots, strict=False)
    changed = any(new is not old and (new.settled or old.settled) for old, new in pairs)
    return changed or any(turn.settled for turn in after.slots[len(before.slots) :])


def _first_change(before: Sequence[Turn], now: Sequence[Turn], answered: str) -> int:
    for index, (old, new) in enumerate(zip(before, now, strict=False)):
        if old is not new or new.id == answered:
            return index
    return min(len(before), len(now))


def _slot_of(turn: Turn) -> int:
    """The number that the transcript gave the turn, which stays when turns change places."""
    return int(turn.id.rpartition("-")[2])
