"""Follows one session turn by turn, into the timeline that the Sessions API gives out.

Pure: moments are passed in, in Unix epoch milliseconds, as the service gives them. Owns which reply answers
which words, and the bounds of what is noted. It never looks at sound and never changes the session.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from voice.agent.reply import Kind
from voice.protocol.client_events import ClientEvent, ReplyCreate, SessionUpdate, ToolResult
from voice.protocol.server_events import (
    ReplyDone,
    ReplyStarted,
    ServerEvent,
    ToolCall,
    TranscriptAgent,
    TranscriptUser,
)
from voice.protocol.stored_sessions import (
    Timeline,
    TimelineEnd,
    TimelineToolCall,
    TimelineTurn,
    Trigger,
)

# Three hours of quick talk. What comes after is not noted.
MAX_TURNS: Final = 4_000
MAX_CHANGES: Final = 1_000
# Words, arguments and results of one session together: a client may send results of 20 000 letters.
MAX_CHARS: Final = 2_000_000
_MAX_WAITING: Final = 50
# Also of words that got no reply, because the session ended or the person went on.
INTERRUPTED: Final = "interrupted"

_TRIGGERS: Final[dict[Kind, Trigger]] = {
    "greeting": "greeting",
    "notice": "greeting",
    "turn": "user_speech",
    "tool": "tool_result",
    "create": "reply_create",
}


@dataclass(frozen=True, slots=True)
class _Said:
    item_id: str
    text: str
    started_ms: int
    ended_ms: int


class Following:
    """The turns of one session so far. A turn is named for its reply, and its item is the person's words."""

    def __init__(self) -> None:
        self._turns: dict[str, TimelineTurn] = {}
        self._changes: list[dict[str, Any]] = []
        self._turn_of_call: dict[str, str] = {}
        self._room = MAX_CHARS
        self._open: str | None = None  # the reply under way
        self._instructions: str | None = None
        self._said: _Said | None = None  # not answered yet
        # Begin and commit of utterances whose words the agent still holds back; the oldest is forgotten.
        self._spans: deque[tuple[int, int]] = deque(maxlen=_MAX_WAITING)

    def spoken(self, started_ms: int, ended_ms: int) -> None:
        """The person's turn is committed; its words follow, at once or when a tool lets the agent go on."""
        self._spans.append((started_ms, ended_ms))

    def sent(self, event: ServerEvent, at_ms: int, kind: Kind | None = None) -> None:
        """Note what the agent sends. `kind` is that of the reply under way."""
        match event:
            case TranscriptUser():
                self._take_words(event, at_ms)
            case ReplyStarted():
                self._begin(event, kind or "create", at_ms)
            case ToolCall():
                self._call(event, at_ms)
            case TranscriptAgent():
                self._change(event.reply_id, agent_text=self._fit(event.text or ""))
            case ReplyDone():
                self._finish(event, at_ms)

    def received(self, event: ClientEvent, at_ms: int) -> None:
        """Note what the client sent and the session took."""
        match event:
            case SessionUpdate() if len(self._changes) < MAX_CHANGES:
                changes = self._fit_value(msgspec.to_builtins(event.session))
                self._changes.append({"at_ms": at_ms, "changes": changes})
            case ReplyCreate():
                self._instructions = event.instructions
            case ToolResult():
                self._answer(event.call_id, at_ms, self._fit(event.result), is_error=event.is_error)

    def audible(self, at_ms: int) -> None:
        """The first sound of the reply under way that is not silence."""
        turn = self._turns.get(self._open or "")
        if turn is None or turn.time_to_first_audio_ms is not None:
            return
        asked_ms = turn.user_speech_ended_at_ms if turn.trigger == "user_speech" else None
        since_ms = asked_ms if asked_ms is not None else turn.agent_reply_started_at_ms
        self._change(turn.turn_id, time_to_first_audio_ms=at_ms - (since_ms or 0))

    def timed_out(self, call_ids: Iterable[str], at_ms: int) -> None:
        """The agent has given up waiting for these tools."""
        for call_id in call_ids:
            self._answer(call_id, at_ms, None, is_error=True, timed_out=True)

    def timeline(self, session_id: str, started_at_unix_ms: int, ended: TimelineEnd) -> Timeline:
        """Everything noted, in the order in which turns began."""
        self._leave_unanswered()
        return Timeline(
            session_id=session_id,
            started_at_unix_ms=started_at_unix_ms,
            turns=[_as_told(turn) for turn in sorted(self._turns.values(), key=_began_ms)],
            config_changes=list(self._changes),
            ended=ended,
        )

    def _take_words(self, event: TranscriptUser, at_ms: int) -> None:
        self._leave_unanswered()
        started_ms, ended_ms = self._spans.popleft() if self._spans else (at_ms, at_ms)
        self._said = _Said(event.item_id, self._fit(event.text), started_ms, ended_ms)

    def _begin(self, event: ReplyStarted, kind: Kind, at_ms: int) -> None:
        said, self._open = None, event.reply_id
        if kind in ("turn", "tool"):
            # A reply to a tool answers what was said meanwhile, too.
            said, self._said = self._said, None
        instructions = None
        if kind == "create":
            instructions, self._instructions = self._instructions, None
        self._add(
            TimelineTurn(
                turn_id=event.reply_id,
                item_id=said.item_id if said else event.item_id,
                trigger=_TRIGGERS[kind],
                requested_instructions=instructions and self._fit(instructions),
                user_transcript=said.text if said else None,
                user_speech_started_at_ms=said.started_ms if said else None,
                user_speech_ended_at_ms=said.ended_ms if said else None,
                agent_reply_started_at_ms=at_ms,
            )
        )

    def _finish(self, event: ReplyDone, at_ms: int) -> None:
        interrupted_at = at_ms if event.status == INTERRUPTED else None
        self._change(
            event.reply_id,
            status=event.status,
            agent_reply_ended_at_ms=at_ms,
            interrupted_at_ms=interrupted_at,
        )
        self._open = None

    def _call(self, event: ToolCall, at_ms: int) -> None:
        turn = self._turns.get(self._open or "")
        if turn is None:
            return
        call = TimelineToolCall(
            call_id=event.call_id,
            name=event.name,
            arguments=self._fit_value(event.arguments),
            dispatched_at_ms=at_ms,
        )
        self._turn_of_call[call.call_id] = turn.turn_id
        self._change(turn.turn_id, tool_calls=[*turn.tool_calls, call])

    def _answer(
        self, call_id: str, at_ms: int, result: str | None, *, is_error: bool, timed_out: bool = False
    ) -> None:
        """Note the first answer to a call; a call that timed out has had it."""
        turn_id = self._turn_of_call.pop(call_id, None)
        if turn_id is None:
            return
        turn = self._turns[turn_id]
        calls = [
            msgspec.structs.replace(
                call,
                result=result,
                result_received_at_ms=None if timed_out else at_ms,
                duration_ms=at_ms - (call.dispatched_at_ms or 0),
                is_error=is_error,
                timed_out=timed_out,
            )
            if call.call_id == call_id
            else call
            for call in turn.tool_calls
        ]
        self._change(turn_id, tool_calls=calls)

    def _leave_unanswered(self) -> None:
        said, self._said = self._said, None
        if said is not None:
            self._add(
                TimelineTurn(
                    turn_id=said.item_id,
                    item_id=said.item_id,
                    status=INTERRUPTED,
                    trigger="user_speech",
                    user_transcript=said.text,
                    user_speech_started_at_ms=said.started_ms,
                    user_speech_ended_at_ms=said.ended_ms,
                )
            )

    def _add(self, turn: TimelineTurn) -> None:
        if len(self._turns) < MAX_TURNS:
            self._turns[turn.turn_id] = turn

    def _change(self, turn_id: str, **fields: Any) -> None:
        if turn_id in self._turns:
            self._turns[turn_id] = msgspec.structs.replace(self._turns[turn_id], **fields)

    def _fit(self, text: str) -> str:
        fitting = text[: self._room]
        self._room -= len(fitting)
        return fitting

    def _fit_value(self, value: Any) -> Any:
        size = len(msgspec.json.encode(value))
        if size > self._room:
            return None
        self._room -= size
        return value


def _began_ms(turn: TimelineTurn) -> float:
    moments = (turn.user_speech_started_at_ms, turn.agent_reply_started_at_ms)
    return min((moment for moment in moments if moment is not None), default=0.0)


def _as_told(turn: TimelineTurn) -> TimelineTurn:
    """The turn without what the service leaves out around a tool (2026-09, 2026-11)."""
    if turn.trigger == "tool_result":
        return msgspec.structs.replace(turn, agent_reply_started_at_ms=None, time_to_first_audio_ms=None)
    return msgspec.structs.replace(turn, time_to_first_audio_ms=None) if turn.tool_calls else turn
