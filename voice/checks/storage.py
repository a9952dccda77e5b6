"""Whether the data folder can keep calls: room on its disk, and a database with full-text search.

Everything here blocks, and leaves nothing behind.
"""

import shutil
import sqlite3
import tempfile
from pathlib import Path

from voice.checks.finding import Finding, attention, failed, fine

_GB = 10**9
# An hour of a call takes about 30 MB as compressed stereo.
_ENOUGH_BYTES = 1 * _GB
_LEAST_BYTES = 100 * 10**6
_SET_ANOTHER = "Give its owner the right to write there, or set VOICE_DATA_DIR to another folder."


def check_disk(folder: Path) -> Finding:
    """Free space and the right to write in the data folder, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".check-") as scratch:
            scratch.write(b"Parley")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return failed(f"Parley can't write in {folder}: {error.strerror}.", _SET_ANOTHER)
    room = f"{free / _GB:.1f} GB free in {folder}, and Parley may write there."
    if free < _LEAST_BYTES:
        return failed(room, "Free some space on this disk.")
    if free < _ENOUGH_BYTES:
        return attention(room, "Free some space on this disk before you record many calls.")
    return fine(room)


def check_database(folder: Path) -> Finding:
    """SQLite in the data folder: write-ahead log and full-text search, tried in a scratch file."""
    version = sqlite3.sqlite_version
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".check-") as scratch:
            journal, found = _try_out(Path(scratch) / "scratch.sqlite")
    except (OSError, sqlite3.Error) as error:
        return failed(f"SQLite {version} does not work in {folder}: {error}.", _SET_ANOTHER)
    if journal != "wal" or found != 1:
        return attention(
            f"SQLite {version} works, but its journal is “{journal}” where it should be “wal”.",
            "Set VOICE_DATA_DIR to a folder on a local disk: network drives can't do it.",
        )
    return fine(
        f"SQLite {version} works here with write-ahead log and full-text search. Calls are not kept yet."
    )


def _try_out(path: Path) -> tuple[str, int]:
    """The journal mode, and in how many rows a word was found."""
    connection = sqlite3.connect(path)
    try:
        (journal,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("CREATE VIRTUAL TABLE said USING fts5(words)")
        connection.executemany("INSERT INTO said VALUES (?)", [("the quick fox",), ("a lazy dog",)])
        connection.commit()
        (found,) = connection.execute("SELECT count(*) FROM said WHERE said MATCH 'quick'").fetchone()
    finally:
        connection.close()
    return str(journal), int(found)
