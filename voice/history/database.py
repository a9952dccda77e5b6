"""Opens the database and brings its tables up to date. Knows what SQLite and PostgreSQL want differently."""

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError

from voice.history.problems import newer

# A connection that writes says so in its options: SQLite must know when the transaction begins.
WRITES = "writes"
# Another process may be writing; a transaction of ours takes milliseconds.
_BUSY_TIMEOUT_MS = 5_000
_CONNECT_TIMEOUT_S = 5
_MIGRATIONS = Path(__file__).with_name("migrations")
# Any number, the same in every Parley: two that start at once must not both make the tables.
_LOCK = 7_265_539


def make_engine(url: URL) -> Engine:
    """An engine for use from many threads. Its errors don't quote what was said in calls."""
    if not url.drivername.startswith("sqlite"):
        wait = url.query.get("connect_timeout", str(_CONNECT_TIMEOUT_S))
        timed = url.update_query_dict({"connect_timeout": wait})
        return create_engine(timed, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def migrate(engine: Engine, place: str) -> None:
    """Check the database and bring it up to date, all or nothing.

    Raises `HistoryProblem` for tables of a newer Parley, and SQLAlchemy's errors.
    """
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            _look_through(connection)
        wait_for_others(connection)
        script = ScriptDirectory(str(_MIGRATIONS))
        current = MigrationContext.configure(connection).get_current_revision()
        if current == script.get_current_head():
            # That it can be read is not enough.
            check_writable(connection)
            return
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise newer(place) from error


def wait_for_others(connection: Connection) -> None:
    """Let no other transaction that calls this run beside this one. SQLite's writers never do."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def check_writable(connection: Connection) -> None:
    """Write something that changes nothing. Raises SQLAlchemy's errors."""
    connection.execute(text("UPDATE alembic_version SET version_num = version_num"))


def _look_through(connection: Connection) -> None:
    found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    if found != "ok":
        raise DatabaseError("quick_check", None, sqlite3.DatabaseError("malformed"))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # SQLAlchemy's own beginning of transactions is replaced by `_begin_sqlite`.
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    # A file that can only be read, or is none of ours, refuses this: the next statement tells that better.
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error:
        return


def _begin_sqlite(connection: Connection) -> None:
    # One that began by reading could not go on to write if another has written meanwhile.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
