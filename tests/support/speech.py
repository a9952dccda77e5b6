"""Speech for tests: the clips with their words, and recognition to check what was said."""

import re
import wave
from functools import cache
from pathlib import Path

import jiwer
import numpy as np
from numpy.typing import NDArray

from voice.agent.numerals import read_number
from voice.agent.recognizer import MoonshineRecognizer
from voice.audio.resample import Resampler

DATA = Path(__file__).parents[1] / "data"
WORDS = {
    "goforward": "go forward ten meters",
    "numbers": "thirty three four six ninety two",
    "cards_005": "eight of spades four of clubs seven of hearts",
    "austen_0880": "he was not an ill disposed young man",
    "austen_0930": "he might even have been made amiable himself",
}
# Its words can be recognised again in the local agent's voice, which never says them the same way twice: none
# was wrong in 40 tries. Of "go forward ten meters" more than a quarter was wrong in 22 of 40.
ECHOED = "austen_0930"
BROWSER_RATE_HZ = 48_000
RECOGNIZER_RATE_HZ = 16_000


def read_clip(name: str, rate_hz: int = BROWSER_RATE_HZ) -> NDArray[np.int16]:
    """A clip of `tests/data`, mono, at a rate."""
    with wave.open(str(DATA / f"{name}.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return resample(samples, file.getframerate(), rate_hz)


def resample(samples: NDArray[np.int16], from_hz: int, to_hz: int) -> NDArray[np.int16]:
    """The whole of `samples` at another rate."""
    if from_hz == to_hz:
        return samples
    resampler = Resampler(from_hz, to_hz)
    return np.concatenate([resampler.process(samples), resampler.flush()])


def recognise(samples: NDArray[np.int16], rate_hz: int = BROWSER_RATE_HZ) -> str:
    """The words in a sound."""
    return _recognizer().transcribe(resample(samples, rate_hz, RECOGNIZER_RATE_HZ))


def word_error_rate(reference: str, heard: str) -> float:
    """Of plain words; numbers count the same as digits and as words."""
    return float(jiwer.wer(plain_words(reference), plain_words(heard) or "nothing"))


def plain_words(text: str) -> str:
    """Lower-case words without punctuation, numbers written out."""
    pieces = re.findall(r"[a-z]+|\d+", text.lower().replace("'", ""))
    return " ".join((read_number(piece) or piece).replace("-", " ") for piece in pieces)


@cache
def _recognizer() -> MoonshineRecognizer:
    return MoonshineRecognizer()
