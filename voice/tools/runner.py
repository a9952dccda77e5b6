"""Runs tools off the call loop, each in a daemon thread of its own: one that hangs holds up nothing but its
own place. Everything that goes wrong becomes a result with a sentence; nothing is raised.
"""

import asyncio
import contextlib
import json
import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from voice.tools.arguments import checked_arguments
from voice.tools.context import ToolContext
from voice.tools.tool import Tool, ToolProblem

_log = logging.getLogger(__name__)

TIME_LIMIT_S = 5.0
# Many pages of text; what an agent reads out is a sentence.
MAX_RESULT_BYTES = 8 * 1024
# Far more than one conversation needs. A tool that hangs keeps its place until it ends, if it ever does.
MAX_RUNNING = 8


@dataclass(frozen=True)
class ToolOutcome:
    """`result` is JSON text: what the tool gave, or `{"error": …}` with a sentence."""

    result: str
    is_error: bool = False


class ToolRunner:
    """The tools of one browser tab. At most `MAX_RUNNING` run at once; one more is refused at once."""

    def __init__(
        self, tools: Iterable[Tool], context: ToolContext, *, time_limit_s: float = TIME_LIMIT_S
    ) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._context = context
        self._time_limit_s = time_limit_s
        self._places = threading.BoundedSemaphore(MAX_RUNNING)

    async def run(self, name: str, arguments: object) -> ToolOutcome:
        """Run one tool with the arguments the agent sent. Cancelled, it only forgets the result."""
        tool = self._tools.get(name)
        if tool is None:
            return failure("There is no such tool.")
        if not self._places.acquire(blocking=False):
            return failure("Too many tools are still running. Try again later.")
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[ToolOutcome] = loop.create_future()

        def finish(ended: ToolOutcome) -> None:
            if not outcome.done():
                outcome.set_result(ended)

        def work() -> None:
            try:
                ended = _outcome(tool, arguments, self._context)
            finally:
                self._places.release()
            with contextlib.suppress(RuntimeError):  # the loop is closed: the process is ending
                loop.call_soon_threadsafe(finish, ended)

        threading.Thread(target=work, name=f"tool {name}", daemon=True).start()
        try:
            async with asyncio.timeout(self._time_limit_s):
                return await outcome
        except TimeoutError:
            return failure(f"{name} took longer than {self._time_limit_s:g} seconds and was given up.")


def failure(sentence: str) -> ToolOutcome:
    """An error for the agent to tell."""
    return ToolOutcome(json.dumps({"error": sentence}, ensure_ascii=False), is_error=True)


def _outcome(tool: Tool, arguments: object, context: ToolContext) -> ToolOutcome:
    try:
        values = checked_arguments(tool, arguments)
        if tool.context_argument is not None:
            values[tool.context_argument] = context
        given = tool.function(**values)
    except ToolProblem as problem:
        return failure(str(problem))
    except (Exception, SystemExit):  # noqa: BLE001 - whatever a tool raises, the call goes on
        # What went wrong is for whoever keeps Parley; the agent would only read it out.
        _log.exception("the tool %s failed", tool.name)
        return failure(f"{tool.name} failed.")
    return _packed(tool, given)


def _packed(tool: Tool, given: object) -> ToolOutcome:
    try:
        text = json.dumps(given, ensure_ascii=False, allow_nan=False)
        size_bytes = len(text.encode())
    except (TypeError, ValueError, RecursionError):  # halves of surrogate pairs are a ValueError too
        _log.warning("the tool %s gave what JSON can't hold: %s", tool.name, type(given).__name__)
        return failure(f"{tool.name} gave a result that can't be sent.")
    if size_bytes > MAX_RESULT_BYTES:
        return failure(f"The result of {tool.name} is too long: {size_bytes} bytes, over {MAX_RESULT_BYTES}.")
    return ToolOutcome(text)
