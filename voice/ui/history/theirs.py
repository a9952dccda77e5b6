"""A session as the agent's service tells it, in the shape of a kept call. Pure.

Its times are the service's own; position 0 is where its recording begins.
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from voice.conversation.transcript import ToolView
from voice.history.records import FullCall, SessionRecord, TurnRecord
from voice.protocol.stored_sessions import Timeline, TimelineToolCall, TimelineTurn

_MS_PER_S = 1000.0
_MAX_SHOWN_CHARS = 2_000
# Eleven days. A service may say anything, and a page can't draw everything.
_MAX_MS = 1e9


def ours_in(full: FullCall, session: SessionRecord) -> tuple[TurnRecord, ...]:
    """The turns of our transcript that were said in this session."""
    after = [other.began_at for other in full.sessions if other.number > session.number]
    until = min(after, default=float("inf"))
    since = session.began_at if session.number > 1 else float("-inf")
    return tuple(turn for turn in full.turns if since <= turn.started_at < until)


def as_call(full: FullCall, session: SessionRecord) -> FullCall:
    """The session alone: with the service's turns, or with ours where it gave no timeline."""
    timeline = session.timeline
    began = session.began_at
    if timeline is None:
        turns, ended_at = ours_in(full, session), full.call.ended_at
    else:
        turns = tuple(_turns(full.call.id, timeline, began))
        lasted = timeline.ended.duration_seconds if timeline.ended else None
        ended_at = (
            full.call.ended_at if lasted is None else began + bounded_ms(lasted * _MS_PER_S) / _MS_PER_S
        )
    return FullCall(replace(full.call, started_at=began, ended_at=ended_at), turns)


def pieces_of(turn: TimelineTurn) -> list[tuple[float, str | TimelineToolCall, str]]:
    """What was said and called in one turn, as `(moment in ms, text or tool call, who)`, in order."""
    found: list[tuple[float, str | TimelineToolCall, str]] = []
    asked = _first(turn.user_speech_started_at_ms, turn.user_speech_ended_at_ms, 0.0)
    if turn.user_transcript:
        found.append((asked, turn.user_transcript, "user"))
    called = _first(turn.user_speech_ended_at_ms, asked)
    found += [(_first(tool.dispatched_at_ms, called), tool, "tool") for tool in turn.tool_calls]
    if turn.agent_text:
        found.append((_first(turn.agent_reply_started_at_ms, called), turn.agent_text, "agent"))
    return sorted(found, key=lambda piece: piece[0])


def bounded_ms(ms: float) -> float:
    """A moment or a length that can be drawn."""
    return min(max(ms, 0.0), _MAX_MS)


def _turns(call_id: str, timeline: Timeline, began: float) -> Iterator[TurnRecord]:
    number = 0
    for turn in timeline.turns:
        for at_ms, what, who in pieces_of(turn):
            number += 1
            at = began + at_ms / _MS_PER_S
            if isinstance(what, TimelineToolCall):
                yield TurnRecord(
                    call_id=call_id,
                    number=number,
                    speaker="tool",
                    text="",
                    started_at=at,
                    ended_at=at + bounded_ms(what.duration_ms or 0.0) / _MS_PER_S,
                    tool=msgspec.to_builtins(tool_view(what)),
                )
                continue
            is_user = who == "user"
            ended_ms = turn.user_speech_ended_at_ms if is_user else _end_of_reply(turn)
            yield TurnRecord(
                call_id=call_id,
                number=number,
                speaker="user" if is_user else "agent",
                text=what,
                started_at=at,
                ended_at=None if ended_ms is None else max(at, began + bounded_ms(ended_ms) / _MS_PER_S),
                interrupted=not is_user and turn.interrupted_at_ms is not None,
            )


def tool_view(tool: TimelineToolCall) -> ToolView:
    """A tool's call as our own transcript shows one."""
    return ToolView(
        name=tool.name,
        status="failed" if tool.is_error or tool.timed_out else "done",
        arguments=_text_of(tool.arguments),
        result=_text_of(tool.result),
        took_ms=None if tool.duration_ms is None else round(bounded_ms(tool.duration_ms)),
    )


def _end_of_reply(turn: TimelineTurn) -> float | None:
    return turn.agent_reply_ended_at_ms if turn.interrupted_at_ms is None else turn.interrupted_at_ms


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:_MAX_SHOWN_CHARS]


def _first(*moments: float | None) -> float:
    return bounded_ms(next(moment for moment in moments if moment is not None))
