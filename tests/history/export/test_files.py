"""Sound to take along, every format by its name, and many calls in one zip."""

import io
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from tests.history.export.calls import PLAIN, hostile_call
from voice.history.export import FORMATS, Format, export, file_name_of, write_zip
from voice.history.importing import from_json
from voice.history.records import HistoryProblem

SOUND = [format_ for format_ in FORMATS.values() if format_.needs_sound]
TEXT = [format_ for format_ in FORMATS.values() if not format_.needs_sound]


def test_a_wav_has_the_person_left_and_the_agent_right(recording: Path) -> None:
    with wave.open(io.BytesIO(export(PLAIN, FORMATS["wav"], recording))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 24_000)
        assert file.getnframes() / 24_000 == pytest.approx(2, abs=0.05)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).astype(float)
    loudness = np.sqrt((samples[:48_000].reshape(2, 24_000, 2) ** 2).mean(axis=1))
    assert loudness.diagonal().min() > 5_000
    assert loudness[::-1].diagonal().max() < 100


def test_ogg_is_the_recording_itself(recording: Path) -> None:
    assert export(PLAIN, FORMATS["ogg"], recording) == recording.read_bytes()


@pytest.mark.parametrize("format_", SOUND, ids=lambda format_: format_.key)
def test_without_a_recording_there_is_a_sentence(format_: Format, tmp_path: Path) -> None:
    for recording, told in ((None, "no recording"), (tmp_path / "gone.ogg", "not there")):
        with pytest.raises(HistoryProblem, match=told):
            export(PLAIN, format_, recording)


def test_a_damaged_recording_gives_no_wav(tmp_path: Path) -> None:
    path = tmp_path / "bad.ogg"
    path.write_bytes(b"nonsense")
    with pytest.raises(HistoryProblem, match="damaged"):
        export(PLAIN, FORMATS["wav"], path)


def test_every_text_format_needs_no_sound() -> None:
    assert {format_.key for format_ in TEXT} == {"html", "markdown", "json", "csv", "srt", "vtt"}
    for format_ in TEXT:
        assert b"six times seven" in export(PLAIN, format_).lower().replace(b"\n", b" ")
        assert file_name_of(PLAIN, format_).endswith(f".{format_.suffix}")


@pytest.mark.parametrize("format_", TEXT, ids=lambda format_: format_.key)
def test_a_call_in_which_nobody_spoke_can_be_taken_along(format_: Format) -> None:
    # Subtitles of nothing are an empty file.
    assert (export(replace(PLAIN, turns=()), format_) == b"") is (format_.key == "srt")


def test_a_zip_holds_every_call_in_every_format(recording: Path) -> None:
    out = io.BytesIO()
    other = replace(PLAIN, call=replace(PLAIN.call, title="six TIMES seven"))
    calls = [(PLAIN, recording), (other, None), (hostile_call(), recording)]
    write_zip(calls, list(FORMATS.values()), out)
    with zipfile.ZipFile(out) as bundle:
        assert bundle.testzip() is None
        names = bundle.namelist()
        missing = bundle.read("what-is-missing.txt").decode()
        back = from_json(bundle.read("2023-11-14-2213-six-times-seven-2.json"))
    assert len(names) == 3 * len(FORMATS) - len(SOUND) + 1
    assert len({name.casefold() for name in names}) == len(names)
    assert not any("/" in name or "\\" in name or ".." in name for name in names)
    assert missing.splitlines() == [
        f"2023-11-14-2213-six-times-seven-2.{kind}: This call has no recording. Choose another format."
        for kind in ("ogg", "wav")
    ]
    assert back.call.title == "six TIMES seven"


def test_recordings_of_the_service_go_along_as_sound(recording: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.ogg"
    theirs.write_bytes(b"OggS theirs")
    out = io.BytesIO()
    formats = [FORMATS["ogg"], FORMATS["json"]]
    write_zip([(PLAIN, recording)], formats, out, theirs=lambda _: [theirs])
    with zipfile.ZipFile(out) as bundle:
        stem = "2023-11-14-2213-six-times-seven"
        assert bundle.namelist() == [f"{stem}.ogg", f"{stem}-service-1.ogg", f"{stem}.json"]
        assert bundle.read(f"{stem}-service-1.ogg") == theirs.read_bytes()


def test_a_zip_without_gaps_has_no_list_of_them(recording: Path) -> None:
    out = io.BytesIO()
    write_zip([(PLAIN, recording)], [FORMATS["ogg"]], out)
    with zipfile.ZipFile(out) as bundle:
        assert bundle.namelist() == ["2023-11-14-2213-six-times-seven.ogg"]
