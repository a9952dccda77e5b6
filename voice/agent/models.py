"""What one process of the local agent shares between sessions: the models and their threads.

Owns loading and warming up. Speech is made in its own threads, never on the event loop.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from voice.agent.line_format import LineFormat
from voice.agent.listener import Listener
from voice.agent.listener_config import ListenerConfig
from voice.agent.recognizer import RecognitionUnavailable, Recognizer, shared_recognizer
from voice.agent.reply import Spoken
from voice.agent.synthesizer import Synthesizer, VoiceStyle
from voice.protocol.voices import LocalStyle

log = logging.getLogger(__name__)

# Two, so that one session's long sentence does not keep another's first one waiting.
_SYNTHESIS_THREADS: Final = 2
_WARM_UP_SENTENCE: Final = "Hello there."
_WARM_UP_SAMPLES: Final = 16_000


class Models:
    """Recognition and synthesis. `deafness` says why nothing can be recognised; empty when it can."""

    def __init__(self, synthesizer: Synthesizer, recognizer: Recognizer | None, deafness: str = "") -> None:
        self.deafness = deafness
        self._synthesizer = synthesizer
        self._recognizer = recognizer
        self._threads = ThreadPoolExecutor(_SYNTHESIS_THREADS, thread_name_prefix="synthesis")
        self._leftovers: set[asyncio.Task[None]] = set()

    def listener(self, config: ListenerConfig, in_rate_hz: int) -> Listener | None:
        """Ears for one session, or None without recognition."""
        if self._recognizer is None:
            return None
        return Listener(self._recognizer, config, in_rate_hz=in_rate_hz)

    async def speak(self, sentence: str, *, style: LocalStyle, line: LineFormat) -> Spoken:
        """One sentence as sound in the line's rate, made in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._speak, sentence, style, line)

    def _speak(self, sentence: str, style: LocalStyle, line: LineFormat) -> Spoken:
        speech = self._synthesizer.synthesize(sentence, VoiceStyle(pitch=style.pitch, speed=style.speed))
        return Spoken(line.from_speech(speech.pcm24k), speech.words)

    def keep(self, task: asyncio.Task[None]) -> None:
        """Hold on to a task that is winding down, until `settle`."""
        self._leftovers.add(task)
        task.add_done_callback(self._leftovers.discard)

    async def settle(self) -> None:
        """Wait for what is winding down."""
        await asyncio.gather(*self._leftovers, return_exceptions=True)

    def shut_down(self) -> None:
        """Give up the threads; sentences not begun are not spoken."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def load_models() -> Models:
    """Load and warm up everything. Blocks for about a second."""
    synthesizer = Synthesizer()
    synthesizer.synthesize(_WARM_UP_SENTENCE)
    try:
        recognizer = shared_recognizer()
    except RecognitionUnavailable as error:
        log.warning("speech recognition is not available: %s", error)
        return Models(synthesizer, None, str(error))
    noise = np.random.default_rng(0).normal(0, 0.1, _WARM_UP_SAMPLES).astype(np.float32)
    recognizer.transcribe(noise)
    return Models(synthesizer, recognizer)
