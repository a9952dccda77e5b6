"""The data folder: room, the right to write, and a database that works there."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from voice.checks.finding import State
from voice.checks.storage import check_database, check_disk


def test_a_folder_with_room_is_fine_and_stays_empty(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert check_database(folder).state is State.FINE
    assert "write-ahead log and full-text search" in check_database(folder).measured
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
    for found in (check_disk(blocked), check_database(blocked)):
        assert found.state is State.FAILED
        assert "VOICE_DATA_DIR" in found.cure
