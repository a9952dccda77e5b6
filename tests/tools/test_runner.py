"""Running tools: checked arguments, bounded time and size, and a sentence for whatever goes wrong."""

import asyncio
import json
import logging
import threading
from enum import Enum
from typing import Literal

import pytest

from voice.tools import Tool, ToolOutcome, ToolRunner
from voice.tools.arguments import MAX_ARGUMENTS_CHARS
from voice.tools.context import ToolContext
from voice.tools.runner import MAX_RESULT_BYTES, MAX_RUNNING
from voice.tools.tool import ToolProblem


class Size(Enum):
    SMALL = "small"


def make(
    count: int, size: Size = Size.SMALL, colour: Literal["red"] | None = None, tags: list[str] | None = None
) -> dict[str, object]:
    """Make something."""
    return {"count": count, "whole": isinstance(count, int), "size": size.name, "tags": tags}


def speak(context: ToolContext) -> str:
    """Tell the time."""
    return f"Grüß Gott, {context.now():.0f}"


def refuse() -> None:
    """Can't do it."""
    raise ToolProblem("The shop is closed.")


def crash() -> None:
    """Break."""
    raise ZeroDivisionError("canary: /home/someone/secret")


def leave() -> None:
    """End the thread."""
    raise SystemExit


def rubbish() -> object:
    """Give what JSON can't hold."""
    return {"x": {1, 2}}


def not_a_number() -> float:
    """Give what JSON has no word for."""
    return float("nan")


def half_a_letter() -> str:
    """Give what no message can hold."""
    return "\ud800"


def flood() -> str:
    """Give too much."""
    return "x" * MAX_RESULT_BYTES


TOOLS = [
    Tool(function, "Title", ":material/star:")
    for function in (make, speak, refuse, crash, leave, rubbish, not_a_number, half_a_letter, flood)
]


def runner(*more: Tool, time_limit_s: float = 5.0) -> ToolRunner:
    return ToolRunner([*TOOLS, *more], ToolContext(now=lambda: 7.0), time_limit_s=time_limit_s)


def error_of(outcome: ToolOutcome) -> str:
    assert outcome.is_error
    (sentence,) = json.loads(outcome.result).values()
    return str(sentence)


async def test_arguments_arrive_as_the_function_declares_them() -> None:
    outcome = await runner().run("make", {"count": 3.0, "size": "small", "colour": None, "tags": ["a"]})
    assert not outcome.is_error
    assert json.loads(outcome.result) == {"count": 3, "whole": True, "size": "SMALL", "tags": ["a"]}


async def test_the_context_is_handed_in_and_letters_stay_readable() -> None:
    assert await runner().run("speak", {}) == ToolOutcome('"Grüß Gott, 7"')


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "make needs the argument 'count'."),
        ({"count": "three"}, "'count' must be a whole number, not \"three\"."),
        ({"count": 1.5}, "'count' must be a whole number, not 1.5."),
        ({"count": True}, "'count' must be a whole number, not true."),
        ({"count": 1, "size": "huge"}, "'size' must be one of: small."),
        ({"count": 1, "colour": "blue"}, "'colour' must be one of: red."),
        ({"count": 1, "tags": "a"}, "'tags' must be a list, not \"a\"."),
        ({"count": 1, "tags": [1]}, "each item of 'tags' must be text, not 1."),
        ({"count": 1, "weight": 2}, "make takes no argument 'weight'."),
        ({"count": 1, "context": {}}, "make takes no argument 'context'."),
        ([1], "The arguments of make must be a JSON object."),
        ("count", "The arguments of make must be a JSON object."),
        (None, "The arguments of make must be a JSON object."),
        (
            {"count": 1, "tags": ["x" * MAX_ARGUMENTS_CHARS]},
            f"The arguments of make are longer than {MAX_ARGUMENTS_CHARS} characters.",
        ),
    ],
)
async def test_wrong_arguments_get_a_sentence_and_the_function_is_not_called(
    arguments: object, sentence: str
) -> None:
    assert error_of(await runner().run("make", arguments)) == sentence


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("refuse", "The shop is closed."),
        ("crash", "crash failed."),
        ("rubbish", "rubbish gave a result that can't be sent."),
        ("not_a_number", "not_a_number gave a result that can't be sent."),
        ("half_a_letter", "half_a_letter gave a result that can't be sent."),
        ("flood", f"The result of flood is too long: {MAX_RESULT_BYTES + 2} bytes, over {MAX_RESULT_BYTES}."),
        ("nobody", "There is no such tool."),
    ],
)
async def test_a_tool_that_goes_wrong_gives_a_sentence_and_no_traceback(name: str, sentence: str) -> None:
    assert error_of(await runner().run(name, {})) == sentence


async def test_what_broke_a_tool_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        await runner().run("crash", {})
    assert "ZeroDivisionError" in caplog.text


async def test_a_tool_that_hangs_is_given_up_and_holds_up_no_other() -> None:
    release, ended = threading.Event(), threading.Event()

    def hang() -> None:
        """Hang."""
        release.wait(30)
        ended.set()

    tools = runner(Tool(hang, "Hang", ":material/block:"), time_limit_s=0.05)
    try:
        hung, spoken = await asyncio.gather(tools.run("hang", {}), tools.run("speak", {}))
    finally:
        release.set()
    assert error_of(hung) == "hang took longer than 0.05 seconds and was given up."
    assert not spoken.is_error
    assert ended.wait(10)


async def test_tools_run_in_daemon_threads_which_never_hold_up_the_end_of_the_process() -> None:
    def which() -> bool:
        """Tell what the thread is."""
        return threading.current_thread().daemon

    assert await runner(Tool(which, "Which", ":material/block:")).run("which", {}) == ToolOutcome("true")


async def test_so_many_run_at_once_and_a_place_comes_free_when_one_ends() -> None:
    release = threading.Event()

    def wait() -> None:
        """Wait."""
        release.wait(30)

    tools = runner(Tool(wait, "Wait", ":material/block:"), time_limit_s=20)
    waiting = [asyncio.create_task(tools.run("wait", {})) for _ in range(MAX_RUNNING)]
    await asyncio.sleep(0)
    refused = await tools.run("speak", {})
    release.set()
    await asyncio.gather(*waiting)
    assert error_of(refused) == "Too many tools are still running. Try again later."
    assert not (await tools.run("speak", {})).is_error


async def test_places_come_free_when_tools_fail() -> None:
    tools = runner()
    for _ in range(MAX_RUNNING + 1):
        assert error_of(await tools.run("leave", {})) == "leave failed."
