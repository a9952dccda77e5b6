"""The ears of one call: bytes in, turn and transcript events out.

Owns the order of things: resample, voice activity, endpointing, recognition. Time is the audio fed, never
the wall clock. Recognition runs in a worker thread, one at a time for a call; nothing here may block the
event loop for longer than a voice activity frame.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from voice.agent.endpointing import Decision, Endpointer
from voice.agent.listener_config import ListenerConfig
from voice.agent.recognizer import RecognitionFailed, Recognizer
from voice.agent.utterance import Signal, Utterance
from voice.agent.vad import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, SpeechProbability
from voice.audio.resample import Resampler

logger = logging.getLogger(__name__)

PARTIAL_INTERVAL_MS: Final = 320  # words come at two to three a second: oftener shows nothing new
# Recognition starts on a guess that the turn is over, so that the words are there when it is. Three
# frames is the shortest silence that is not a stop consonant.
_GUESS_AFTER_MS: Final = 3 * FRAME_MS
_BYTES_PER_SAMPLE: Final = 2
# One model, one thread: in the default pool, calls waiting for the model would keep speech synthesis
# waiting too. Holds at most one piece of work for each call.
_RECOGNITION_THREAD: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recognition")


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The person has begun a turn. `onset_ms` is where in the audio fed the first speech was."""

    onset_ms: int


@dataclass(frozen=True, slots=True)
class BargeIn:
    """The person has taken the floor: the agent must stop. Follows `SpeechStarted` unless a turn was open."""


