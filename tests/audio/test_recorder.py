"""The recorder, from the pieces handed over to what a player finds in the file."""

import errno
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pytest

from tests.audio.recordings import RATE_HZ, Clock, click, clicks_s, read_back
from voice.audio.loudness import Bins
from voice.audio.recorder import MAX_PIECES, Recorder
from voice.audio.recording_file import open_private
from voice.audio.reply_buffer import ReplyBuffer
from voice.audio.reply_track import ReplyTrack
from voice.history.peaks import peaks

MIC_RATE_HZ = 24_000
PIECE_S = 0.02
TIMEOUT_S = 10.0
ROOT = Path(__file__).parents[2]


class Made:
    """A recorder on a clock of the test's own, and what it said of its failure."""

    def __init__(
        self,
        path: Path,
        open_file: Callable[[Path], BinaryIO] = open_private,
        on_written: Callable[[Bins], None] = lambda _: None,
    ) -> None:
        self.path = path
        self.clock = Clock()
        self.failures: list[str] = []
        self.told: list[str] = []
        self.failed = threading.Event()
        self.restored = threading.Event()
        self.opened = threading.Event()
        self.recorder = Recorder(
            path,
            begun_at=self.clock.now,
            on_failed=self._fail,
            on_dropped=lambda: self.told.append("dropped"),
            on_written=on_written,
            on_restored=self._restored,
            clock=self.clock,
            open_file=self._open,
        )
        self._open_file = open_file
        self.recorder.start()

    def _open(self, path: Path) -> BinaryIO:
        file = self._open_file(path)
        self.opened.set()
        return file

    def _restored(self) -> None:
        self.told.append("restored")
        self.restored.set()

    def _fail(self, reason: str) -> None:
        self.failures.append(reason)
        self.failed.set()

    def run(
        self, seconds: float, person: frozenset[int] = frozenset(), agent: frozenset[int] = frozenset()
    ) -> None:
        """Hand over both speakers for so long, with a click in the pieces of these numbers."""
        for number in range(round(seconds / PIECE_S)):
            self.recorder.played(sound(RATE_HZ, number in agent))
            self.clock.now += PIECE_S
            self.recorder.heard(sound(MIC_RATE_HZ, number in person))

    def close(self) -> None:
        self.recorder.stop()
        assert self.recorder.join(TIMEOUT_S)


def sound(rate_hz: int, clicks: bool) -> Any:
    return click(rate_hz) if clicks else np.zeros(round(rate_hz * PIECE_S), np.int16)


def test_both_speakers_are_where_they_were_heard(tmp_path: Path) -> None:
    made = Made(tmp_path / "call.ogg")
    made.run(8, person=frozenset({50, 200}), agent=frozenset({100, 300}))
    made.close()
    left, right = read_back(made.path)
    assert len(left) / RATE_HZ == pytest.approx(8, abs=0.05)
    assert clicks_s(left) == pytest.approx([1.0, 4.0], abs=0.005)
    assert clicks_s(right) == pytest.approx([2.0, 6.0], abs=0.005)


def test_a_recording_begins_with_the_call_and_not_with_the_first_sound(tmp_path: Path) -> None:
    made = Made(tmp_path / "call.ogg")
    made.clock.now += 3.0
    made.run(4, person=frozenset({50}), agent=frozenset({50}))
    made.close()
    left, right = read_back(made.path)
    assert clicks_s(left) == pytest.approx([4.0], abs=0.005)
    assert clicks_s(right) == pytest.approx([4.0], abs=0.005)


def test_a_pause_of_one_side_does_not_move_the_other(tmp_path: Path) -> None:
    made = Made(tmp_path / "call.ogg")
    made.run(2)
    for number in range(150):
        made.recorder.played(sound(RATE_HZ, number == 100))
        made.clock.now += PIECE_S
    made.run(2, person=frozenset({50}), agent=frozenset({50}))
    made.close()
    left, right = read_back(made.path)
    assert clicks_s(left) == pytest.approx([6.0], abs=0.03)
    assert clicks_s(right) == pytest.approx([4.0, 6.0], abs=0.03)


def test_sound_that_comes_in_while_the_writer_is_held_up_is_in_its_place(tmp_path: Path) -> None:
    made = Made(tmp_path / "call.ogg")
    made.run(1)
    clock, sorted_some, came_in = made.clock, made.recorder._person, threading.Event()

    def held_up_once() -> float:
        # The system takes the writer off its core for two seconds just as it looks at the clock.
        if threading.current_thread() is made.recorder._thread and sorted_some.end:
            made.recorder._clock = clock
            made.run(2, person=frozenset({50}), agent=frozenset({50}))
            came_in.set()
        return clock()

    made.recorder._clock = held_up_once
    assert came_in.wait(TIMEOUT_S)
    made.close()
    left, right = read_back(made.path)
    assert clicks_s(left) == pytest.approx([2.0], abs=0.005)
    assert clicks_s(right) == pytest.approx([2.0], abs=0.005)


def test_what_was_flushed_is_silence_in_the_recording(tmp_path: Path) -> None:
    made = Made(tmp_path / "call.ogg")
    buffer = ReplyBuffer()
    track = ReplyTrack(buffer, tap=made.recorder.played)
    buffer.push("r1", (np.sin(np.arange(4 * 24_000) / 10) * 12_000).astype("<i2").tobytes())
    for number in range(200):
        if number == 50:
            buffer.flush()
        track.next_samples()
        made.clock.now += PIECE_S
    made.close()
    _, right = read_back(made.path)
    heard = np.flatnonzero(np.abs(right) > 0.02) / RATE_HZ
    assert heard.min() == pytest.approx(0.0, abs=0.03)
    assert heard.max() == pytest.approx(1.005, abs=0.02)
    assert len(right) / RATE_HZ == pytest.approx(4, abs=0.05)


