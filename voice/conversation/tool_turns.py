"""Calls of tools in the transcript: a slot each, where the call happened. Pure."""

import json
from typing import Literal

from msgspec.structs import replace

from voice.conversation.transcript import ToolView, Transcript, Turn

MAX_NAME_CHARS = 64
# What a card can show at a glance; the agent gets the whole result all the same.
MAX_SHOWN_CHARS = 2_000

Outcome = Literal["done", "failed", "dropped"]


def called(transcript: Transcript, call_id: str, name: str, arguments: object, now: float) -> Transcript:
    """The agent called a tool: a card that says it runs."""
    tool = ToolView(name[:MAX_NAME_CHARS], "running", _shown(_as_text(arguments)))
    return transcript.reserve("tool", now, call_id=call_id, tool=tool)


def ended(transcript: Transcript, call_id: str, outcome: Outcome, result: str, now: float) -> Transcript:
    """The call came to an end, or its result is not wanted any more. The first end counts."""
    turn = turn_of(transcript, call_id)
    if turn is None or turn.tool is None or turn.settled:
        return transcript
    took_ms = None if outcome == "dropped" else round((now - turn.started_at) * 1000)
    tool = replace(turn.tool, status=outcome, result=_shown(result), took_ms=took_ms)
    return transcript.put(replace(turn, tool=tool, settled=True, ended_at=now))


def closed(transcript: Transcript, now: float) -> Transcript:
    """The call is over: nobody waits for what still runs."""
    for turn in transcript.slots:
        if turn.speaker == "tool" and not turn.settled:
            transcript = ended(transcript, turn.call_id, "dropped", "", now)
    return transcript


def turn_of(transcript: Transcript, call_id: str) -> Turn | None:
    """The slot of this call, if it is known."""
    return transcript.last(lambda turn: turn.speaker == "tool" and turn.call_id == call_id)


def _as_text(arguments: object) -> str:
    try:
        return json.dumps(arguments, ensure_ascii=False)
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets without end
        return "(not to be shown)"


def _shown(text: str) -> str:
    return text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 1] + "…"
