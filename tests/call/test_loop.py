"""The thread whose loop serves all calls."""

import asyncio
import threading

import pytest

from voice.call.loop import CallLoop


@pytest.fixture
def running() -> CallLoop:
    calls = CallLoop()
    calls.start()
    return calls


def test_work_runs_on_a_thread_of_its_own(running: CallLoop) -> None:
    async def where() -> tuple[str, bool]:
        return threading.current_thread().name, asyncio.get_running_loop() is running.loop

    assert running.submit(where()).result(10) == ("calls", True)
    running.stop()


async def test_a_result_may_be_awaited_from_another_loop(running: CallLoop) -> None:
    async def answer() -> int:
        return 42

    assert await asyncio.wrap_future(running.submit(answer())) == 42
    await asyncio.to_thread(running.stop)


def test_an_error_goes_to_who_asked_and_the_loop_goes_on(running: CallLoop) -> None:
    async def broken() -> None:
        raise ValueError("broken on purpose")

    async def answer() -> int:
        return 42

    with pytest.raises(ValueError, match="broken on purpose"):
        running.submit(broken()).result(10)
    assert running.submit(answer()).result(10) == 42
    running.stop()


def test_stopping_ends_the_thread_and_closes_the_loop(running: CallLoop) -> None:
    running.stop()
    assert running.loop.is_closed()
    assert "calls" not in [thread.name for thread in threading.enumerate()]


def test_what_was_asked_before_the_stop_is_still_done(running: CallLoop) -> None:
    done: list[int] = []
    for index in range(3):
        running.loop.call_soon_threadsafe(done.append, index)
    running.stop()
    assert done == [0, 1, 2]
