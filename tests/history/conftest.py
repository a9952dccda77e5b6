"""Stores over each kind of database, empty and open."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.postgres import Server, run_postgres
from voice.history.store import Store

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with run_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """What VOICE_DATABASE_URL would be."""
    if request.param == "sqlite":
        return ""
    server: Server = request.getfixturevalue("postgres")
    return server.fresh_database(f"test_{next(_numbers)}")


@pytest.fixture
def store(database: str, tmp_path: Path) -> Iterator[Store]:
    opened = Store(database, tmp_path)
    opened.open()
    yield opened
    opened.close()
