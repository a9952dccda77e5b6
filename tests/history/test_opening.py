"""Opening the database: its tables, and every way in which it can be wrong."""

import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from tests.history.samples import ME, keep
from voice.history import database
from voice.history.database_url import FILE_NAME
from voice.history.records import HistoryProblem, SessionRecord
from voice.history.store import Store
from voice.history.tables import metadata


def problem_with(store: Store) -> HistoryProblem:
    """Why it can't be opened, which every use of it must tell as well."""
    with pytest.raises(HistoryProblem) as opening:
        store.open()
    with pytest.raises(HistoryProblem) as using:
        store.list_calls(ME)
    assert using.value.sentence == opening.value.sentence
    assert opening.value.next_step
    return opening.value


def test_the_migrations_make_the_tables_that_the_statements_expect(store: Store) -> None:
    with store._connection() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    # What the databases keep for searching is not in the metadata.
    ours = [change for change in differences if not re.search("call_words|calls_by_words", str(change))]
    assert ours == []


def test_a_database_of_the_first_version_keeps_its_calls_with_the_session_that_it_knew(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", lambda config, _head: upgrade(config, "0001"))
    first = Store(database, tmp_path)
    first.open()
    with first._connection(writes=True) as connection:
        for number, session_id in enumerate(("sess_1", ""), 1):
            connection.execute(
                text(
                    "INSERT INTO calls VALUES (:number, :id, :owner, 7.5, 9.0, 'hung_up', '', NULL, '', '',"
                    " '', 'assemblyai', :session, NULL, NULL, 0, 0, false, '{}', '', 'hello', '', 7.5)"
                ),
                {"number": number, "id": f"call-000{number}", "owner": ME, "session": session_id},
            )
    first.close()
    monkeypatch.undo()
    now = Store(database, tmp_path)
    now.open()
    known, unknown = (now.full_call(ME, f"call-000{number}") for number in (1, 2))
    assert known is not None
    assert unknown is not None
    assert known.sessions == (SessionRecord(number=1, id="sess_1", began_at=7.5),)
    assert (known.call.agent_url, known.call.imported, unknown.sessions) == ("", False, ())
    assert now.list_calls(ME, "hello").total == 2
    now.close()


def test_opening_again_keeps_what_is_there(database: str, store: Store, tmp_path: Path) -> None:
    keep(store, None, "Hello.")
    again = Store(database, tmp_path)
    again.open()
    assert again.list_calls(ME, "hello").total == 1
    again.close()


def test_a_database_of_a_newer_parley_is_left_as_it_is(database: str, store: Store, tmp_path: Path) -> None:
    with store._connection(writes=True) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    again = Store(database, tmp_path)
    assert "newer version" in problem_with(again).sentence
    with store._connection() as connection:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    assert version == "9999"


def test_sqlite_has_a_write_ahead_log_and_keeps_references(tmp_path: Path) -> None:
    store = Store("", tmp_path)
    store.open()
    with store._connection() as connection:
        asked = ("journal_mode", "foreign_keys", "secure_delete")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in asked]
    assert found == ["wal", 1, 1]
    store.close()


@pytest.mark.parametrize("damage", ["no database", "torn"])
def test_a_damaged_file_is_named_and_left_alone(damage: str, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    if damage == "torn":
        store = Store("", tmp_path)
        store.open()
        keep(store, None, *["Hello there."] * 200)
        store.close()
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] + b"\xff" * (len(whole) // 2))
    else:
        path.write_bytes(b"This is a letter and no database. " * 100)
    before = path.read_bytes()
    assert "damaged" in problem_with(Store("", tmp_path)).sentence
    assert path.read_bytes() == before


def test_a_file_that_can_only_be_read_is_named(tmp_path: Path) -> None:
    store = Store("", tmp_path)
    store.open()
    store.close()
    read_only = Store(f"sqlite:///file:{tmp_path / FILE_NAME}?mode=ro&uri=true", tmp_path)
    assert "only be read" in problem_with(read_only).sentence


def test_a_file_that_was_deleted_while_it_is_open_is_made_again(tmp_path: Path) -> None:
    store = Store("", tmp_path / "data")
    store.open()
    keep(store)
    store.open()
    assert store.replaced == 0
    shutil.rmtree(tmp_path / "data")
    store.open()
    assert (store.replaced, store.count()) == (1, 0)
    keep(store)
    store.close()
    again = Store("", tmp_path / "data")
    again.open()
    assert again.count() == 1
    again.close()


def test_a_copy_that_is_put_in_place_of_the_open_file_is_used_from_then_on(tmp_path: Path) -> None:
    copied, store = Store("", tmp_path / "copied"), Store("", tmp_path / "data")
    for each in (copied, store):
        each.open()
    keep(copied)
    copied.close()
    (tmp_path / "copied" / FILE_NAME).replace(tmp_path / "data" / FILE_NAME)
    store.open()
    assert (store.replaced, store.count()) == (1, 1)
    store.close()


def test_a_locked_file_is_named_and_can_be_opened_once_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_MS", 50)
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store = Store("", tmp_path)
    assert "locked" in problem_with(store).sentence
    other.execute("ROLLBACK")
    other.close()
    store.open()
    assert store.count() == 0
    store.close()


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "can't be used: Not a directory" in problem_with(Store("", tmp_path / "file" / "data")).sentence


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    store = Store(f"postgresql://me:canary@/calls?host={tmp_path}", tmp_path)
    found = problem_with(store)
    assert "can't be reached" in found.sentence
    assert "canary" not in f"{found.sentence} {found.next_step} {store.place}"


def test_a_database_elsewhere_needs_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Store(f"sqlite:///{tmp_path / 'calls.sqlite'}", tmp_path / "file" / "data")
    store.open()
    keep(store)
    assert store.list_calls(ME).total == 1
    store.close()
