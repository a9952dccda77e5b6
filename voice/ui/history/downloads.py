"""Whose the files are that Streamlit keeps for a download: it asks nobody who fetches one."""

import threading
from collections import OrderedDict
from hashlib import blake2b

# Streamlit forgets a file soon after its page is gone; so many are never fetched at once.
MAX_FILES = 2_000


class Downloads:
    """The owners of files by their content, as two people may be given the same one. Thread-safe.

    When it is full, the file that was given longest ago can't be fetched any more.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: OrderedDict[bytes, set[str]] = OrderedDict()

    def give(self, owner: str, content: bytes) -> bytes:
        """The same content, which its owner may fetch from now on."""
        digest = _digest(content)
        with self._lock:
            self._owners[digest] = self._owners.pop(digest, set()) | {owner}
            if len(self._owners) > MAX_FILES:
                self._owners.popitem(last=False)
        return content

    def are_of(self, owner: str, content: bytes) -> bool:
        """Whether this content was given to this owner."""
        digest = _digest(content)
        with self._lock:
            return owner in self._owners.get(digest, ())


downloads = Downloads()


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=32).digest()
