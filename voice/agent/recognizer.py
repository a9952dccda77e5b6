"""Speech to text: samples in, a sentence out, blocking.

Owns the one recognition model of the process and the cleaning of what it makes up on silence. It must
never run on an event loop: a call takes from 50 ms up to a second.
"""

import itertools
import threading
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from voice.agent.keyterms import apply_keyterms

SAMPLE_RATE_HZ: Final = 16_000
# The model was trained on clips of up to about half a minute and starts to drop words beyond 15 s.
MAX_SEGMENT_SAMPLES: Final = 15 * SAMPLE_RATE_HZ
# Silence put on either side of each segment. Without it the model hears a sentence cut off and ends on a
# comma (6 of 14 clips of a reading; none with 300 ms), and its word error rate is a little higher.
_PADDING: Final = np.zeros(SAMPLE_RATE_HZ * 300 // 1000, np.float32)
_MIN_SAMPLES: Final = SAMPLE_RATE_HZ // 10  # no English word is shorter
_WINDOW_SAMPLES: Final = SAMPLE_RATE_HZ * 30 // 1000  # 30 ms, the usual speech analysis window
# 50 dB below full scale; a quiet talker on a distant microphone is around -40 dBFS.
_NEAR_SILENCE_RMS: Final = 10 ** (-50 / 20)
# Syllables and gaps differ by 20 dB and more; noise, hum and tones stay within 6 dB of themselves.
_STEADY_RATIO: Final = 2.0
# What the model says to noise that gets past the checks of the sound; nobody says just that to an agent.
_MADE_UP: Final = frozenset({"you", "the", "it"})
_MAX_WORDS_PER_SECOND: Final = 7.0  # the fastest talkers reach about 6
_MAX_LOOP_WORDS: Final = 6
_MUSIC_SIGNS: Final = str.maketrans("", "", "♪♫")

Samples = npt.NDArray[np.float32] | npt.NDArray[np.int16]


class RecognitionUnavailable(RuntimeError):
    """This computer cannot recognise speech; the message says why and what to do."""


class RecognitionFailed(RuntimeError):
    """The model could not process this sound; the next one may succeed."""


class Recognizer(Protocol):
    """What the listener needs of a recogniser."""

    def transcribe(self, samples: Samples, keyterms: Sequence[str] = ()) -> str:
        """Return the words in 16 kHz mono `samples`, or an empty string."""


class MoonshineRecognizer:
    """Moonshine tiny, English. One call at a time; further callers wait for the lock."""

    def __init__(self) -> None:
        self._transcriber = _load_transcriber()
        self._lock = threading.Lock()

    def transcribe(self, samples: Samples, keyterms: Sequence[str] = ()) -> str:
        """Return the words spoken, or an empty string for silence and steady noise. Blocks.

        Raises:
            RecognitionFailed: the model gave up on this sound.

        Args:
            samples: 16 kHz mono, shape (n,), float32 in -1..1 or int16.
            keyterms: spellings that near misses are corrected to.
        """
        signal = _as_float(samples)
        texts = [self._transcribe_segment(segment) for segment in split_at_quiet(signal, MAX_SEGMENT_SAMPLES)]
        return apply_keyterms(" ".join(filter(None, texts)), keyterms)

    def _transcribe_segment(self, signal: npt.NDArray[np.float32]) -> str:
        if not _may_hold_speech(signal):
            return ""
        padded = np.concatenate([_PADDING, signal, _PADDING]).tolist()
        with self._lock:
            try:
                transcript = self._transcriber.transcribe_without_streaming(padded, SAMPLE_RATE_HZ)
            except Exception as error:  # the package is absent on some platforms, so its error type is too
                raise RecognitionFailed(f"{len(signal)} samples were not recognised: {error}") from error
        text = " ".join(line.text.translate(_MUSIC_SIGNS).strip() for line in transcript.lines)
        text = collapse_loops(" ".join(text.split()), len(signal) / SAMPLE_RATE_HZ)
        return "" if text.rstrip(".").lower() in _MADE_UP else text


@cache
def _shared() -> MoonshineRecognizer:
    return MoonshineRecognizer()


_load_lock = threading.Lock()


def shared_recognizer() -> MoonshineRecognizer:
    """Return the process's recogniser, loading it (about half a second, 200 MB) on first use. Blocks.

    Raises:
        RecognitionUnavailable: there is no recognition model for this platform.
    """
    with _load_lock:
        return _shared()


def split_at_quiet(signal: npt.NDArray[np.float32], max_samples: int) -> list[npt.NDArray[np.float32]]:
    """Cut `signal` into pieces of at most `max_samples`, at the quietest point of each one's second half."""
    pieces: list[npt.NDArray[np.float32]] = []
    while len(signal) > max_samples:
        cut = quietest_point(signal, max_samples // 2, max_samples)
        pieces.append(signal[:cut])
        signal = signal[cut:]
    return [*pieces, signal]


def quietest_point(signal: npt.NDArray[np.float32], start: int, stop: int) -> int:
    """Return the middle of the quietest 30 ms of `signal[start:stop]`, as an index into `signal`."""
    return start + int(np.argmin(_window_rms(signal[start:stop]))) * _WINDOW_SAMPLES + _WINDOW_SAMPLES // 2


def collapse_loops(text: str, duration_s: float) -> str:
    """Cut the repetitions a recogniser falls into on noise; talk at a human rate is left alone."""
    words = text.split()
    if len(words) <= _MAX_WORDS_PER_SECOND * max(duration_s, 1.0):
        return text
    for size in range(1, _MAX_LOOP_WORDS + 1):
        chunks = [tuple(words[i : i + size]) for i in range(0, len(words), size)]
        words = [word for chunk, _ in itertools.groupby(chunks) for word in chunk]
    return " ".join(words)


def _load_transcriber() -> Any:
    try:
        from moonshine_voice.moonshine_api import ModelArch  # noqa: PLC0415 - absent on some platforms
        from moonshine_voice.transcriber import Transcriber  # noqa: PLC0415
    except (ImportError, OSError) as error:
        raise RecognitionUnavailable(
            "Speech recognition does not run on this computer: moonshine-voice has no build for it "
            "(Intel Macs and Windows on ARM). Set ASSEMBLYAI_API_KEY to use the hosted agent instead."
        ) from error
    model = files("moonshine_voice") / "assets" / "tiny-en"
    # Threshold 0 switches the model's own speech detector off: the listener has found the speech already.
    options = {"vad_threshold": "0", "return_audio_data": "false"}
    return Transcriber(str(model), ModelArch.TINY, options=options)


def _as_float(samples: Samples) -> npt.NDArray[np.float32]:
    if samples.dtype == np.int16:
        return samples.astype(np.float32) / np.float32(32768)
    return samples.astype(np.float32, copy=False)


def _window_rms(signal: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    count = max(len(signal) // _WINDOW_SAMPLES, 1)
    windows = np.resize(signal, count * _WINDOW_SAMPLES).reshape(count, -1)
    rms: npt.NDArray[np.float32] = np.sqrt(np.mean(np.square(windows), axis=1))
    return rms


def _may_hold_speech(signal: npt.NDArray[np.float32]) -> bool:
    if len(signal) < _MIN_SAMPLES:
        return False
    quiet, loud = np.percentile(_window_rms(signal), [5, 95])
    return bool(loud > _NEAR_SILENCE_RMS and loud > _STEADY_RATIO * quiet)
