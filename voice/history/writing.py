"""Writes what calls hand over, and what people change afterwards. Statements only: it begins no transaction.

A call that is not there any more is passed over in silence: somebody has deleted it.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from voice.history.entries import (
    Begun,
    Changed,
    Ended,
    Entry,
    Figures,
    Logged,
    Marked,
    SessionBegan,
    TurnGone,
    TurnPut,
)
from voice.history.records import CallRecord, EventRecord, FullCall, SessionRecord, TurnRecord
from voice.history.tables import calls, changes, clean, events, marks, sessions, turns
from voice.history.words import index_of
from voice.protocol.stored_sessions import Timeline

# Not columns: who writes knows the call, and whether there is a recording is seen from its file.
_NO_CALL_COLUMNS = ("has_recording",)
_NO_TURN_COLUMNS = ("call_id",)


def number_of(connection: Connection, call_id: str) -> int | None:
    """The number under which the tables know a call."""
    return connection.execute(select(calls.c.number).where(calls.c.id == call_id)).scalar_one_or_none()


def write(connection: Connection, call_id: str, entries: Sequence[Entry], writer: str, now: float) -> None:
    """Write one call's entries. `writer` names the process, `now` is in epoch seconds of the call's clock."""
    for entry in entries:
        if isinstance(entry, Begun) and number_of(connection, call_id) is None:
            _insert_call(connection, entry.call, writer, now)
    number = number_of(connection, call_id)
    if number is not None:
        for entry in entries:
            _write_one(connection, number, entry)
        _update(connection, number, {"seen_at": now})


def write_whole(connection: Connection, full: FullCall) -> None:
    """Write a call that is over, as it is."""
    number = _insert_call(connection, full.call, writer="", now=full.call.started_at)
    if full.turns:
        rows = [_turn_values(number, slot, turn) for slot, turn in enumerate(full.turns, 1)]
        connection.execute(insert(turns), rows)
    for count, change in enumerate(full.changes, 1):
        _write_one(connection, number, Changed(count, change))
    for count, mark in enumerate(full.marks, 1):
        _write_one(connection, number, Marked(count, mark))
    for session in full.sessions:
        _put(connection, sessions, _session_values(number, session))
    _write_one(connection, number, Logged(full.events))
    index_words(connection, number)


def index_words(connection: Connection, number: int) -> None:
    """Have the call found by its title, its note and all that was said in it."""
    title, note = connection.execute(
        select(calls.c.title, calls.c.note).where(calls.c.number == number)
    ).one()
    said = connection.execute(
        select(turns.c.text, turns.c.tool).where(turns.c.call_number == number).order_by(turns.c.number)
    )
    texts = [title, note, *(searched_text(text, tool) for text, tool in said)]
    connection.execute(update(calls).where(calls.c.number == number).values(words=index_of(texts)))


def searched_text(text: str, tool: dict[str, Any] | None) -> str:
    """The words that a turn is found by: what was said and heard, or what a tool got and gave."""
    return text if tool is None else " ".join(str(tool.get(part, "")) for part in ("arguments", "result"))


def unpacked_events(packed: bytes) -> tuple[EventRecord, ...]:
    """What `Logged` has written."""
    return msgspec.json.decode(zlib.decompress(packed), type=tuple[EventRecord, ...])


def unpacked_timeline(packed: bytes | None) -> Timeline | None:
    """What `bring_in` has written."""
    return None if packed is None else msgspec.json.decode(zlib.decompress(packed), type=Timeline)


def bring_in(connection: Connection, call_number: int, session: SessionRecord) -> bool:
    """Keep what the service has of a session; False if the call has no such session."""
    values = {"brought_at": session.brought_at, "timeline": _packed_timeline(session.timeline)}
    this = (sessions.c.call_number == call_number, sessions.c.number == session.number)
    return connection.execute(update(sessions).where(*this).values(values)).rowcount > 0


def cut_short(connection: Connection, numbers: Sequence[int]) -> None:
    """End calls whose process is gone: they lasted at least until it was last seen, or a turn was kept."""
    for number in numbers:
        last = select(func.max(func.coalesce(turns.c.ended_at, turns.c.started_at)))
        said_at = connection.execute(last.where(turns.c.call_number == number)).scalar_one()
        known = select(calls.c.started_at, calls.c.seen_at).where(calls.c.number == number)
        times = [*connection.execute(known).one(), said_at or 0.0]
        ended = {"how_ended": "cut_short", "ended_at": max(times)}
        connection.execute(update(calls).where(calls.c.number == number).values(ended))
        index_words(connection, number)


def _insert_call(connection: Connection, call: CallRecord, writer: str, now: float) -> int:
    values = msgspec.structs.asdict(call)
    for name in _NO_CALL_COLUMNS:
        del values[name]
    values |= {"words": "", "writer": writer, "seen_at": now}
    connection.execute(insert(calls).values(values))
    number = number_of(connection, call.id)
    assert number is not None  # noqa: S101 - it was inserted by the statement before
    return number


def _write_one(connection: Connection, number: int, entry: Entry) -> None:
    match entry:
        case Begun():
            pass
        case TurnPut(slot, turn):
            _put(connection, turns, _turn_values(number, slot, turn))
        case TurnGone(slot):
            connection.execute(delete(turns).where(turns.c.call_number == number, turns.c.slot == slot))
        case Changed(count, change):
            values = {"number": count, "at": change.at, "fields": change.fields}
            _put(connection, changes, {"call_number": number, **values})
        case Marked(count, mark):
            _put(connection, marks, {"call_number": number, "number": count, **msgspec.structs.asdict(mark)})
        case SessionBegan(count, id_, at):
            _put(connection, sessions, {"call_number": number, "number": count, "id": id_, "began_at": at})
        case Figures():
            _update(connection, number, msgspec.structs.asdict(entry))
        case Ended(at, how, failure):
            _update(connection, number, {"ended_at": at, "how_ended": how, "failure": failure})
            index_words(connection, number)
        case Logged(logged):
            _put(connection, events, {"call_number": number, "packed": _packed(logged)})


def _update(connection: Connection, number: int, values: dict[str, Any]) -> None:
    connection.execute(update(calls).where(calls.c.number == number).values(values))


def _put(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    """Insert a row, or replace the one with the same key."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    keys = [column.name for column in table.primary_key]
    statement = dialect.insert(table).values(values)
    changed = {name: statement.excluded[name] for name in values if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def _turn_values(number: int, slot: int, turn: TurnRecord) -> dict[str, Any]:
    values = msgspec.structs.asdict(turn)
    for name in _NO_TURN_COLUMNS:
        del values[name]
    return {"call_number": number, "slot": slot, **values}


def _session_values(call_number: int, session: SessionRecord) -> dict[str, Any]:
    return {
        "call_number": call_number,
        "number": session.number,
        "id": session.id,
        "began_at": session.began_at,
        "brought_at": session.brought_at,
        "timeline": _packed_timeline(session.timeline),
    }


def _packed_timeline(timeline: Timeline | None) -> bytes | None:
    return None if timeline is None else zlib.compress(msgspec.json.encode(timeline))


def _packed(logged: Sequence[EventRecord]) -> bytes:
    cleaned = [
        EventRecord(event.at, event.direction, clean(event.type), clean(event.text)) for event in logged
    ]
    return zlib.compress(msgspec.json.encode(cleaned))
