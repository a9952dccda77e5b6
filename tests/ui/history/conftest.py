"""A history, and a service that keeps the sessions of its calls."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.support.fake_service import KEY, FakeService
from tests.support.recorded import write_recording
from voice.history.store import Store
from voice.service.desk import ServiceDesk
from voice.service.reach import Reach
from voice.settings import Settings
from voice.ui import lifespan


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store("", tmp_path)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def service(tmp_path: Path) -> FakeService:
    return FakeService(write_recording(tmp_path / "theirs.ogg").read_bytes())


@pytest.fixture(autouse=True)
def desk(store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServiceDesk]:
    """What the server would have started, with AssemblyAI's agent in use."""
    settings = Settings(assemblyai_api_key=SecretStr(KEY))
    opened = ServiceDesk(store, Reach(settings, service.find, service.transport))
    monkeypatch.setattr(lifespan, "_desk", opened)
    yield opened
    opened.stop()
