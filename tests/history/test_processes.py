"""Which running calls nobody writes any more, whatever the clocks of the machines say."""

import os
import socket

from voice.history.processes import GONE_AFTER_S, Heartbeats, this_process

ELSEWHERE = "another-machine 1 abcd"


class Watching:
    """Heartbeats on a clock of the test's own."""

    def __init__(self) -> None:
        self.now = 50.0
        self.me = this_process()
        self._heartbeats = Heartbeats(self.me, lambda: self.now)

    def gone(self, stamp: float, writer: str = ELSEWHERE, number: int = 1) -> bool:
        return self._heartbeats.gone([(number, writer, stamp)]) == [number]


def test_a_stamp_that_moves_is_a_call_that_runs_however_far_off_its_clock_is() -> None:
    watching = Watching()
    for stamp in (0.0, 4e9, 4e9 - 3600, 4e9 - 3595):
        assert not watching.gone(stamp)
        watching.now += GONE_AFTER_S - 1


def test_a_stamp_that_has_not_moved_for_a_minute_is_a_call_whose_process_is_gone() -> None:
    watching = Watching()
    assert not watching.gone(1.0)
    watching.now += GONE_AFTER_S - 1
    assert not watching.gone(1.0)
    watching.now += 1
    assert watching.gone(1.0)


def test_a_call_that_was_not_looked_at_in_between_begins_anew() -> None:
    watching = Watching()
    watching.gone(1.0, number=1)
    watching.now += GONE_AFTER_S
    watching.gone(1.0, number=2)
    assert not watching.gone(1.0, number=1)


def test_on_this_machine_the_process_itself_is_asked() -> None:
    watching = Watching()
    host = socket.gethostname()
    assert not watching.gone(1.0, f"{host} {os.getppid()} abcd")
    assert watching.gone(1.0, f"{host} {2**30} abcd")
    assert watching.gone(1.0, f"{host} {os.getpid()} of-an-earlier-run")
    assert watching.gone(1.0, watching.me)
