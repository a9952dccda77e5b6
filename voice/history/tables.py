"""The tables as the statements of this room see them; `migrations` makes them in a database.

A test compares the two. Every text that goes in is cleaned here of what a database can't hold.
"""

import json
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)


def clean(text: str) -> str:
    """`text` without NUL, which PostgreSQL refuses, and halves of characters, which nobody can write."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


class CleanText(TypeDecorator[str]):
    """Text of any origin."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean it on its way in."""
        return None if value is None else clean(value)


class Json(TypeDecorator[Any]):
    """A JSON value as text. None is no value."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write it; what nobody can write as text becomes a question mark."""
        return None if value is None else clean(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read it."""
        return None if value is None else json.loads(value)


metadata = MetaData()

calls = Table(
    "calls",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("owner", CleanText, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("how_ended", Text, nullable=False),
    Column("title", CleanText, nullable=False),
    Column("rating", Integer),
    Column("note", CleanText, nullable=False),
    Column("voice", CleanText, nullable=False),
    Column("persona", CleanText, nullable=False),
    Column("agent", Text, nullable=False),
    Column("agent_url", CleanText, nullable=False),
    Column("session_id", CleanText, nullable=False),
    Column("cost_usd", Double),
    Column("median_latency_ms", Integer),
    Column("interruptions", Integer, nullable=False),
    Column("turn_count", Integer, nullable=False),
    Column("sample", Boolean, nullable=False),
    Column("config", Json, nullable=False),
    Column("failure", CleanText, nullable=False),
    Column("imported", Boolean, nullable=False),
    # What is searched: see `words`. The database keeps an index of it by itself.
    Column("words", Text, nullable=False),
    # The process that writes the call while it runs, and when it last said that it does.
    Column("writer", Text, nullable=False),
    Column("seen_at", Double, nullable=False),
    Index("calls_of_owner", "owner", "started_at"),
    Index("calls_by_end", "how_ended"),
)


def _of_call() -> Column[int]:
    of_call = ForeignKey("calls.number", ondelete="CASCADE")
    return Column("call_number", Integer, of_call, primary_key=True, nullable=False)


turns = Table(
    "turns",
    metadata,
    _of_call(),
    # Which turn of the call it is, whatever its place in the call becomes.
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("speaker", Text, nullable=False),
    Column("text", CleanText, nullable=False),
    Column("rest", CleanText, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("interrupted", Boolean, nullable=False),
    Column("typed", Boolean, nullable=False),
    Column("latency", Json),
    Column("tool", Json),
    sqlite_with_rowid=False,
)

changes = Table(
    "changes",
    metadata,
    _of_call(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("fields", Json, nullable=False),
    sqlite_with_rowid=False,
)

marks = Table(
    "marks",
    metadata,
    _of_call(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", CleanText, nullable=False),
    sqlite_with_rowid=False,
)

sessions = Table(
    "sessions",
    metadata,
    _of_call(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", CleanText, nullable=False),
    Column("began_at", Double, nullable=False),
    Column("brought_at", Double),
    # The service's timeline, compressed.
    Column("timeline", LargeBinary),
)

# All events of a call in one compressed piece: they are only ever wanted together, and shrink to a tenth.
events = Table(
    "events",
    metadata,
    _of_call(),
    Column("packed", LargeBinary, nullable=False),
)
