"""A session as the agent's service tells it, in the shape of a kept call. Pure.

Its times are the service's own; position 0 is the start of the session, where its recording begins too.
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from voice.conversation.transcript import ToolView
from voice.history.records import FullCall, SessionRecord, Speaker, TurnRecord
from voice.protocol.stored_sessions import Timeline, TimelineToolCall, TimelineTurn
from voice.protocol.timeline_clock import MAX_MS, from_start

_MS_PER_S = 1000.0
_MAX_SHOWN_CHARS = 2_000


class Moment(msgspec.Struct, frozen=True):
    """Something said, or a tool called, in one turn. Times count from the start of the session.

    `answer_ms` is how long an answer or a tool took.
    """

    speaker: Speaker
    at_ms: float
    ended_ms: float | None
    text: str = ""
    answer_ms: float | None = None
    interrupted: bool = False
    tool: TimelineToolCall | None = None


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


def moments_of(timeline: Timeline) -> Iterator[Moment]:
    """What was said and called in a session, turn by turn, each turn in order."""
    last_ms, result_ms = 0.0, None
    for turn in from_start(timeline).turns:
        found = sorted(_moments_of(turn, last_ms, result_ms), key=lambda moment: moment.at_ms)
        yield from found
        last_ms = max([last_ms, *(moment.ended_ms or moment.at_ms for moment in found)])
        if turn.tool_calls:
            results = [call.result_received_at_ms for call in turn.tool_calls]
            result_ms = max((at for at in results if at is not None), default=None)


def bounded_ms(ms: float) -> float:
    """A length that can be drawn."""
    return min(max(ms, 0.0), MAX_MS)


def _moments_of(turn: TimelineTurn, last_ms: float, result_ms: float | None) -> Iterator[Moment]:
    """A time that the service leaves out is the closest that it gives, else `last_ms`, the latest before."""
    started, committed = turn.user_speech_started_at_ms, turn.user_speech_ended_at_ms
    if turn.user_transcript:
        yield Moment("user", _first(started, committed, last_ms), committed, turn.user_transcript)
    asked = _first(committed, started, last_ms)
    for call in turn.tool_calls:
        at = _first(call.dispatched_at_ms, call.result_received_at_ms, asked)
        ended = _first(call.result_received_at_ms, at + bounded_ms(call.duration_ms or 0.0))
        yield Moment("tool", at, ended, answer_ms=call.duration_ms, tool=call)
    if turn.agent_text:
        cut = turn.interrupted_at_ms
        yield Moment(
            "agent",
            _first(turn.agent_reply_started_at_ms, _reply_began(turn, last_ms, result_ms), asked),
            turn.agent_reply_ended_at_ms if cut is None else cut,
            turn.agent_text,
            turn.time_to_first_audio_ms,
            interrupted=cut is not None,
        )


def _reply_began(turn: TimelineTurn, last_ms: float, result_ms: float | None) -> float | None:
    """The closest to the start of a reply without one: what it answers, else its end.

    The service never says when the reply to a tool's result began (2026-11).
    """
    ended = _first_known(turn.interrupted_at_ms, turn.agent_reply_ended_at_ms)
    asked = _first_known(turn.user_speech_ended_at_ms, turn.user_speech_started_at_ms)
    if turn.trigger == "tool_result" and result_ms is not None:
        asked = max(result_ms, last_ms)
    if asked is None or ended is None:
        return _first_known(asked, ended)
    return min(asked, ended)


def _turns(call_id: str, timeline: Timeline, began: float) -> Iterator[TurnRecord]:
    for number, moment in enumerate(moments_of(timeline), 1):
        ended = moment.ended_ms
        yield TurnRecord(
            call_id=call_id,
            number=number,
            speaker=moment.speaker,
            text=moment.text,
            started_at=began + moment.at_ms / _MS_PER_S,
            ended_at=None if ended is None else began + max(moment.at_ms, ended) / _MS_PER_S,
            interrupted=moment.interrupted,
            tool=None if moment.tool is None else msgspec.to_builtins(tool_view(moment.tool)),
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


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:_MAX_SHOWN_CHARS]


def _first(*moments: float | None) -> float:
    """The first known one of several, of which one always is."""
    return next(at for at in moments if at is not None)


def _first_known(*moments: float | None) -> float | None:
    return next((at for at in moments if at is not None), None)
