"""A recording as the recorder writes them."""

from pathlib import Path

import numpy as np

from voice.audio.ogg_opus import OggOpusWriter

RATE_HZ = 48_000


def write_recording(path: Path) -> Path:
    """Two seconds: the person in the first, the agent in the second."""
    tone = (np.sin(np.arange(RATE_HZ) / 20) * 12_000).astype(np.int16)
    silence = np.zeros(RATE_HZ, np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb", buffering=0) as file:
        writer = OggOpusWriter(file)
        writer.write(np.concatenate((tone, silence)), np.concatenate((silence, tone)))
        writer.close()
    return path
