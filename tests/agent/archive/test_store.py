"""How much the local agent keeps, and what goes first."""

import numpy as np
import pytest

from tests.support.agent_server import TurnableClock
from voice.agent.archive.journal import Journal, Start
from voice.agent.archive.store import Archive, Limits, Removal, end_of
from voice.agent.line_format import FORMATS

ACCOUNT = "local"
LINE = FORMATS["audio/pcm"]


class Shelf:
    """An archive whose encoding is done by hand."""

    def __init__(self, **limits: float) -> None:
        self.clock = TurnableClock()
        self.archive = Archive(self.clock, Limits(**limits), delay_s=0)  # type: ignore[arg-type] # numbers as given

    def begin(self, name: str, *, record: bool = True) -> Journal:
        start = Start(name, ACCOUNT, {}, LINE, LINE, self.clock.wall())
        return self.archive.begin(start, record=record)

    def talk(self, journal: Journal, seconds: float) -> None:
        """Have so much noise said and encoded."""
        assert journal.recording is not None
        begun_at = journal.recording._begun_at
        noise = np.random.default_rng(1).normal(0, 6_000, round(seconds * 24_000)).astype(np.int16)
        journal.recording.heard(begun_at + seconds, noise)
        journal.recording.encode(begun_at + seconds)

    def end(self, journal: Journal) -> None:
        journal.close(end_of("user_initiated", "client_end", 1.0, self.clock))
        if journal.recording is not None:
            journal.recording.encode(0)
        self.clock.advance(1)

    def ids(self) -> list[str]:
        return [session.id for session in self.archive.page(ACCOUNT, 200, None, None, None).sessions]


async def test_of_too_many_the_one_that_ended_first_goes() -> None:
    shelf = Shelf(sessions=2)
    first, second, third, running = (shelf.begin(name) for name in ("first", "second", "third", "running"))
    for journal in (second, first, third):
        shelf.end(journal)
    shelf.archive.sweep()
    assert shelf.ids() == ["running", "third", "first"]
    shelf.end(running)
    shelf.archive.sweep()
    assert shelf.ids() == ["running", "third"]


async def test_a_finished_session_is_kept_for_a_day_and_a_running_one_longer() -> None:
    shelf = Shelf()
    shelf.end(shelf.begin("over"))
    shelf.begin("running")
    shelf.clock.advance(24 * 3600 - 2)
    shelf.archive.sweep()
    assert shelf.ids() == ["running", "over"]
    shelf.clock.advance(2)
    shelf.archive.sweep()
    assert shelf.ids() == ["running"]


async def test_when_there_is_too_much_sound_the_oldest_goes_as_a_whole() -> None:
    shelf = Shelf(total_bytes=40_000)
    for name in ("first", "second", "third"):
        journal = shelf.begin(name)
        shelf.talk(journal, 3)
        shelf.end(journal)
    each = shelf.archive.size / 3
    assert 40_000 / 3 < each < 40_000 / 2, "two fit and three do not"
    shelf.archive.sweep()
    assert shelf.ids() == ["third", "second"]
    assert shelf.archive.remove(ACCOUNT, "second") is Removal.DONE
    assert shelf.archive.size == pytest.approx(each, rel=0.1)


async def test_a_running_session_s_sound_stops_only_when_nothing_else_can_go() -> None:
    room = 100_000
    shelf = Shelf(total_bytes=room)
    over, running = shelf.begin("over"), shelf.begin("running")
    shelf.talk(over, 15)
    shelf.end(over)
    shelf.talk(running, 10)
    shelf.archive.sweep()
    assert shelf.ids() == ["running"], "the finished one goes first"
    recording = running.recording
    assert recording is not None
    seconds = 10.0
    while recording.size <= 0.95 * room:
        assert recording.dropped == 0
        seconds += 0.2
        shelf.talk(running, seconds)
        shelf.archive.sweep()
    shelf.talk(running, seconds + 0.2)
    assert recording.finished
    assert recording.dropped == 1
    shelf.end(running)
    shelf.archive.sweep()
    assert shelf.ids() == ["running"], "what was recorded is kept"


async def test_a_session_s_files_wait_for_its_sound_to_be_encoded() -> None:
    shelf = Shelf()
    journal = shelf.begin("slow")
    journal.close(end_of("user_initiated", "client_end", 1.0, shelf.clock))
    assert shelf.archive.artifacts(journal) == ()
    assert journal.recording is not None
    journal.recording.encode(0)
    assert shelf.archive.artifacts(journal) == ("audio", "timeline", "metadata")
