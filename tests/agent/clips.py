"""The recorded clips and what is said in them."""

import wave
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from voice.audio.resample import Resampler

DATA: Final = Path(__file__).parents[1] / "data"
WORDS: Final = {
    "goforward.wav": "go forward ten meters",
    "numbers.wav": "thirty three four six ninety two",
    "cards_005.wav": "eight of spades four of clubs seven of hearts",
    "austen_0880.wav": "he was not an ill disposed young man",
    "austen_0930.wav": "he might even have been made amiable himself",
}


def read_clip(name: str) -> npt.NDArray[np.int16]:
    """Return a clip as int16 mono of shape (n,) at 16 kHz."""
    with wave.open(str(DATA / name)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def resampled(samples: npt.NDArray[np.int16], in_rate_hz: int, out_rate_hz: int) -> npt.NDArray[np.int16]:
    """Return all of `samples` at another rate."""
    resampler = Resampler(in_rate_hz, out_rate_hz)
    return np.concatenate([resampler.process(samples), resampler.flush()])


def plain_words(text: str) -> str:
    """Return `text` in lower case without punctuation, for comparing what was said."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower().replace("'", "")).split())
