"""A call with a tool: how it is called, and whether a result is used when it comes early or late."""

import json

from voice.probe.bench import Bench
from voice.probe.call import ProbeCall
from voice.probe.words import plain_words
from voice.protocol.client_events import ReplyCreate, ToolResult
from voice.protocol.config import FunctionTool, SessionPatch
from voice.protocol.server_events import ToolCall, TranscriptAgent, TranscriptAgentDelta

_TOOL = FunctionTool(name="code_word", description="Gives the code word of the day.")
_PROMPT = "You give people the code word of the day. Always call code_word for it, and say it in five words."
_ASK = "Call code_word and say the code word."
_CALLED_S = 3.0
_DONE_S = 3.5
_ANSWERED_S = 4.0


async def tools(bench: Bench) -> None:
    """One call in which the tool is called twice, with another result each time."""
    patch = SessionPatch(system_prompt=_PROMPT, tools=(_TOOL,))
    async with bench.session(bench.target.endpoint, "tools", patch) as call:
        called = await _called(call)
        if called is None:
            bench.check("tool_call", False, f"none within {_CALLED_S:.0f} s")
            bench.not_tested("no tool was called", "early_result", "late_result")
            return
        is_object = isinstance(called.arguments, dict)
        seen = f"{called.name} with {'an object' if is_object else 'something else'}"
        bench.check("tool_call", called.name == _TOOL.name and is_object, seen)
        await _answered(bench, call, "early_result", called, "blue harbor")
        await call.until(call.is_quiet, _DONE_S)
        called = await _called(call)
        if called is None:
            bench.not_tested("the tool was not called again", "late_result")
            return
        await call.until(call.is_quiet, _DONE_S)
        await _answered(bench, call, "late_result", called, "green garden")


async def _called(call: ProbeCall) -> ToolCall | None:
    since = call.mark()
    await call.send(ReplyCreate(instructions=_ASK))
    return await call.wait(ToolCall, _CALLED_S, since)


async def _answered(bench: Bench, call: ProbeCall, row_id: str, called: ToolCall, word: str) -> None:
    since = call.mark()
    await call.send(ToolResult(call_id=called.call_id, result=json.dumps({"code_word": word})))
    same = await call.until(lambda: word in _words(call, since), _ANSWERED_S)
    errors = call.errors(since)
    otherwise = (
        errors[0].code if errors else f"“{_words(call, since)}”" if _words(call, since) else "no answer"
    )
    bench.check(row_id, same, "used" if same else otherwise)


def _words(call: ProbeCall, since: int) -> str:
    deltas = "".join(f"{e.delta.strip()} " for e in call.all(TranscriptAgentDelta, since))
    return plain_words(" ".join([deltas, *(e.text or "" for e in call.all(TranscriptAgent, since))]))
