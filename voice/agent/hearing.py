"""Carries a client's sound to the listener, and what the listener hears to the dialogue.

Owns the task that feeds the listener, apart from the socket's reader: the listener may wait for
recognition, and `reply.cancel` must not wait with it.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import numpy as np

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

# A client that stalled sends its backlog at once. When there is more than this the oldest is dropped, since
# the newest is what the person is saying. Bounds memory: 2.9 MB at 24 kHz.
MAX_WAITING_S: Final = 60
_STEP_S: Final = 0.1  # sound listened to before other sessions have a turn: about 2 ms of work
_BYTES_PER_SAMPLE: Final = 2


class Hearing:
    """One listener and its feeder. Made on an event loop.

    Args:
        rate_hz: rate of the samples fed, the listener's own.
        watch: called with each event before the dialogue, and with how much sound was listened to, in ms.
    """

    def __init__(
        self,
        session_id: str,
        listener: Listener,
        rate_hz: int,
        dialogue: Dialogue,
        watch: Callable[[ListenerEvent, float], None],
    ) -> None:
        self._session_id = session_id
        self._listener = listener
        self._dialogue = dialogue
        self._watch = watch
        self._bytes_per_s = rate_hz * _BYTES_PER_SAMPLE
        self._waiting = bytearray()
        self._more = asyncio.Event()
        self._dropped_bytes = 0
        self._discard = False
        self._task = asyncio.create_task(self._run())

    def feed(self, samples: Samples) -> None:
        """Queue 16-bit mono samples at the listener's rate. While they are discarded, it hears silence."""
        heard = np.zeros_like(samples) if self._discard else samples
        self._waiting += heard.astype("<i2", copy=False).tobytes()
        surplus = max(0, len(self._waiting) - MAX_WAITING_S * self._bytes_per_s)
        del self._waiting[:surplus]
        self._dropped_bytes += surplus
        self._more.set()

    def attend(self, config: ListenerConfig, *, agent_speaking: bool, discard: bool) -> None:
        """Take new settings, whether the agent's voice is playing, and whether to hear the person."""
        self._listener.reconfigure(config)
        self._listener.agent_speaking = agent_speaking
        self._discard = discard

    def stop(self) -> asyncio.Task[None]:
        """Stop listening; the task returned ends once recognition in flight has been given up."""
        self._task.cancel()
        if self._dropped_bytes:
            dropped_s = self._dropped_bytes / self._bytes_per_s
            log.warning("session %s: %.1f s of sound came too fast", self._session_id, dropped_s)
        return asyncio.create_task(self._listener.aclose())

    async def _run(self) -> None:
        step_bytes = round(_STEP_S * self._bytes_per_s)
        while True:
            await self._more.wait()
            sound = bytes(self._waiting[:step_bytes])
            del self._waiting[:step_bytes]
            if not self._waiting:
                self._more.clear()
            try:
                async for event in self._listener.feed(sound):
                    self._pass_on(event)
                if words := self._listener.words_if_done:
                    self._dialogue.user_pauses(words)
            except Exception:
                # One bad moment must not leave the session deaf for good.
                log.exception("session %s: listening failed", self._session_id)
            await asyncio.sleep(0)

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
