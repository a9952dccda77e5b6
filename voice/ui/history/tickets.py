"""Unguessable words that stand for something of one person's, in addresses that carry no credentials of ours.

A ticket is made only for what its owner's page was given. It must never be made from anything that comes
out of an address.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from hashlib import blake2b
from typing import Generic, NamedTuple, TypeVar

# A page that is left open overnight can still play.
TICKET_LIFE_S = 24 * 3600
_MAX_TICKETS = 2_000

T = TypeVar("T")


class _Ticket(NamedTuple, Generic[T]):
    written: str
    what: T
    until: float


class Tickets(Generic[T]):
    """Who may ask for what. Thread-safe. When it is full, the ticket that was given longest ago goes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._given: OrderedDict[Hashable, _Ticket[T]] = OrderedDict()
        # By digest: how long it takes to look one up says nothing of those that there are.
        self._by_digest: dict[bytes, Hashable] = {}

    def give(self, key: Hashable, what: T) -> str:
        """A ticket for `what`. The same again for the same `key` while it is valid: name the owner in it."""
        now = self._clock()
        with self._lock:
            known = self._given.pop(key, None)
            written = known.written if known and known.until > now else secrets.token_urlsafe(32)
            if known is not None:
                self._by_digest.pop(_digest(known.written))
            self._given[key] = _Ticket(written, what, now + TICKET_LIFE_S)
            self._by_digest[_digest(written)] = key
            while len(self._given) > _MAX_TICKETS:
                _, oldest = self._given.popitem(last=False)
                self._by_digest.pop(_digest(oldest.written))
        return written

    def find(self, written: str) -> T | None:
        """What a ticket is for; `None` for what is no ticket, or no longer."""
        with self._lock:
            key = self._by_digest.get(_digest(written))
            ticket = None if key is None else self._given[key]
        return ticket.what if ticket is not None and ticket.until > self._clock() else None


def _digest(written: str) -> bytes:
    return blake2b(written.encode(errors="replace"), digest_size=32).digest()
