"""Plays a captured session of the service through decoder and session, with ears and tools attached."""

import json
from typing import Any

from tests.support.service_schema import SERVICE_DATA
from voice.conversation.view import CallView, view_of
from voice.protocol import inputs
from voice.protocol.client_events import ClientEvent
from voice.protocol.codec import decode_server
from voice.protocol.config import SessionPatch
from voice.protocol.effects import AnyEffect, FinishReply, FlushPlayout, Play, RunTool, Send
from voice.protocol.session import Session, new_session, step

_FRAME_MS = 10.0


def captured_lines(name: str) -> list[str]:
    """The messages of a captured session, as they came down the socket."""
    return (SERVICE_DATA / f"{name}.jsonl").read_text().splitlines()


def captured_events(name: str) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [json.loads(line) for line in captured_lines(name)]


class Replay:
    """A call that gets the lines of a capture one after the other.

    What is played is heard at once: a reply becomes audible with its first sound, and is drained when it is
    finished. `heard_ms` is what was heard of a reply that is cut. Tools answer `results` by their name.
    """

    def __init__(
        self, name: str, patch: SessionPatch, *, heard_ms: float = 0.0, results: dict[str, str] | None = None
    ) -> None:
        self.session: Session = new_session(patch)
        self.sent: list[ClientEvent] = []
        self.views: list[CallView] = []
        self.states: list[str] = []
        self._heard_ms = heard_ms
        self._results = results or {}
        self._frames: dict[str, int] = {}
        self._last = ""
        events = [decode_server(line) for line in captured_lines(name)]
        stamps = [getattr(event, "timestamp", None) for event in events]
        self.now = next(stamp for stamp in stamps if stamp)
        self.happen(inputs.LinkOpened(), inputs.MediaConnected())
        for event, stamp in zip(events, stamps, strict=True):
            self.now = max(self.now, stamp or 0.0)
            self.happen(inputs.Tick(), inputs.Received(event))

    def happen(self, *happened: inputs.AnyInput) -> None:
        """Feed inputs, and what comes of their effects."""
        for input_ in happened:
            self.session, effects = step(self.session, input_, self.now)
            for effect in effects:
                self._do(effect)
            view = view_of(self.session)
            self.views.append(view)
            if view.state not in self.states[-1:]:
                self.states.append(view.state)

    def wait(self, seconds: float) -> None:
        """Time passes, with the call's ticks."""
        for _ in range(round(seconds / 0.25)):
            self.now += 0.25
            self.happen(inputs.Tick())

    @property
    def said(self) -> list[tuple[str, str]]:
        """Who said what, as the page shows it in the end."""
        return [(turn.speaker, turn.text) for turn in self.views[-1].turns]

    def _do(self, effect: AnyEffect) -> None:
        match effect:
            case Send(event):
                self.sent.append(event)
            case Play(reply_id, pcm):
                self._frames[reply_id] = self._frames.get(reply_id, 0) + 1
                self._last = reply_id
                if any(pcm):
                    self.happen(inputs.ReplyAudible(reply_id))
            case FinishReply(reply_id):
                self.happen(inputs.ReplyDrained(reply_id, self._frames.get(reply_id, 0) * _FRAME_MS))
            case FlushPlayout():
                self.happen(inputs.PlayoutFlushed(self._last, self._heard_ms))
            case RunTool(call_id, name):
                self.happen(inputs.ToolFinished(call_id, self._results[name]))
            case _:
                pass
