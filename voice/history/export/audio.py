"""A recording as a file to take along: Ogg as it is, or WAV. Reads the recording, writes where it is told."""

import shutil
import tempfile
import wave
from pathlib import Path
from typing import BinaryIO

from voice.history.records import HistoryProblem
from voice.history.sound import read_sound

# Both speakers come at this rate; more would only take room. A minute takes 5.8 MB.
WAV_RATE_HZ = 24_000
_SAMPLE_BYTES = 2


def write_ogg(recording: Path, out: BinaryIO) -> None:
    """Raises `HistoryProblem` when the recording is missing."""
    try:
        with recording.open("rb") as file:
            shutil.copyfileobj(file, out)
    except FileNotFoundError:
        raise HistoryProblem("The recording of this call is not there.") from None


def write_wav(recording: Path, out: BinaryIO) -> None:
    """Stereo, 16 bits; never more than a second in memory. Raises `HistoryProblem`."""
    # The length stands at the beginning, and `out` may not be able to go back there.
    with tempfile.TemporaryFile() as scratch:
        with wave.open(scratch, "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(_SAMPLE_BYTES)
            file.setframerate(WAV_RATE_HZ)
            for piece in read_sound(recording, WAV_RATE_HZ):
                file.writeframesraw(piece.T.astype("<i2").tobytes())
        scratch.seek(0)
        shutil.copyfileobj(scratch, out)
