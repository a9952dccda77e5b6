"""Carries a client's sound to the listener, and what the listener hears to the dialogue.

Owns the task that feeds the listener, apart from the socket's reader: the listener may wait for
recognition, and `reply.cancel` must not wait with it.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from voice.agent.dialogue import Dialogue
from voice.agent.line_format import Samples
from voice.agent.listener import (
    BargeIn,
    FinalTranscript,
    Listener,
    ListenerEvent,
    PartialTranscript,
    SpeechStarted,
    SpeechStopped,
)
from voice.agent.listener_config import ListenerConfig

log = logging.getLogger(__name__)

# Clients send 10 to 200 ms at a time: four seconds and more. When full the oldest is dropped, since the
# newest is what the person is saying.
MAX_WAITING_CHUNKS: Final = 400


class Hearing:
    """One listener and its feeder. Made on an event loop.

    Args:
        watch: called with each event before the dialogue, and with how much sound was listened to, in ms.
    """

    def __init__(
        self,
        session_id: str,
        listener: Listener,
        dialogue: Dialogue,
        watch: Callable[[ListenerEvent, float], None],
    ) -> None:
        self._session_id = session_id
        self._listener = listener
        self._dialogue = dialogue
        self._watch = watch
        self._waiting: asyncio.Queue[Samples] = asyncio.Queue(MAX_WAITING_CHUNKS)
        self._dropped = 0
        self._task = asyncio.create_task(self._run())

    def feed(self, samples: Samples) -> None:
        """Queue 16-bit mono samples at the listener's rate."""
        if self._waiting.full():
            self._waiting.get_nowait()
            self._dropped += 1
        self._waiting.put_nowait(samples)

    def attend(self, config: ListenerConfig, *, agent_speaking: bool) -> None:
        """Take new settings, and whether the agent's voice is playing."""
        self._listener.reconfigure(config)
        self._listener.agent_speaking = agent_speaking

    def stop(self) -> asyncio.Task[None]:
        """Stop listening; the task returned ends once recognition in flight has been given up."""
        self._task.cancel()
        if self._dropped:
            log.warning("session %s: %d chunks of sound came too fast", self._session_id, self._dropped)
        return asyncio.create_task(self._listener.aclose())

    async def _run(self) -> None:
        while True:
            samples = await self._waiting.get()
            try:
                async for event in self._listener.feed(samples.astype("<i2", copy=False).tobytes()):
                    self._pass_on(event)
                if words := self._listener.words_if_done:
                    self._dialogue.user_pauses(words)
            except Exception:
                # One bad moment must not leave the session deaf for good.
                log.exception("session %s: listening failed", self._session_id)

    def _pass_on(self, event: ListenerEvent) -> None:
        self._watch(event, self._listener.heard_ms)
        match event:
            case SpeechStarted():
                self._dialogue.user_started()
            case BargeIn():
                self._dialogue.barge_in()
            case PartialTranscript(text):
                self._dialogue.user_partial(text)
            case SpeechStopped():
                self._dialogue.user_stopped()
            case FinalTranscript(text):
                self._dialogue.user_said(text)
