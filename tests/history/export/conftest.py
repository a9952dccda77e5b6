"""A recording to take along."""

from pathlib import Path

import numpy as np
import pytest

from voice.audio.ogg_opus import OggOpusWriter

RATE_HZ = 48_000


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Two seconds: the person in the first, the agent in the second."""
    path = tmp_path / "recorded.ogg"
    tone = (np.sin(np.arange(RATE_HZ) / 20) * 12_000).astype(np.int16)
    silence = np.zeros(RATE_HZ, np.int16)
    with path.open("wb", buffering=0) as file:
        writer = OggOpusWriter(file)
        writer.write(np.concatenate((tone, silence)), np.concatenate((silence, tone)))
        writer.close()
    return path