@dataclass(frozen=True, slots=True)
class PartialTranscript:
    """The whole utterance so far; each replaces the one before."""

    text: str


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The turn is over. `speech_end_ms` is where the last speech was, `decided_ms` where that was settled."""

    speech_end_ms: int
    decided_ms: int


@dataclass(frozen=True, slots=True)
class FinalTranscript:
    """The words of the turn just stopped; empty when it held none (a cough, a door)."""

    text: str


ListenerEvent = SpeechStarted | BargeIn | PartialTranscript | SpeechStopped | FinalTranscript


@dataclass(eq=False, slots=True)
class _Turn:
    """What is known of the turn being gathered; a recognition that outlives it writes to the old one."""

    announced: bool = False
    speech_frames: int = 0
    since_recognition_ms: int = 0
    text: str | None = None
    # The speech frames that `text` covers; None when it was made from sound cut off in full speech, which
    # lacks the ending that the detector no longer counts as speech.
    text_covers: int | None = None
    partial: str | None = None  # not yet handed out; a newer one replaces it
    closed_texts: list[str] = field(default_factory=list)


class Listener:
    """Listens to one call. `agent_speaking` is set by the server while the agent's voice plays.

    Args:
        recognizer: shared between calls; its `transcribe` is run in a worker thread.
        config: see `ListenerConfig`; replaced live by `reconfigure`.
        in_rate_hz: rate of the samples fed, 24000 or 8000.
        speech_probability: the voice activity detector, one per call.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        config: ListenerConfig,
        *,
        in_rate_hz: int = 24_000,
        speech_probability: Callable[[Signal], float] | None = None,
    ) -> None:
        self.agent_speaking = False
        self._recognizer = recognizer
        self._config = config
        self._speech_probability = speech_probability or SpeechProbability()
        self._endpointer = Endpointer(config)
        self._utterance = Utterance()
        self._resampler = Resampler(in_rate_hz, SAMPLE_RATE_HZ)
        self._odd_byte = b""
        self._samples = np.empty(0, np.int16)
        self._heard_ms = 0
        self._onset_ms = 0
        self._turn = _Turn()
        self._job: asyncio.Task[None] | None = None

    @property
    def words_if_done(self) -> str | None:
        """The words of the open turn, if it were over now: the person is silent and all is recognised."""
        if not self._turn.announced or self._endpointer.silence_ms < _GUESS_AFTER_MS:
            return None
        return self._known_text()

    @property
    def heard_ms(self) -> int:
        """How much sound it has listened to."""
        return self._heard_ms

    def reconfigure(self, config: ListenerConfig) -> None:
        """Replace the settings; they act from the next 32 ms on, also in the middle of a turn."""
        self._config = config
        self._endpointer.config = config

    async def aclose(self) -> None:
        """Give up recognition in flight. A worker thread already inside the model finishes unheard."""
        if self._job is not None:
            self._job.cancel()
            await asyncio.gather(self._job, return_exceptions=True)

    async def feed(self, pcm: bytes) -> AsyncIterator[ListenerEvent]:
        """Take the next sound and yield what it brought about; iterate to the end or sound is lost.

        Waits for recognition only where a decision or a final transcript depends on it, which in real time
        is seldom: it was started when the silence began.

        Args:
            pcm: 16-bit little-endian mono at `in_rate_hz`, any length; half a sample is carried over.
        """
        pcm = self._odd_byte + pcm
        whole = len(pcm) - len(pcm) % _BYTES_PER_SAMPLE
        self._odd_byte = pcm[whole:]
        fresh = self._resampler.process(np.frombuffer(pcm[:whole], "<i2").astype(np.int16))
        self._samples = np.concatenate([self._samples, fresh])
        while len(self._samples) >= FRAME_SAMPLES:
            frame = self._samples[:FRAME_SAMPLES].astype(np.float32) / np.float32(32768)
            self._samples = self._samples[FRAME_SAMPLES:]
            async for event in self._hear(frame):
                yield event

    async def _hear(self, frame: Signal) -> AsyncIterator[ListenerEvent]:
        endpointer = self._endpointer
        text = await self._settled_text() if endpointer.text_would_decide else self._known_text()
        was_open, was_pending = endpointer.turn_open, endpointer.onset_pending
        probability = self._speech_probability(frame)
        decisions = endpointer.step(probability, agent_speaking=self.agent_speaking, text=text)
        if not was_open and not was_pending:
            self._onset_ms = self._heard_ms
        self._heard_ms += FRAME_MS
        self._keep(frame, in_turn=was_open or endpointer.turn_open)
        for decision in decisions:
            async for event in self._carry_out(decision):
                yield event
        if was_open and not endpointer.turn_open:
            self._utterance.clear()
            self._turn = _Turn()
        self._recognise_if_due()
        # A caller may feed seconds at once: let finished recognitions and other calls in between.
        await asyncio.sleep(0)
        if self._turn.partial is not None:
            yield PartialTranscript(self._turn.partial)
            self._turn.partial = None

    def _keep(self, frame: Signal, *, in_turn: bool) -> None:
        if in_turn:
            silence_ms = self._endpointer.silence_ms
            self._utterance.add(frame, silence_ms=silence_ms)
            self._turn.speech_frames += silence_ms == 0
        else:
            self._utterance.wait(frame, onset_pending=self._endpointer.onset_pending)

    async def _carry_out(self, decision: Decision) -> AsyncIterator[ListenerEvent]:
        match decision:
            case Decision.SPEECH_STARTED:
                self._turn.announced = True
                yield SpeechStarted(self._onset_ms)
            case Decision.BARGE_IN:
                yield BargeIn()
            case Decision.SPEECH_STOPPED:
                yield SpeechStopped(self._heard_ms - self._endpointer.silence_ms, self._heard_ms)
                yield FinalTranscript(await self._settled_text())

    def _known_text(self) -> str | None:
        return self._turn.text if self._turn.text_covers == self._turn.speech_frames else None

    async def _settled_text(self) -> str:
        """Return the words of all speech so far, waiting for the recognition in flight or for a new one."""
        while (text := self._known_text()) is None:
            if self._job is None or self._job.done():
                self._job = self._recognition(settled=True)
            await self._job
        return text

    def _recognise_if_due(self) -> None:
        if not self._turn.announced:
            return
        self._turn.since_recognition_ms += FRAME_MS
        if self._job is not None and not self._job.done():
            return
        silence_ms = self._endpointer.silence_ms
        if silence_ms >= _GUESS_AFTER_MS and self._known_text() is None:
            self._job = self._recognition(settled=True)
        elif silence_ms == 0 and self._turn.since_recognition_ms >= PARTIAL_INTERVAL_MS:
            self._job = self._recognition(settled=False)

    def _recognition(self, *, settled: bool) -> asyncio.Task[None]:
        self._turn.since_recognition_ms = 0
        covers = self._turn.speech_frames if settled else None
        return asyncio.create_task(self._recognise(self._turn, self._utterance.segments(), covers))

    async def _recognise(self, turn: _Turn, segments: tuple[Signal, ...], covers: int | None) -> None:
        keyterms, closed_texts = self._config.keyterms, turn.closed_texts

        def transcribe() -> str:
            for segment in segments[len(closed_texts) : -1]:
                closed_texts.append(self._recognizer.transcribe(segment, keyterms))
            return self._recognizer.transcribe(segments[-1], keyterms) if segments else ""

        try:
            tail = await asyncio.get_running_loop().run_in_executor(_RECOGNITION_THREAD, transcribe)
        except RecognitionFailed:
            logger.exception("Part of an utterance was not recognised")
            tail = ""
        text = " ".join(filter(None, [*closed_texts, tail]))
        if text and text != turn.text:
            turn.partial = text
        turn.text, turn.text_covers = text, covers
