"""The data folder: room, the right to write, and a database that works there."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.history.samples import keep
from voice.checks.finding import State
from voice.checks.storage import check_database, check_disk
from voice.history.database_url import FILE_NAME
from voice.history.store import Store


def test_a_folder_with_room_is_fine_and_stays_empty(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert str(folder) in check_disk(folder).measured
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("free", "state"), [(5 * 10**9, State.FINE), (5 * 10**8, State.ATTENTION), (10**6, State.FAILED)]
)
def test_room_is_judged(free: int, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free))
    found = check_disk(tmp_path)
    assert found.state is state
    assert bool(found.cure) is (state is not State.FINE)


def test_a_folder_nobody_can_write_in_names_its_setting(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    found = check_disk(blocked)
    assert found.state is State.FAILED
    assert "VOICE_DATA_DIR" in found.cure


def test_the_database_of_calls_tells_what_is_in_it(tmp_path: Path) -> None:
    store = Store("", tmp_path)
    keep(store_opened(store))
    found = check_database(store)
    assert found.state is State.FINE
    assert str(tmp_path) in found.measured
    assert "1 call is kept" in found.measured
    store.close()


def test_a_database_that_does_not_open_needs_attention_and_can_be_cured(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text("This is no database. " * 100)
    store = Store("", tmp_path)
    found = check_database(store)
    assert found.state is State.ATTENTION
    assert "Calls are not kept" in found.measured
    assert found.cure
    path.unlink()
    assert check_database(store).state is State.FINE
    store.close()


def store_opened(store: Store) -> Store:
    store.open()
    return store
