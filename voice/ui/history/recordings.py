"""Serves recordings to the pages that show their calls.

The address holds an unguessable ticket for one recording, which is made only for a call that its owner's page
was given, and never from anything that comes out of an address. Where people log in, it opens the recording
for its owner alone: addresses can be passed on.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import anyio
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from voice.ui.whose import owner_of_request

RECORDING_PATH = "/recording/{ticket}"
# A page that is left open overnight can still play.
TICKET_LIFE_S = 24 * 3600
_MAX_TICKETS = 2_000
# Nothing between here and the browser may keep it, and nothing may take it for a page.
_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class _Ticket(NamedTuple):
    written: str
    owner: str
    path: Path
    until: float


class Tickets:
    """Who may hear what. Thread-safe. When it is full, the ticket that was asked for longest ago goes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._by_call: OrderedDict[tuple[str, str], _Ticket] = OrderedDict()

    def address(self, owner: str, call_id: str, path: Path) -> str:
        """The address of this recording for its owner's page; the same again while it is valid."""
        key, until = (owner, call_id), self._clock() + TICKET_LIFE_S
        with self._lock:
            known = self._by_call.pop(key, None)
            valid = known is not None and known.until > self._clock()
            written = known.written if known and valid else secrets.token_urlsafe(32)
            self._by_call[key] = _Ticket(written, owner, path, until)
            while len(self._by_call) > _MAX_TICKETS:
                self._by_call.popitem(last=False)
        return RECORDING_PATH.format(ticket=written)

    def path(self, owner: str, written: str) -> Path | None:
        """The recording that a ticket of this owner is for; `None` for what is no ticket, or no longer."""
        now = self._clock()
        with self._lock:
            tickets = list(self._by_call.values())
        for ticket in tickets:
            if ticket.until > now and secrets.compare_digest(ticket.written.encode(), written.encode()):
                return ticket.path if ticket.owner == owner else None
        return None


tickets = Tickets()


async def serve_recording(request: Request) -> Response:
    """Serve the recording of a ticket, whole or in ranges; 404 for everything else."""
    path = _path(request)
    if path is None or not await anyio.Path(path).is_file():
        return PlainTextResponse("There is no such recording.", status_code=404, headers=_HEADERS)
    return FileResponse(path, media_type="audio/ogg", headers=_HEADERS)


def _path(request: Request) -> Path | None:
    try:
        return tickets.path(owner_of_request(request.cookies), request.path_params["ticket"])
    except PermissionError:
        return None
