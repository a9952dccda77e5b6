"""Waveforms are worked out aside, once however many pages ask, and a bad file says so."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.recorded import write_recording
from voice.history import peaks as peaks_module
from voice.history import waveforms as waveforms_module
from voice.history.peaks import Peaks, peaks
from voice.history.records import HistoryProblem
from voice.history.waveforms import Waveforms

BUCKETS = 40
DEADLINE_S = 20


class Worked:
    """Lets the thread work when it is told to, and notes what it decoded."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.decoded: list[Path] = []
        self.done = threading.Semaphore(0)

    def peaks(self, path: Path, buckets: int, rest: Callable[[], None]) -> Peaks:
        assert self.may.wait(DEADLINE_S)
        self.decoded.append(path)
        try:
            return peaks(path, buckets, rest)
        finally:
            self.done.release()


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> Worked:
    made = Worked()
    monkeypatch.setattr(waveforms_module, "peaks", made.peaks)
    return made


def ended(name: str = "waveforms") -> None:
    """Wait until the thread has nothing more to do."""
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(DEADLINE_S)
            assert not thread.is_alive()


def test_two_pages_that_ask_get_one_waveform_that_was_decoded_once(tmp_path: Path, worked: Worked) -> None:
    path = write_recording(tmp_path / "call.ogg")
    waveforms = Waveforms(BUCKETS)
    assert waveforms.ask(path) is None
    assert waveforms.ask(path) is None
    worked.may.set()
    ended()
    found = waveforms.ask(path)
    assert isinstance(found, Peaks)
    assert found == waveforms.ask(path) == peaks(path, BUCKETS)
    assert worked.decoded == [path]


def test_one_after_the_other_is_worked_out_and_a_bad_one_says_why(tmp_path: Path, worked: Worked) -> None:
    good, bad = write_recording(tmp_path / "good.ogg"), tmp_path / "bad.ogg"
    bad.write_bytes(b"no sound" * 100)
    waveforms = Waveforms(BUCKETS)
    assert waveforms.ask(bad) is waveforms.ask(good) is None
    worked.may.set()
    ended()
    problem = waveforms.ask(bad)
    assert isinstance(problem, HistoryProblem)
    assert "damaged" in problem.sentence
    assert isinstance(waveforms.ask(good), Peaks)
    assert worked.decoded == [bad, good]


def test_a_waveform_that_cant_be_kept_on_disk_is_not_made_again_and_again(
    tmp_path: Path, worked: Worked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError

    monkeypatch.setattr(peaks_module, "_write", full)
    path = write_recording(tmp_path / "call.ogg")
    waveforms = Waveforms(BUCKETS)
    worked.may.set()
    waveforms.ask(path)
    ended()
    assert isinstance(waveforms.ask(path), Peaks)
    assert len(worked.decoded) == 1


def test_what_is_missing_says_so_at_once(tmp_path: Path) -> None:
    assert isinstance(Waveforms(BUCKETS).ask(tmp_path / "call.ogg"), HistoryProblem)
