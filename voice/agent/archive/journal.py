"""What is kept of one session: who it belongs to, how it ran, its turns, its sound.

Owns the moments: everything is placed on one monotonic clock from the start of the session, and noted in Unix
epoch milliseconds as the service does. It is told what happens on the event loop and never changes it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from voice.agent.archive.following import Following
from voice.agent.archive.recording import RATE_HZ, Recording
from voice.agent.line_format import LineFormat, Samples
from voice.agent.listener import FinalTranscript, ListenerEvent, SpeechStarted, SpeechStopped
from voice.agent.reply import Kind
from voice.audio.levels import first_audible
from voice.protocol.client_events import ClientEvent
from voice.protocol.server_events import ReplyDone, ReplyStarted, ServerEvent
from voice.protocol.stored_sessions import Metadata, TimelineEnd

_AUDIBLE_WINDOW_MS: Final = 10


@dataclass(frozen=True, slots=True)
class Start:
    """What is known of a session when it begins. `config` is the echo of its configuration."""

    session_id: str
    account: str
    config: dict[str, Any]
    person_line: LineFormat
    agent_line: LineFormat
    started_at: float  # wall clock, epoch seconds


@dataclass(frozen=True, slots=True)
class End:
    """How a session ended. `at` is the wall clock in epoch seconds, `on_clock` monotonic seconds."""

    reason: str
    public_reason: str
    duration_s: float
    at: float
    on_clock: float


class Journal:
    """Follows one session from its first update to its end.

    Args:
        number: grows from session to session.
        now: the event loop's clock, on which replies are paced.
        recording: None when the sound is not kept.
    """

    def __init__(
        self, number: int, start: Start, recording: Recording | None, now: Callable[[], float]
    ) -> None:
        self.number = number
        self.start = start
        self.recording = recording
        self.end: End | None = None
        self.timeline = b""  # JSON, from the end on
        self._now = now
        self._begun_at = now()
        self._following = Following()
        self._started_ms = round(start.started_at * 1000)
        self._onset_ms = self._stopped_ms = self._started_ms
        self._reply_audible = False

    @property
    def size(self) -> int:
        """Bytes that are kept of it."""
        return len(self.timeline) + (self.recording.size if self.recording else 0)

    @property
    def settled(self) -> bool:
        """Whether the session is over and everything of it written."""
        return self.end is not None and (self.recording is None or self.recording.finished)

    def sent(self, event: ServerEvent, kind: Kind | None) -> None:
        """Note what the agent sends; `kind` is that of the reply under way."""
        if isinstance(event, ReplyStarted):
            self._reply_audible = False
        elif isinstance(event, ReplyDone) and event.status == "interrupted" and self.recording:
            self.recording.cut(self._now())
        self._following.sent(event, self._now_ms(), kind)

    def received(self, event: ClientEvent) -> None:
        """Note what the client sent and the session took."""
        self._following.received(event, self._now_ms())

    def listened(self, event: ListenerEvent, heard_ms: float) -> None:
        """Note what was heard in the sound; `heard_ms` is how much of it the listener has had."""
        now_ms = self._now_ms()
        match event:
            case SpeechStarted(onset_ms):
                self._onset_ms = max(self._started_ms, round(now_ms - (heard_ms - onset_ms)))
            case SpeechStopped():
                self._stopped_ms = now_ms
            case FinalTranscript(text) if text:
                self._following.spoken(self._onset_ms, self._stopped_ms)

    def timed_out(self, call_ids: Iterable[str]) -> None:
        """The agent has given up waiting for these tools."""
        self._following.timed_out(call_ids, self._now_ms())

    def heard(self, samples: Samples) -> None:
        """Add sound of the person, in the rate of their line."""
        if self.recording is not None:
            self.recording.heard(self._now(), samples)

    def spoke(self, data: bytes, due_at: float) -> None:
        """Add sound of the reply under way, as it was sent; its first sample is to be heard at `due_at`."""
        line = self.start.agent_line
        samples = line.decode(data)
        if self.recording is not None:
            self.recording.spoke(due_at, samples)
        if not self._reply_audible:
            silent = first_audible(samples, line.rate_hz * _AUDIBLE_WINDOW_MS // 1000)
            if silent is not None:
                self._reply_audible = True
                self._following.audible(self._epoch_ms(due_at + silent / line.rate_hz))

    def close(self, end: End) -> None:
        """The session is over."""
        self.end = end
        ended = TimelineEnd(end.reason, end.public_reason, end.duration_s)
        timeline = self._following.timeline(self.start.session_id, self._started_ms, ended)
        plain = msgspec.to_builtins(timeline)
        plain["turns"] = [_without_empty_lists(turn) for turn in plain["turns"]]
        self.timeline = msgspec.json.encode(_without_empty_lists(plain))
        self._following = Following()
        if self.recording is not None:
            self.recording.end(self._now())

    def metadata(self, started_at: str, ended_at: str) -> bytes:
        """What is known of the recording, as JSON. Only of a settled session with one."""
        assert self.recording is not None  # noqa: S101 - asked for only with a recording
        session_id = self.start.session_id
        return msgspec.json.encode(
            Metadata(
                session_id=session_id,
                started_at=started_at,
                ended_at=ended_at,
                format="ogg/opus",
                channels=2,
                channel_layout="stereo (left=user, right=agent)",
                sample_rate=RATE_HZ,
                file=f"{session_id}/recording/audio.ogg",
                uploaded_chunks=self.recording.taken,
                dropped_chunks=self.recording.dropped,
            )
        )

    def _now_ms(self) -> int:
        return self._epoch_ms(self._now())

    def _epoch_ms(self, at: float) -> int:
        return self._started_ms + round((at - self._begun_at) * 1000)


def _without_empty_lists(plain: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if value != []}
