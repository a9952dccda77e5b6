"""Calls of tools by the agent, and when their results may go. Pure handlers.

A result is sent only while `reply.done` is the latest event of the turn, and never for a reply that was
interrupted. This side offers no tools: every call is answered so, for a call without an answer stalls
the agent until its timeout.
"""

import json

from msgspec.structs import replace

from voice.protocol.client_events import ToolResult
from voice.protocol.effects import Send
from voice.protocol.server_events import ToolCall
from voice.protocol.session_state import MAX_PENDING_TOOLS, Session, Step, TurnEvent

_MAX_NAME_CHARS = 64


def called(session: Session, call: ToolCall, now: float) -> Step:
    """Answer at once when the reply is done, wait while it runs, drop the call when it was interrupted."""
    if call.name in session.hosted_tools or any(p.call_id == call.call_id for p in session.pending_tools):
        return session, ()
    counters = replace(session.counters, tool_calls=session.counters.tool_calls + 1)
    if session.turn_event is TurnEvent.REPLY_INTERRUPTED:
        return replace(
            session, counters=replace(counters, tool_calls_dropped=counters.tool_calls_dropped + 1)
        ), ()
    pending = (*session.pending_tools, call)
    dropped = counters.tool_calls_dropped + max(0, len(pending) - MAX_PENDING_TOOLS)
    session = replace(
        session,
        pending_tools=pending[-MAX_PENDING_TOOLS:],
        counters=replace(counters, tool_calls_dropped=dropped),
    )
    current = session.playout.current
    if current is not None:
        session = replace(session, playout=session.playout.with_reply(replace(current, called_tool=True)))
    if session.turn_event in (TurnEvent.NONE, TurnEvent.REPLY_DONE):
        return _results_sent(replace(session, thinking_since=now))
    return session, ()


def send_results(session: Session) -> Step:
    """The reply is done: the answers to its calls go now."""
    return _results_sent(replace(session, turn_event=TurnEvent.REPLY_DONE))


def discard_results(session: Session) -> Step:
    """The reply was interrupted: its calls are of no interest any more."""
    dropped = session.counters.tool_calls_dropped + len(session.pending_tools)
    return replace(
        session,
        turn_event=TurnEvent.REPLY_INTERRUPTED,
        pending_tools=(),
        counters=replace(session.counters, tool_calls_dropped=dropped),
    ), ()


def _results_sent(session: Session) -> Step:
    results = tuple(Send(_no_such_tool(call)) for call in session.pending_tools)
    return replace(session, pending_tools=()), results


def _no_such_tool(call: ToolCall) -> ToolResult:
    words = json.dumps({"error": f"no such tool: {call.name[:_MAX_NAME_CHARS]}"})
    return ToolResult(call_id=call.call_id, result=words, is_error=True)
