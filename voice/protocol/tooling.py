"""Calls of tools by the agent, and when their results may go. Pure handlers.

A result is sent only while `reply.done` is the latest event of the turn, and never for a reply that was
interrupted. Every call is answered, for one without an answer stalls the agent until its timeout: a tool
that is not switched on is refused here, all others are run by whoever carries out `RunTool`.
"""

import json

from msgspec.structs import replace

from voice.conversation import tool_turns
from voice.conversation.state import CallState
from voice.protocol.client_events import ToolResult
from voice.protocol.effects import RunTool, Send
from voice.protocol.inputs import ToolFinished
from voice.protocol.server_events import ToolCall
from voice.protocol.session_state import MAX_PENDING_TOOLS, PendingTool, Session, Step, TurnEvent

# The reply to a turn starts within milliseconds of its commit (seen on the service, 2026-09). When none has
# started after this long, the speech was a noise that gets no reply, and the agent still waits for the tool.
NO_REPLY_AFTER_S = 3.0


def called(session: Session, call: ToolCall, now: float) -> Step:
    """Run the tool, unless the service does that or the reply that asks for it was interrupted already."""
    if tool_turns.turn_of(session.transcript, call.call_id):
        return session, ()
    session = _awaited(session, now)
    if call.name in session.hosted_tools:
        return session, ()
    counters = replace(session.counters, tool_calls=session.counters.tool_calls + 1)
    session = replace(session, counters=counters)
    if session.turn_event is TurnEvent.REPLY_INTERRUPTED:
        return _counted_dropped(session, 1), ()
    session = _opened(session, call, now)
    if call.name in _switched_on(session):
        return session, (RunTool(call.call_id, call.name, call.arguments),)
    shown = call.name[: tool_turns.MAX_NAME_CHARS]
    words = json.dumps({"error": f"The tool {shown} does not exist or is switched off."}, ensure_ascii=False)
    return finished(session, ToolFinished(call.call_id, words, is_error=True), now)


def finished(session: Session, event: ToolFinished, now: float) -> Step:
    """A tool has run. Its result waits for its moment; one that nobody waits for any more is dropped."""
    waiting = (p for p in session.pending_tools if p.call_id == event.call_id and p.answer is None)
    pending = None if session.ended else next(waiting, None)
    if pending is None:
        return session, ()
    answer = ToolResult(call_id=event.call_id, result=event.result, is_error=event.is_error)
    answered = replace(pending, answer=answer)
    outcome: tool_turns.Outcome = "failed" if event.is_error else "done"
    session = replace(
        session,
        pending_tools=tuple(answered if p is pending else p for p in session.pending_tools),
        transcript=tool_turns.ended(session.transcript, event.call_id, outcome, event.result, now),
    )
    may_go = session.turn_event in (TurnEvent.NONE, TurnEvent.REPLY_DONE)
    return _results_sent(session, now) if may_go else (session, ())


def send_results(session: Session, now: float) -> Step:
    """The reply is done: the results of its calls go now, those that still run as soon as they come."""
    return _results_sent(replace(session, turn_event=TurnEvent.REPLY_DONE), now)


def send_overdue(session: Session, now: float) -> Step:
    """Somebody was heard after the reply, and nothing came of it: the results need not wait any longer."""
    quiet = session.state in (CallState.LISTENING, CallState.THINKING)
    waited_s = 0.0 if session.since is None else now - session.since
    if session.turn_event is TurnEvent.SPEECH_STARTED and quiet and waited_s >= NO_REPLY_AFTER_S:
        return _results_sent(session, now)
    return session, ()


def discard_results(session: Session, reply_id: str, now: float) -> Step:
    """The reply was interrupted: its calls are of no interest any more; without an id, no call is."""
    dropped = [p for p in session.pending_tools if not reply_id or p.reply_id == reply_id]
    for pending in dropped:
        session = _without(session, pending, now)
    return replace(session, turn_event=TurnEvent.REPLY_INTERRUPTED), ()


def _opened(session: Session, call: ToolCall, now: float) -> Session:
    if len(session.pending_tools) >= MAX_PENDING_TOOLS:
        session = _without(session, session.pending_tools[0], now)
    return replace(
        session,
        pending_tools=(*session.pending_tools, PendingTool(call.call_id, session.playout.latest)),
        transcript=tool_turns.called(session.transcript, call.call_id, call.name, call.arguments, now),
    )


def _awaited(session: Session, now: float) -> Session:
    """Another reply will follow with the tool's result; the one that called it may have no sound."""
    if not session.playout.open:
        return replace(session, thinking_since=now)
    newest = session.playout.open[-1]
    playout = session.playout.with_reply(replace(newest, called_tool=True))
    waiting = session.thinking_since if session.playout.current else now
    return replace(session, playout=playout, thinking_since=waiting)


def _without(session: Session, pending: PendingTool, now: float) -> Session:
    others = tuple(p for p in session.pending_tools if p is not pending)
    transcript = tool_turns.ended(session.transcript, pending.call_id, "dropped", "", now)
    return _counted_dropped(replace(session, pending_tools=others, transcript=transcript), 1)


def _counted_dropped(session: Session, calls: int) -> Session:
    dropped = session.counters.tool_calls_dropped + calls
    return replace(session, counters=replace(session.counters, tool_calls_dropped=dropped))


def _results_sent(session: Session, now: float) -> Step:
    results = tuple(Send(p.answer) for p in session.pending_tools if p.answer is not None)
    if not results or not session.ready:
        return session, ()
    running = tuple(p for p in session.pending_tools if p.answer is None)
    return replace(session, pending_tools=running, thinking_since=now), results


def _switched_on(session: Session) -> frozenset[str]:
    tools = session.config.wanted.tools
    return frozenset(tool.name for tool in tools) if isinstance(tools, tuple) else frozenset()
