"""A run in a thread of its own: one at a time, stopped from outside, and never in the way of the next."""

import asyncio
import threading

import pytest

from voice.probe.background import BackgroundProbe

WITHIN_S = 10.0


class Work:
    """Runs until it is told to go on, and notes how it ended."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.cleaned_up = False
        self._go_on: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self) -> None:
        self._go_on, self._loop = asyncio.Event(), asyncio.get_running_loop()
        self.begun.set()
        try:
            await self._go_on.wait()
        finally:
            await asyncio.sleep(0)
            self.cleaned_up = True

    def go_on(self) -> None:
        assert self._loop is not None
        assert self._go_on is not None
        self._loop.call_soon_threadsafe(self._go_on.set)


def test_it_runs_to_its_end_and_the_next_may_begin() -> None:
    for _ in range(2):
        work = Work()
        probe = BackgroundProbe(work.run)
        assert probe.start()
        assert work.begun.wait(WITHIN_S)
        work.go_on()
        probe.ended.result(WITHIN_S)
        probe.stop()
        assert (work.cleaned_up, probe.stopped) == (True, False)


def test_only_one_runs_at_a_time() -> None:
    work = Work()
    probe = BackgroundProbe(work.run)
    assert probe.start()
    assert not BackgroundProbe(Work().run).start()
    assert work.begun.wait(WITHIN_S)
    work.go_on()
    probe.ended.result(WITHIN_S)


def test_one_that_is_stopped_cleans_up() -> None:
    work = Work()
    probe = BackgroundProbe(work.run)
    assert probe.start()
    assert work.begun.wait(WITHIN_S)
    probe.stop()
    probe.ended.result(WITHIN_S)
    assert (work.cleaned_up, probe.stopped) == (True, True)


def test_one_that_fails_lets_the_next_begin(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("no")

    probe = BackgroundProbe(fail)
    assert probe.start()
    probe.ended.result(WITHIN_S)
    assert "the probe failed" in caplog.text
    test_it_runs_to_its_end_and_the_next_may_begin()
