"""Addresses of files that are their own credential: unguessable, for one file, for an hour.

Pure but for the secret, which lives as long as the process. It never logs an address.
"""

import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import urlencode

LIFETIME_S: Final = 3600
_KEY_BYTES: Final = 32


class Signer:
    """Makes and checks the query of a file's address. Times are epoch seconds."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(_KEY_BYTES)

    def query(self, path: str, now: float) -> str:
        """What makes this path open for an hour from `now`."""
        expires = str(int(now) + LIFETIME_S)
        return urlencode({"expires": expires, "signature": self._signature(path, expires)})

    def admits(self, path: str, expires: str, signature: str, now: float) -> bool:
        """Whether this query was made here for this path, at most an hour ago."""
        # Bytes, for text that is no ASCII can't be compared.
        if not hmac.compare_digest(self._signature(path, expires).encode(), signature.encode()):
            return False
        return now < int(expires)

    def _signature(self, path: str, expires: str) -> str:
        return hmac.new(self._key, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()
