"""A recording to take along."""

from pathlib import Path

import pytest

from tests.support.recorded import write_recording


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Two seconds: the person in the first, the agent in the second."""
    return write_recording(tmp_path / "recorded.ogg")
