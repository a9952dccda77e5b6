"""Folds messages that come many times a second, audio and words, into one entry of the event log each.

Audio is counted and never kept.
"""

from typing import Any

from voice.audio.microphone import AGENT_RATE_HZ
from voice.call.event_text import MAX_JSON_CHARS
from voice.call.redaction import Redactor
from voice.protocol.client_events import ClientEvent, InputAudio
from voice.protocol.server_events import ReplyAudio, ServerEvent, TranscriptAgentDelta, TranscriptUserDelta

_PCM16_BYTES_PER_S = 2 * AGENT_RATE_HZ
_MS_PER_S = 1000
# Of a reply's words; what comes after is only counted. Beyond what is shown lies what a secret may need to be
# recognised by, at the cut.
_SHOWN_CHARS = MAX_JSON_CHARS // 2
_SHOWN_ID_CHARS = 200
_MARGIN_CHARS = 4_000

Foldable = InputAudio | ReplyAudio | TranscriptAgentDelta | TranscriptUserDelta


def run_key(event: ClientEvent | ServerEvent | object) -> tuple[str, str] | None:
    """Messages of the same type and the same reply or utterance make one run; None for all others."""
    match event:
        case InputAudio():
            return "input.audio", ""
        case ReplyAudio():
            return "reply.audio", event.reply_id
        case TranscriptAgentDelta():
            return "transcript.agent.delta", event.reply_id
        case TranscriptUserDelta():
            return "transcript.user.delta", event.item_id
        case _:
            return None


class Run:
    """Messages of one key. `chars` is the size of the text that is kept of them."""

    def __init__(self) -> None:
        self.messages = 0
        self._audio_bytes = 0
        self._text = ""
        self._start_ms: float | None = None
        self._end_ms: float | None = None
        self._ids: dict[str, str] = {}

    @property
    def chars(self) -> int:
        """Size of the text that is kept."""
        return len(self._text) + sum(map(len, self._ids.values()))

    def add(self, event: Foldable) -> None:
        """Take one more message."""
        self.messages += 1
        match event:
            case InputAudio():
                self._audio_bytes += len(event.audio)
            case ReplyAudio():
                self._audio_bytes += len(event.data)
                self._name(reply_id=event.reply_id)
            case TranscriptUserDelta():
                self._text = event.text[: _SHOWN_CHARS + _MARGIN_CHARS]
                self._name(item_id=event.item_id)
            case TranscriptAgentDelta():
                self._add_word(event)

    def _add_word(self, word: TranscriptAgentDelta) -> None:
        self._name(reply_id=word.reply_id, item_id=word.item_id)
        if len(self._text) < _SHOWN_CHARS + _MARGIN_CHARS:
            self._text = (self._text + word.delta)[: _SHOWN_CHARS + _MARGIN_CHARS]
        self._start_ms = word.start_ms if self._start_ms is None else self._start_ms
        self._end_ms = word.end_ms

    def _name(self, **ids: str) -> None:
        self._ids = {name: id_[: _SHOWN_ID_CHARS + _MARGIN_CHARS] for name, id_ in ids.items()}

    def body(self, type_: str, redactor: Redactor) -> dict[str, Any]:
        """The run as if it had been one message, with the number of `messages`; without secrets."""
        ids = {name: redactor.text(id_, _SHOWN_ID_CHARS) for name, id_ in self._ids.items()}
        body: dict[str, Any] = {"type": type_, **ids, "messages": self.messages}
        match type_:
            case "input.audio" | "reply.audio":
                # Both ways are PCM16 at 24 kHz: Parley asks for nothing else.
                length_ms = self._audio_bytes * _MS_PER_S // _PCM16_BYTES_PER_S
                return {**body, "bytes": self._audio_bytes, "ms": length_ms}
            case "transcript.agent.delta":
                text = redactor.text(self._text, _SHOWN_CHARS)
                return {**body, "delta": text, "start_ms": self._start_ms, "end_ms": self._end_ms}
            case _:
                return {**body, "text": redactor.text(self._text, _SHOWN_CHARS)}
