"""Many calls in one zip. Owns the names in it; a call whose sound is missing does not hold up the others."""

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from typing import BinaryIO, cast

from voice.history.export.formats import Format, file_name_of
from voice.history.export.names import apart_from
from voice.history.records import FullCall, HistoryProblem

MISSING = "what-is-missing.txt"
# A file goes into the zip only when it is whole; larger ones wait on the disk.
_IN_MEMORY_BYTES = 16_000_000

Theirs = Callable[[FullCall], Sequence[Path]]


def _no_others(_full: FullCall) -> Sequence[Path]:
    return ()


def write_zip(
    calls: Iterable[tuple[FullCall, Path | None]],
    formats: Sequence[Format],
    out: BinaryIO,
    zone: tzinfo = UTC,
    *,
    theirs: Theirs = _no_others,
) -> None:
    """Write every call, with the file of its sound or None, in every format to `out`, which can be a file.

    `theirs` gives further recordings of a call, of its agent's service, which go along as sound. Calls are
    taken one at a time. What could not be exported is told in a text file beside the others.
    """
    taken = {MISSING}
    missing = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for full, recording in calls:
            for format_, sound, mark in _files(full, recording, formats, theirs):
                plain = file_name_of(full, format_, zone)
                stem, dot, suffix = plain.rpartition(".")
                name = apart_from(f"{stem}{mark}{dot}{suffix}", taken)
                taken.add(name.casefold())
                try:
                    with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as whole:
                        format_.write(full, sound, zone, cast("BinaryIO", whole))
                        whole.seek(0)
                        with bundle.open(name, "w", force_zip64=True) as entry:
                            shutil.copyfileobj(whole, entry)
                except HistoryProblem as problem:
                    missing.append(f"{name}: {problem}")
        if missing:
            bundle.writestr(MISSING, "\n".join(missing) + "\n")


def _files(
    full: FullCall, recording: Path | None, formats: Sequence[Format], theirs: Theirs
) -> Iterator[tuple[Format, Path | None, str]]:
    """Each file of a call: its format, the sound it is made of, and what its name gets."""
    for format_ in formats:
        yield format_, recording, ""
        if format_.needs_sound:
            for number, sound in enumerate(theirs(full), 1):
                yield format_, sound, f"-service-{number}"
