"""The file of a running recording. If somebody deletes it, it is made again with all that it held."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

OpenFile = Callable[[Path], BinaryIO]


class RecordingFile:
    """An open file for `OggOpusWriter`; its folder is made if needed. Everything raises `OSError`."""

    def __init__(self, path: Path, open_file: OpenFile) -> None:
        """`open_file` opens a path that does not exist for unbuffered reading and writing."""
        self._path = path
        self._open_file = open_file
        self._file = self._open()

    def write(self, data: bytes) -> int:
        """Add bytes; gives how many were taken."""
        return self._file.write(data)

    def restore(self) -> bool:
        """Make the file again if it is gone; whether it was. What it held is there until it is closed."""
        if self._path.exists():
            return False
        again = self._open()
        try:
            self._file.seek(0)
            shutil.copyfileobj(self._file, again)
        except OSError:
            again.close()
            raise
        self._file.close()
        self._file = again
        return True

    def close(self) -> None:
        """Close it."""
        self._file.close()

    def _open(self) -> BinaryIO:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._open_file(self._path)


def open_private(path: Path) -> BinaryIO:
    """Make a file that nobody but the dashboard's own user may read."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w+b", buffering=0)
