"""Whether calls can be kept: room on the disk of the data folder, and their database.

Everything here blocks, and changes nothing.
"""

import shutil
import tempfile
from pathlib import Path

from voice.checks.finding import Finding, attention, failed, fine
from voice.history.records import HistoryProblem
from voice.history.store import Store

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


def check_database(store: Store) -> Finding:
    """The real database of calls: that it opens and takes what is written, and how many calls it holds."""
    try:
        store.open()
        store.check_writable()
        count, version = store.count(), store.version
    except HistoryProblem as problem:
        # A call works without it, so it only needs attention.
        return attention(f"{problem.sentence} Calls are not kept.", problem.next_step)
    held = "1 call is" if count == 1 else f"{count} calls are"
    return fine(f"{version} at {store.place} can be read and written. {held} kept in it.")
