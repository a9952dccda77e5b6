"""Drives a session through a scripted call, with a clock of its own."""

from typing import Any

from voice.conversation.transcript import Turn
from voice.protocol.codec import Malformed, Unknown
from voice.protocol.config import SessionPatch, fields_of
from voice.protocol.effects import AnyEffect, FinishReply, Play, Send
from voice.protocol.inputs import AnyInput, LinkOpened, MediaConnected, Received
from voice.protocol.server_events import (
    ReplyAudio,
    ReplyStarted,
    ServerEvent,
    SessionReady,
    SessionUpdated,
    TranscriptAgentDelta,
)
from voice.protocol.session import Session, new_session, step

PCM = b"\x01\x00" * 240
FRAME_S = 0.01


class Call:
    """A session, its clock in seconds, and all effects so far."""

    def __init__(self, patch: SessionPatch | None = None, *, begun_at: float | None = None) -> None:
        self.session: Session = new_session(patch or SessionPatch(), begun_at=begun_at)
        self.now = 100.0
        self.effects: list[AnyEffect] = []

    def feed(
        self, *things: AnyInput | ServerEvent | Unknown | Malformed, after_s: float = FRAME_S
    ) -> list[AnyEffect]:
        """Feeds inputs, or events as received, each `after_s` later; returns the effects of all of them."""
        effects: list[AnyEffect] = []
        for thing in things:
            self.now += after_s
            received = isinstance(thing, ServerEvent | Unknown | Malformed)
            input_: Any = Received(thing) if received else thing  # type: ignore[arg-type]
            self.session, caused = step(self.session, input_, self.now)
            effects += caused
        self.effects += effects
        return effects

    def say(self, reply_id: str, *words: str, word_ms: float = 200.0) -> list[AnyEffect]:
        """A reply begins: its start, a first frame, and the burst of timed words."""
        deltas = [
            TranscriptAgentDelta(
                reply_id=reply_id, delta=word, start_ms=index * word_ms, end_ms=(index + 1) * word_ms
            )
            for index, word in enumerate(words)
        ]
        return self.feed(ReplyStarted(reply_id=reply_id), ReplyAudio(reply_id=reply_id, data=PCM), *deltas)

    @property
    def state(self) -> str:
        return self.session.state.value

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.session.transcript.turns

    @property
    def said(self) -> list[tuple[str, str]]:
        """Who said what, in the order shown."""
        return [(turn.speaker, turn.text) for turn in self.turns]

    def status(self, path: str) -> str:
        return self.session.settings[path].status


def live(patch: SessionPatch | None = None) -> Call:
    """A call where both may speak."""
    call = Call(patch)
    call.feed(MediaConnected(), LinkOpened(), SessionUpdated(), SessionReady(session_id="sess_1"))
    return call


def sent(effects: list[AnyEffect]) -> list[Any]:
    """The events to be sent."""
    return [effect.event for effect in effects if isinstance(effect, Send)]


def updates(effects: list[AnyEffect]) -> list[dict[str, Any]]:
    """The fields of the updates to be sent."""
    return [fields_of(event.session) for event in sent(effects)]


def played(effects: list[AnyEffect]) -> list[str]:
    """Ids of the replies whose frames are to be played."""
    return [effect.reply_id for effect in effects if isinstance(effect, Play)]


def finished(effects: list[AnyEffect]) -> list[str]:
    """Ids of the replies that get no more frames."""
    return [effect.reply_id for effect in effects if isinstance(effect, FinishReply)]
