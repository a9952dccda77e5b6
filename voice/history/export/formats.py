"""What a call can be exported as: names, endings, media types, and who makes the bytes."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import BinaryIO

from voice.history.export.audio import write_ogg, write_wav
from voice.history.export.json_file import to_json
from voice.history.export.markdown import markdown
from voice.history.export.names import file_name
from voice.history.export.report import report
from voice.history.export.subtitles import subrip, webvtt
from voice.history.export.table import csv_table
from voice.history.records import FullCall, HistoryProblem

Write = Callable[[FullCall, Path | None, tzinfo, BinaryIO], None]


@dataclass(frozen=True)
class Format:
    """One format. `needs_sound`: there is nothing to export without a recording."""

    key: str
    label: str
    suffix: str
    mime: str
    write: Write
    needs_sound: bool = False


def _text(make: Callable[[FullCall], str | bytes]) -> Write:
    def write(full: FullCall, _recording: Path | None, _zone: tzinfo, out: BinaryIO) -> None:
        made = make(full)
        out.write(made.encode() if isinstance(made, str) else made)

    return write


def _sound(write_from: Callable[[Path, BinaryIO], None]) -> Write:
    def write(_full: FullCall, recording: Path | None, _zone: tzinfo, out: BinaryIO) -> None:
        if recording is None:
            raise HistoryProblem("This call has no recording.", "Choose another format.")
        write_from(recording, out)

    return write


def _write_markdown(full: FullCall, _recording: Path | None, zone: tzinfo, out: BinaryIO) -> None:
    out.write(markdown(full, zone).encode())


def _write_report(full: FullCall, recording: Path | None, zone: tzinfo, out: BinaryIO) -> None:
    out.write(report(full, recording, zone).encode())


FORMATS: dict[str, Format] = {
    made.key: made
    for made in (
        Format("html", "Report (HTML, with sound)", "html", "text/html", _write_report),
        Format("markdown", "Markdown", "md", "text/markdown", _write_markdown),
        Format("json", "JSON, to import again", "json", "application/json", _text(to_json)),
        Format("csv", "CSV", "csv", "text/csv", _text(csv_table)),
        Format("srt", "SubRip subtitles", "srt", "application/x-subrip", _text(subrip)),
        Format("vtt", "WebVTT subtitles", "vtt", "text/vtt", _text(webvtt)),
        Format("ogg", "Sound (Ogg Opus)", "ogg", "audio/ogg", _sound(write_ogg), needs_sound=True),
        Format("wav", "Sound (WAV)", "wav", "audio/wav", _sound(write_wav), needs_sound=True),
    )
}


def export(full: FullCall, format_: Format, recording: Path | None = None, zone: tzinfo = UTC) -> bytes:
    """One call in one format; times are told in `zone`.

    `recording` is the file of its sound, None without one. Raises `HistoryProblem` when sound is needed and
    is missing or damaged.
    """
    out = io.BytesIO()
    format_.write(full, recording, zone, out)
    return out.getvalue()


def file_name_of(full: FullCall, format_: Format, zone: tzinfo = UTC) -> str:
    """A safe name for the file, from the call's date and title."""
    return file_name(full.call, format_.suffix, zone)
