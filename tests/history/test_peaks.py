"""The waveform of a recording: what it shows, that it is made once, and what a bad file says."""

import os
import random
from pathlib import Path

import numpy as np
import pytest

from voice.audio.loudness import LOUDEST
from voice.audio.ogg_opus import OggOpusWriter
from voice.history import peaks as peaks_module
from voice.history.peaks import peaks
from voice.history.records import HistoryProblem

RATE_HZ = 48_000


def tone(seconds: float, peak: float) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    at = np.arange(round(RATE_HZ * seconds))
    return (peak * np.sin(at / 20)).astype(np.int16)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Ten seconds: the person in the first half, the agent in the second and half as loud."""
    path = tmp_path / "call.ogg"
    silence = np.zeros(5 * RATE_HZ, np.int16)
    with path.open("wb", buffering=0) as file:
        writer = OggOpusWriter(file)
        writer.write(np.concatenate((tone(5, 20_000), silence)), np.concatenate((silence, tone(5, 10_000))))
        writer.close()
    return path


def test_each_speaker_is_as_loud_as_they_were_where_they_spoke(recording: Path) -> None:
    shown = peaks(recording, 10)
    assert shown.seconds == pytest.approx(10, abs=0.06)
    assert len(shown.left) == len(shown.right) == 10
    assert shown.left[1:4] == pytest.approx([LOUDEST * 20_000 / 32_768] * 3, abs=15)
    assert shown.right[6:9] == pytest.approx([LOUDEST * 10_000 / 32_768] * 3, abs=15)
    assert max(shown.left[6:]) <= 2
    assert max(shown.right[:4]) <= 2


def test_a_short_recording_has_no_more_parts_than_it_can_tell_apart(recording: Path) -> None:
    assert len(peaks(recording, 100_000).left) == pytest.approx(200, abs=2)


def test_a_recording_is_decoded_once(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = peaks(recording, 50)
    monkeypatch.setattr(peaks_module, "read_sound", None)
    assert peaks(recording, 50) == first
    assert sorted(path.name for path in recording.parent.iterdir()) == ["call.ogg", "call.peaks"]


def test_a_recording_that_has_grown_is_looked_at_again(recording: Path) -> None:
    peaks(recording, 50)
    whole = recording.read_bytes()
    recording.write_bytes(whole[: len(whole) // 2])
    assert peaks(recording, 50).seconds < 9


@pytest.mark.parametrize("kept", [b"", b"short", b"\xff" * 9, random.Random(0).randbytes(100)])  # noqa: S311 - no secret
def test_a_spoilt_cache_is_made_anew(recording: Path, kept: bytes) -> None:
    first = peaks(recording, 50)
    recording.with_suffix(".peaks").write_bytes(kept)
    assert peaks(recording, 50) == first


def test_a_cut_recording_is_shown_as_far_as_it_goes(recording: Path) -> None:
    whole = recording.read_bytes()
    recording.write_bytes(whole[: len(whole) * 2 // 3])
    shown = peaks(recording, 100)
    assert 3 < shown.seconds < 9
    assert shown.left[5] > 100


def test_a_recording_damaged_in_the_middle_is_shown(recording: Path) -> None:
    whole = bytearray(recording.read_bytes())
    whole[len(whole) // 2 : len(whole) // 2 + 2_000] = os.urandom(2_000)
    recording.write_bytes(whole)
    assert peaks(recording, 100).left[5] > 100


@pytest.mark.parametrize("content", [b"", b"OggS", b"not a recording" * 100, b"<html></html>"])
def test_what_is_no_recording_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "call.ogg"
    path.write_bytes(content)
    with pytest.raises(HistoryProblem, match="is damaged"):
        peaks(path, 10)


def test_a_missing_recording_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(HistoryProblem, match="is not there"):
        peaks(tmp_path / "call.ogg", 10)


def test_a_folder_that_takes_no_cache_costs_only_time(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError

    monkeypatch.setattr(peaks_module, "_write", full)
    assert peaks(recording, 10).left
    assert not recording.with_suffix(".peaks").exists()