def test_a_muted_agent_is_silence_in_the_recording(tmp_path: Path) -> None:
    made = Made(tmp_path / "call.ogg")
    buffer = ReplyBuffer()
    track = ReplyTrack(buffer, tap=made.recorder.played)
    track.muted = True
    buffer.push("r1", (np.sin(np.arange(24_000) / 10) * 12_000).astype("<i2").tobytes())
    for _ in range(60):
        track.next_samples()
        made.clock.now += PIECE_S
    made.close()
    _, right = read_back(made.path)
    assert np.abs(right[RATE_HZ // 10 :]).max() < 0.01


def test_a_killed_process_leaves_a_recording_that_plays(tmp_path: Path) -> None:
    path = tmp_path / "call.ogg"
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
        [sys.executable, "-m", "tests.audio.recorder_that_dies", str(path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        while float(process.stdout.readline()) < 3:
            pass
    finally:
        process.kill()
        process.communicate()
    left, right = read_back(path)
    assert len(left) / RATE_HZ > 3.0 - 1.5
    assert np.abs(left[RATE_HZ : RATE_HZ + 4800]).max() > 0.05
    assert np.abs(right[RATE_HZ : RATE_HZ + 4800]).max() > 0.05


def test_nobody_else_may_read_a_recording(tmp_path: Path) -> None:
    made = Made(tmp_path / "recordings" / "call.ogg")
    made.run(1)
    made.close()
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700


def test_a_call_without_a_sound_leaves_no_file(tmp_path: Path) -> None:
    made = Made(tmp_path / "call.ogg")
    made.close()
    assert not made.path.exists()
    assert made.failures == []


def test_a_folder_that_cannot_be_made_is_told_once_and_nothing_is_raised(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file in the way")
    made = Made(tmp_path / "recordings" / "call.ogg")
    made.run(2)
    assert made.failed.wait(TIMEOUT_S)
    made.run(1)
    made.close()
    assert made.failures == ["File exists"]


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_recording_that_is_deleted_while_it_runs_is_made_again_in_full(tmp_path: Path, what: str) -> None:
    made = Made(tmp_path / "recordings" / "call.ogg")
    made.run(2, person=frozenset({50}))
    assert made.opened.wait(TIMEOUT_S)
    if what == "file":
        made.path.unlink()
    else:
        shutil.rmtree(made.path.parent)
    assert made.restored.wait(TIMEOUT_S)
    made.run(2, agent=frozenset({50}))
    made.close()
    assert (made.told, made.failures) == (["restored"], [])
    left, right = read_back(made.path)
    assert clicks_s(left)[0] == pytest.approx(1, abs=0.05)
    assert len(clicks_s(right)) == 1
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600


def test_a_recording_that_can_not_be_made_again_is_told(tmp_path: Path) -> None:
    made = Made(tmp_path / "recordings" / "call.ogg")
    made.run(2)
    assert made.opened.wait(TIMEOUT_S)
    made.path.parent.rename(tmp_path / "moved")
    (tmp_path / "recordings").write_text("a file in the way")
    assert made.failed.wait(TIMEOUT_S)
    made.close()
    assert made.told == []


class FullDisk:
    """A file that takes so many bytes and no more."""

    def __init__(self, path: Path, room: int) -> None:
        self._file = path.open("wb", buffering=0)
        self._room = room

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(data) or 0

    def close(self) -> None:
        self._file.close()


def test_a_disk_that_fills_up_ends_the_recording_and_leaves_what_was_written(tmp_path: Path) -> None:
    made = Made(tmp_path / "call.ogg", lambda path: cast("BinaryIO", FullDisk(path, 4_000)))
    while not made.failed.wait(0.01):
        made.run(1, person=frozenset(range(50)))
    made.close()
    assert made.failures == ["No space left on device"]
    left, _ = read_back(made.path)
    assert len(left) > 0


def test_a_disk_that_hangs_costs_sound_and_never_time(tmp_path: Path) -> None:
    hang, opening = threading.Event(), threading.Event()

    def slow(path: Path) -> BinaryIO:
        opening.set()
        hang.wait(TIMEOUT_S)
        return path.open("wb", buffering=0)

    made = Made(tmp_path / "call.ogg", slow)
    made.run(1)
    assert opening.wait(TIMEOUT_S)
    made.run(30)
    assert made.recorder.dropped >= 2 * 1_500 - MAX_PIECES
    assert made.told == ["dropped"]
    hang.set()
    made.close()
    left, _ = read_back(made.path)
    assert len(left) / RATE_HZ >= 5


def test_a_broken_recording_takes_no_more_sound(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file in the way")
    made = Made(tmp_path / "recordings" / "call.ogg")
    made.run(2)
    assert made.failed.wait(TIMEOUT_S)
    made.run(60)
    assert made.recorder.dropped == 0


def test_how_loud_it_is_needs_no_decoding_when_it_was_recorded_to_its_end(tmp_path: Path) -> None:
    measured: list[Bins] = []
    made = Made(tmp_path / "call.ogg", on_written=measured.append)
    made.run(8, person=frozenset({50}), agent=frozenset({100, 300}))
    made.close()
    (bins,) = measured
    decoded = peaks(made.path, 1_000)
    assert bins.shape[1] == pytest.approx(len(decoded.left), abs=1)
    for own, lane in zip(bins, (decoded.left, decoded.right), strict=True):
        loud = np.flatnonzero(own > own.max() // 2)
        assert list(loud) == pytest.approx(list(np.flatnonzero(np.array(lane) > max(lane) // 2)), abs=1)
