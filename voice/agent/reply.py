"""One reply of the agent: sentences are synthesized ahead while frames go out at the pace of speech.

Owns the reply's tasks, its words with their times, and the events from `reply.started` to `reply.done`.
It never decides what is said, nor when a reply begins. While synthesis is late nothing is sent, and the
rest of the reply is due that much later.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from voice.agent.line_format import LineFormat, Samples
from voice.agent.playout import Playout
from voice.agent.synthesizer import Word, sentences
from voice.protocol.server_events import (
    ReplyAudio,
    ReplyDone,
    ReplyError,
    ReplyStarted,
    ServerEvent,
    TranscriptAgent,
    TranscriptAgentDelta,
)

log = logging.getLogger(__name__)

Kind = Literal["greeting", "turn", "tool", "create", "notice"]

# Speech made ahead of what is being sent; bounds memory for an answer that never ends.
MAX_BACKLOG_MS: Final = 20_000.0
# The service sends `reply.done` 310 to 360 ms after `transcript.agent` (2026-09).
DONE_AFTER_TRANSCRIPT_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence as sound: samples in the line's rate, words with times from the sentence's start."""

    samples: Samples
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """What every reply of a session is given: where to send, how to speak, how loud, in which format.

    `send_audio` also takes when the frame's first sample is due, in seconds on the event loop's clock.
    """

    session_id: str
    send: Callable[[ServerEvent], None]
    send_audio: Callable[[ReplyAudio, float], Awaitable[None]]
    speak: Callable[[str], Awaitable[Spoken]]
    volume: Callable[[], float]
    line: LineFormat
    lead_in_ms: float
    burst: bool


@dataclass(frozen=True, slots=True)
class _TimedWord:
    text: str
    start_ms: float


