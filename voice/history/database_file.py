"""Whether the SQLite file that was opened is still the one at its path.

Writing to a deleted file succeeds, and everything is lost.
"""

from pathlib import Path

from sqlalchemy import URL

_LOG, _LOG_INDEX = "-wal", "-shm"
# Device and inode: a file that was deleted and made again is another one.
_Id = tuple[int, int]


class DatabaseFile:
    """Of a server it knows nothing, and never says that anything has changed."""

    def __init__(self, url: URL) -> None:
        is_file = url.drivername.startswith("sqlite") and url.database
        self._path = url.database if is_file else None
        self._database: _Id | None = None
        self._log: _Id | None = None

    def note(self) -> None:
        """It has just been opened."""
        self._database, self._log = self._id(), self._id(_LOG)

    def is_same(self) -> bool:
        """Whether what was noted is still there."""
        return self._id() == self._database

    def remove_old_log(self) -> None:
        """Remove the log of a file that is gone: SQLite would write it into the one there now.

        Only while no connection is open. Raises `OSError`.
        """
        if self._log is not None and self._log == self._id(_LOG) and not self.is_same():
            for suffix in (_LOG, _LOG_INDEX):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    def _id(self, suffix: str = "") -> _Id | None:
        if self._path is None:
            return None
        try:
            found = Path(f"{self._path}{suffix}").stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
