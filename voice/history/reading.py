"""Reads calls: one with all that is kept of it, or a page of a list. Statements only.

Every one of them names the owner: there is no way here to read another person's call.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from voice.history.records import (
    CallRecord,
    Choices,
    ConfigChange,
    Filters,
    FoundCall,
    FullCall,
    Mark,
    Order,
    SessionRecord,
    TurnRecord,
)
from voice.history.tables import calls, changes, events, marks, sessions, turns
from voice.history.words import Pieces, hits, snippet
from voice.history.writing import searched_text, unpacked_events, unpacked_timeline

_CALL_COLUMNS = tuple(calls.c[name] for name in CallRecord.__struct_fields__ if name != "has_recording")
_TURN_COLUMNS = tuple(turns.c[name] for name in TurnRecord.__struct_fields__ if name != "call_id")
_LENGTH = calls.c.ended_at - calls.c.started_at
_ORDERS: dict[Order, ColumnElement[Any]] = {
    "newest": calls.c.started_at.desc(),
    "oldest": calls.c.started_at.asc(),
    "longest": _LENGTH.desc().nulls_last(),
    "most_turns": calls.c.turn_count.desc(),
    "slowest": calls.c.median_latency_ms.desc().nulls_last(),
    "most_interrupted": calls.c.interruptions.desc(),
    "dearest": calls.c.cost_usd.desc().nulls_last(),
    "best": calls.c.rating.desc().nulls_last(),
}

HasRecording = Callable[[str], bool]


def full_call(
    connection: Connection, owner: str, call_id: str, has_recording: HasRecording
) -> FullCall | None:
    """The call, or None if this owner has none of that id."""
    columns = select(calls.c.number, *_CALL_COLUMNS)
    row = connection.execute(columns.where(calls.c.owner == owner, calls.c.id == call_id)).one_or_none()
    if row is None:
        return None
    number = row.number
    log = connection.execute(select(events.c.packed).where(events.c.call_number == number)).scalar()
    return FullCall(
        call=_call(row, has_recording),
        turns=tuple(
            TurnRecord(call_id=call_id, **turn._mapping)  # noqa: SLF001 - the public way to a row's mapping
            for turn in connection.execute(_rows_of(turns, number, _TURN_COLUMNS))
        ),
        changes=tuple(
            ConfigChange(*row)
            for row in connection.execute(_rows_of(changes, number, (changes.c.at, changes.c.fields)))
        ),
        events=() if log is None else unpacked_events(log),
        marks=tuple(
            Mark(*row)
            for row in connection.execute(_rows_of(marks, number, (marks.c.at, marks.c.kind, marks.c.text)))
        ),
        sessions=tuple(
            SessionRecord(
                number=row.number,
                id=row.id,
                began_at=row.began_at,
                brought_at=row.brought_at,
                timeline=unpacked_timeline(row.timeline),
            )
            for row in connection.execute(_rows_of(sessions, number, (sessions,)))
        ),
    )


def calls_with_sessions(
    connection: Connection, owner: str, ids: Sequence[str] | None, has_recording: HasRecording
) -> list[FullCall]:
    """The owner's calls that are over, all or those of `ids`, with nothing but their sessions' ids."""
    wanted = [calls.c.owner == owner, calls.c.how_ended != "running"]
    if ids is not None:
        wanted.append(calls.c.id.in_(ids))
    had: dict[int, list[SessionRecord]] = {}
    columns = (sessions.c.call_number, sessions.c.number, sessions.c.id, sessions.c.began_at)
    rows = select(*columns).join(calls, calls.c.number == sessions.c.call_number).where(*wanted)
    for of_call, number, id_, began_at in connection.execute(rows.order_by(sessions.c.number)):
        had.setdefault(of_call, []).append(SessionRecord(number=number, id=id_, began_at=began_at))
    found = connection.execute(select(calls.c.number, *_CALL_COLUMNS).where(*wanted))
    return [FullCall(_call(row, has_recording), sessions=tuple(had.get(row.number, ()))) for row in found]


def matching(owner: str, filters: Filters) -> list[ColumnElement[bool]]:
    """What a row of `calls` must be to be listed."""
    conditions = [calls.c.owner == owner]
    lists: tuple[tuple[Any, Sequence[str]], ...] = (
        (calls.c.how_ended, filters.how_ended),
        (calls.c.voice, filters.voices),
        (calls.c.persona, filters.personas),
        (calls.c.agent, filters.agents),
    )
    conditions += [column.in_(values) for column, values in lists if values]
    if filters.since is not None:
        conditions.append(calls.c.started_at >= filters.since)
    if filters.until is not None:
        conditions.append(calls.c.started_at < filters.until)
    return conditions


def with_words(connection: Connection, wanted: Sequence[str], *, every: bool) -> ColumnElement[bool]:
    """Calls with every one of the words, or with any. The words are letters and digits only."""
    if connection.dialect.name == "sqlite":
        query = (" AND " if every else " OR ").join(f'"{word}"*' for word in wanted)
        rows = sql("SELECT rowid FROM call_words WHERE call_words MATCH :query").bindparams(query=query)
        return calls.c.number.in_(rows.columns(calls.c.number))
    query = (" & " if every else " | ").join(f"'{word}':*" for word in wanted)
    index: ColumnElement[Any] = literal_column("calls.call_words", TSVECTOR)
    return index.op("@@", is_comparison=True)(cast(literal(query, Text), TSQUERY))


def page_of_calls(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    order: Order,
    bounds: tuple[int, int],
    has_recording: HasRecording,
) -> tuple[list[CallRecord], int]:
    """The calls from `bounds[0]` on, at most `bounds[1]`, and how many there are in all."""
    total = connection.execute(select(func.count()).select_from(calls).where(*conditions)).scalar_one()
    offset, limit = bounds
    rows = select(*_CALL_COLUMNS).where(*conditions).order_by(_ORDERS[order], calls.c.number.desc())
    found = connection.execute(rows.offset(offset).limit(limit))
    return [_call(row, has_recording) for row in found], total


def snippets(connection: Connection, found: Sequence[CallRecord], wanted: Sequence[str]) -> list[FoundCall]:
    """Each call with the passage that has the most of the words."""
    texts: dict[str, list[str]] = {call.id: [call.title, call.note] for call in found}
    said = select(calls.c.id, turns.c.text, turns.c.tool).join(turns, turns.c.call_number == calls.c.number)
    for call_id, text, tool in connection.execute(
        said.where(calls.c.id.in_(texts)).order_by(turns.c.call_number, turns.c.number)
    ):
        texts[call_id].append(searched_text(text, tool))
    return [FoundCall(call, _best(texts[call.id], wanted)) for call in found]


def choices(connection: Connection, owner: str) -> Choices:
    """The different voices and personas."""

    def different(column: Any) -> tuple[str, ...]:
        rows = connection.execute(select(column).distinct().where(calls.c.owner == owner, column != ""))
        return tuple(sorted(rows.scalars(), key=str.casefold))

    return Choices(different(calls.c.voice), different(calls.c.persona))


def _rows_of(table: Any, number: int, columns: Sequence[Any]) -> Select[Any]:
    return select(*columns).where(table.c.call_number == number).order_by(table.c.number)


def _call(row: Row[Any], has_recording: HasRecording) -> CallRecord:
    fields = {name: value for name, value in row._mapping.items() if name != "number"}  # noqa: SLF001 - public
    if fields["ended_at"] is not None:
        # Calls kept by earlier versions may have ended before they began: the clock was set back meanwhile.
        fields["ended_at"] = max(fields["started_at"], fields["ended_at"])
    return CallRecord(**fields, has_recording=has_recording(fields["id"]))


def _best(texts: Sequence[str], wanted: Sequence[str]) -> Pieces:
    best, most = "", 0
    for text in texts:
        count = hits(text, wanted)
        if count > most:
            best, most = text, count
        if count == len(wanted):
            break
    return snippet(best, wanted)