class Reply:
    """A reply under way. `begin`, then `run` and `conclude` in a task; to end early, cancel it and `cut`."""

    def __init__(self, kind: Kind, stage: Stage, lines: Callable[[str], AsyncGenerator[str, None]]) -> None:
        self.kind = kind
        self.reply_id = f"resp_{secrets.token_hex(16)}"
        self.item_id = f"msg_{secrets.token_hex(16)}"
        self.first_speech_at: float | None = None  # on the event loop's clock
        self.spoken = False  # to the end; only `reply.done` is still to come
        self._stage = stage
        self._lines = lines(self.reply_id)
        self._playout = Playout(stage.line)
        self._words: list[_TimedWord] = []
        self._untold: list[TranscriptAgentDelta] = []
        self._room = asyncio.Event()
        self._news = asyncio.Event()  # more speech, or the end of it
        self._origin = 0.0  # when the first sample was due, put off by every wait for speech

    @property
    def heard(self) -> str:
        """The words that have begun by now; of paced audio, exactly those in the frames sent."""
        elapsed_ms = (asyncio.get_running_loop().time() - self._origin) * 1000
        # A frame goes out when its first sample is due, so what is sent is up to a frame ahead of the clock.
        frame_ms = self._stage.line.duration_ms(self._stage.line.frame_samples)
        played_ms = min(self._playout.sent_ms, elapsed_ms + frame_ms)
        return " ".join(word.text for word in self._words if word.start_ms < played_ms)

    @property
    def text(self) -> str:
        """All the words so far, heard or not."""
        return " ".join(word.text for word in self._words)

    def begin(self) -> None:
        """Announce the reply. Apart from `run`, since a task may be cancelled before its first step."""
        self._origin = asyncio.get_running_loop().time()
        self._stage.send(ReplyStarted(reply_id=self.reply_id, item_id=self.item_id))

    async def run(self) -> None:
        """Speak to the end, then send `transcript.agent` if there were words."""
        producing = asyncio.create_task(self._produce())
        producing.add_done_callback(lambda _: self._news.set())
        try:
            await self._play(producing)
        finally:
            producing.cancel()
        self.spoken = True
        self._tell_words()
        if self._words:
            self._stage.send(self._transcript(self.text, interrupted=False))

    async def conclude(self) -> None:
        """Send `reply.done`, as long after the transcript as the service does."""
        if self._words:
            await asyncio.sleep(DONE_AFTER_TRANSCRIPT_S)
        self._done("completed")

    def cut(self) -> str:
        """Tell the client that the reply is over and return the words that were heard.

        The caller cancels the task that runs it, before anything else can be sent.
        """
        if self.spoken:
            self._done("completed")
            return self.text
        heard = self.heard
        self._stage.send(self._transcript(heard, interrupted=True))
        self._done("interrupted")
        return heard

    def _done(self, status: Literal["completed", "interrupted"]) -> None:
        self._stage.send(ReplyDone(reply_id=self.reply_id, status=status))

    def _transcript(self, text: str, *, interrupted: bool) -> TranscriptAgent:
        return TranscriptAgent(
            reply_id=self.reply_id, item_id=self.item_id, text=text, interrupted=interrupted
        )

    async def _produce(self) -> None:
        try:
            async with aclosing(self._lines) as lines:
                async for text in lines:
                    for sentence in sentences(text):
                        await self._until_room()
                        self._lay(await self._stage.speak(sentence))
        except Exception:
            log.exception("session %s: reply %s failed", self._stage.session_id, self.reply_id)
            words = "The local agent could not finish this reply; its log says why."
            self._stage.send(
                ReplyError(reply_id=self.reply_id, code="internal_error", message=words, retryable=True)
            )

    def _lay(self, spoken: Spoken) -> None:
        if self.first_speech_at is None:
            self.first_speech_at = self._lead_in()
        start_ms = self._playout.lay(spoken.samples)
        self._news.set()
        for word in spoken.words:
            begins, ends = round(start_ms + word.start_ms), round(start_ms + word.end_ms)
            self._words.append(_TimedWord(word.text, begins))
            # With its space, so that a client which merely appends shows words apart.
            self._untold.append(
                TranscriptAgentDelta(
                    reply_id=self.reply_id,
                    item_id=self.item_id,
                    delta=f"{word.text} ",
                    start_ms=begins,
                    end_ms=ends,
                )
            )

    def _tell_words(self) -> None:
        """Send the words laid since. Never ahead of the first sound, as on the service."""
        for delta in self._untold:
            self._stage.send(delta)
        self._untold.clear()

    def _lead_in(self) -> float:
        """Lay what is left of the silence ahead of the first word; return when that word is due.

        The time that the first sentence took counts. Silence sent meanwhile would leave a gap behind it.
        """
        now = asyncio.get_running_loop().time()
        left_s = max(0.0, self._origin + self._stage.lead_in_ms / 1000 - now)
        self._playout.lay(np.zeros(round(left_s * self._stage.line.rate_hz), np.int16))
        return now + left_s

    async def _until_room(self) -> None:
        while self._playout.backlog_ms > MAX_BACKLOG_MS:
            self._room.clear()
            await self._room.wait()

    async def _play(self, producing: asyncio.Task[None]) -> None:
        loop = asyncio.get_running_loop()
        frame_s = self._stage.line.duration_ms(self._stage.line.frame_samples) / 1000
        while True:
            self._news.clear()
            due_at = self._origin + self._playout.sent_ms / 1000
            due_in_s = due_at - loop.time()
            ready = self._playout.has_frame or (producing.done() and not self._playout.is_empty)
            if due_in_s > 0 and not (self._stage.burst and ready):
                await asyncio.sleep(min(due_in_s, frame_s))
            elif producing.done() and self._playout.is_empty:
                return
            elif ready:
                frame = self._playout.next_frame(self._stage.volume())
                await self._stage.send_audio(ReplyAudio(reply_id=self.reply_id, data=frame), due_at)
                self._tell_words()
                self._room.set()
            else:
                await self._news.wait()
                self._origin += max(0.0, loop.time() - due_at)
