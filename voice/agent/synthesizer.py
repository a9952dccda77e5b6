"""Text to speech: a sentence in, sound and word times out, blocking.

Owns the cutting into sentences, the manner of speaking and the loudness. It must never run on an event
loop: a sentence takes 50 to 400 ms.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from voice.agent.brain import sentences as sentence_ends
from voice.agent.phonemes import phonemize
from voice.agent.piper_voice import SAMPLE_RATE_HZ, PiperVoice, shared_voice
from voice.agent.spoken_form import spoken_forms
from voice.audio.resample import Resampler

OUTPUT_RATE_HZ: Final = 24_000
# A sentence is spoken at once, and nothing is heard before all of it is there: some 80 ms of work to a
# second of speech. A long first sentence is therefore cut at a comma, others where breath would be drawn.
_FIRST_MAX_CHARS: Final = 60
_MAX_CHARS: Final = 200
_MIN_CLAUSE_CHARS: Final = 20  # shorter bits sound chopped
MAX_WORDS: Final = 200  # well over what `sentences` hands out; bounds time and memory of one call

# The model's own silence around a sentence varies by chance up to half a second. Ahead of the first
# sound it would be waiting for nothing; behind the last one this much sets sentences apart.
_LEAD_MS: Final = 20
_TAIL_MS: Final = 320

_PITCH_RANGE: Final = (0.75, 1.35)
_SPEED_RANGE: Final = (0.5, 2.0)

_SPEECH_RMS: Final = 10 ** (-20 / 20)  # -20 dBFS, the usual speech level before a codec
_PEAK_LIMIT: Final = 10 ** (-1 / 20)  # headroom for the overshoot of a lossy codec
_LEVEL_WINDOW_SAMPLES: Final = OUTPUT_RATE_HZ // 50
_PAUSE_BELOW_LOUDEST: Final = 10 ** (-25 / 20)  # windows this far below the loudest are pauses, not speech

_CLAUSE_END: Final = re.compile(r"[,;:—–]\s+")  # noqa: RUF001 - dashes as printed


@dataclass(frozen=True, slots=True)
class VoiceStyle:
    """How the one voice that ships is made to sound.

    Pitch is shifted as on a tape, timbre and all, with the tempo held: below about 0.85 and above about
    1.2 it is plainly the same voice made larger or smaller. It gives different speakers, not other accents.

    Args:
        pitch: factor on the pitch, 0.75 to 1.35.
        speed: factor on the tempo, 0.5 to 2.

    Raises:
        ValueError: a factor lies outside its range.
    """

    pitch: float = 1.0
    speed: float = 1.0

    def __post_init__(self) -> None:
        for name, value, (low, high) in (
            ("pitch", self.pitch, _PITCH_RANGE),
            ("speed", self.speed, _SPEED_RANGE),
        ):
            if not low <= value <= high:
                raise ValueError(f"{name} must be between {low} and {high}, not {value}")


@dataclass(frozen=True, slots=True)
class Word:
    """A printed word and when it is said, in ms from the start of the sentence's sound.

    A word that is not said (an emoji, another script) has no length and lies where it would have been.
    """

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Speech:
    """One spoken sentence: int16 mono of shape (n,) at 24 kHz, and its printed words in order."""

    pcm24k: npt.NDArray[np.int16]
    words: tuple[Word, ...]


def sentences(text: str) -> list[str]:
    """Cut `text` into the pieces to synthesize one after the other; joined by spaces they hold its words."""
    pieces: list[str] = []
    for sentence in sentence_ends.split(" ".join(text.split())):
        rest = sentence
        while cut := _clause_cut(rest, _MAX_CHARS if pieces else _FIRST_MAX_CHARS):
            pieces.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        pieces.append(rest)
    return pieces


def _clause_cut(sentence: str, max_chars: int) -> int:
    """Return where to cut a sentence longer than `max_chars`; 0 when it is to stay whole."""
    if len(sentence) <= max_chars:
        return 0
    latest_end = len(sentence) - _MIN_CLAUSE_CHARS
    clauses = [m.end() for m in _CLAUSE_END.finditer(sentence, _MIN_CLAUSE_CHARS) if m.end() <= latest_end]
    within = [end for end in clauses if end <= _MAX_CHARS]
    if within:
        return within[0] if max_chars == _FIRST_MAX_CHARS else within[-1]
    if len(sentence) <= _MAX_CHARS:
        return 0
    return sentence.rfind(" ", _MIN_CLAUSE_CHARS, _MAX_CHARS) + 1


class Synthesizer:
    """Speaks sentences. Holds no state of a call: one serves the process, from any number of threads.

    Making the first one loads the model and the dictionaries, in one to two seconds. Blocks.

    Raises:
        VoiceUnusable: the installed voice cannot be used.
    """

    def __init__(self, voice: PiperVoice | None = None) -> None:
        self._voice = voice or shared_voice()
        # The dictionaries load on first use and the model's first run is slow: no caller is to wait for that.
        self.synthesize("Ready.")

    def synthesize(self, sentence: str, style: VoiceStyle | None = None) -> Speech:
        """Speak one of the `sentences`. Blocks, for about 80 ms to a second of speech.

        Raises:
            ValueError: more than 200 words.
        """
        style = style or VoiceStyle()
        printed = sentence.split()
        if len(printed) > MAX_WORDS:
            raise ValueError(f"{len(printed)} words are too many to speak at once; cut them with sentences()")
        groups = phonemize(spoken_forms(printed))
        if not any(groups):
            return Speech(np.empty(0, np.int16), tuple(Word(text, 0, 0) for text in printed))
        # Played faster by `pitch` afterwards, so that much longer now.
        sound = self._voice.speak(groups, length_scale=style.pitch / style.speed)
        rate_hz = round(SAMPLE_RATE_HZ * style.pitch)
        said = [span for group, span in zip(groups, sound.spans, strict=True) if group]
        first = max(said[0][0] - _LEAD_MS * rate_hz // 1000, 0)
        last = said[-1][1] + _TAIL_MS * rate_hz // 1000
        words = tuple(
            Word(text, *(round(max(edge - first, 0) * 1000 / rate_hz) for edge in span))
            for text, span in zip(printed, sound.spans, strict=True)
        )
        return Speech(_to_output(sound.samples[first:last], rate_hz), words)


def _to_output(samples: npt.NDArray[np.float32], rate_hz: int) -> npt.NDArray[np.int16]:
    # Levelled before it becomes int16, where a quiet voice would lose bits and a loud one its peaks.
    levelled = np.round(samples * (_gain(samples) * 32767)).astype(np.int16)
    resampler = Resampler(rate_hz, OUTPUT_RATE_HZ)
    return np.concatenate([resampler.process(levelled), resampler.flush()])


def _gain(samples: npt.NDArray[np.float32]) -> float:
    """Return the factor that brings the speech (its pauses left out) to the target, short of clipping."""
    peak = float(np.max(np.abs(samples), initial=0.0))
    if peak == 0.0:
        return 1.0
    count = max(len(samples) // _LEVEL_WINDOW_SAMPLES, 1)
    power = np.mean(np.square(np.resize(samples, (count, len(samples) // count))), axis=1)
    speech = power[power >= np.max(power) * _PAUSE_BELOW_LOUDEST**2]
    return min(_SPEECH_RMS / float(np.sqrt(np.mean(speech))), _PEAK_LIMIT / peak)
