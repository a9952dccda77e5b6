"""A store, and a service that keeps the sessions of its calls."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.support.fake_service import KEY, FakeService
from tests.support.recorded import write_recording
from voice.history.store import Store
from voice.service import waiting
from voice.service.desk import ServiceDesk
from voice.service.reach import Reach
from voice.settings import Settings


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store("", tmp_path / "data")
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def service(tmp_path: Path) -> FakeService:
    return FakeService(write_recording(tmp_path / "theirs.ogg").read_bytes())


@pytest.fixture
def reach(service: FakeService) -> Reach:
    return Reach(Settings(assemblyai_api_key=SecretStr(KEY)), service.find, service.transport)


@pytest.fixture
def desk(store: Store, reach: Reach) -> Iterator[ServiceDesk]:
    opened = ServiceDesk(store, reach)
    yield opened
    opened.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits for files end as soon as they begin."""
    monkeypatch.setattr(waiting, "PATIENCE_S", 0.05)
    monkeypatch.setattr(waiting, "OTHER_FILE_S", 0.05)
    monkeypatch.setattr(waiting, "FIRST_PAUSE_S", 0.01)
