"""The Sessions API of an agent's service, as a client: asks for a session, deletes it, fetches its files.

Owns what goes over HTTP, within limits of time and size. The key goes to the service, in all its regions, and
never to the address of a file, which is a credential itself: neither may come into a log or an exception.
"""

import logging
import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NoReturn, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

import httpx

from voice.call.endpoint import Endpoint
from voice.outbound import HTTP_ERRORS, http_options, is_loopback
from voice.protocol.stored_sessions import MAX_PAGE, FullSession, SessionPage, decoded
from voice.service.problems import (
    ServiceProblem,
    expired,
    gone,
    of_status,
    strange,
    too_many,
    unreachable,
)
from voice.service.regions import places_of

# At INFO it tells whole addresses, and its transport at DEBUG every header.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# The longest silence, while it connects and between two pieces of an answer.
_TIMEOUT_S = 10.0
_LONGEST_ANSWER_S = 60.0
_LONGEST_FETCH_S = 900.0
# A session with a long prompt and many tools takes some 100 KB.
_MAX_ANSWER_BYTES = 5_000_000
_MAX_REDIRECTS = 3
# 20 000 sessions, and the time to list them.
MAX_PAGES = 100
_LONGEST_LIST_S = 120.0
_MAX_CURSOR_CHARS = 2_000
_MAX_ID_CHARS = 200
_ID = re.compile(rf"[A-Za-z0-9_.:-]{{1,{_MAX_ID_CHARS}}}")
# A compressed file would come without a length.
_UNPACKED = {"Accept-Encoding": "identity"}
_OK = 200
_REDIRECT = 300
_NOT_FOUND = 404
# What storage answers to a signed address whose time is over.
_NO_MORE = frozenset({403, 404, 410})

T = TypeVar("T")
# Told the bytes that have come and, where it is known, how many there will be; may raise `Stopped`.
Tell = Callable[[int, int | None], None]


class SessionsApi:
    """The service of one agent, `name` in sentences. It blocks, and may be used from several threads.

    `places` are the addresses to ask about a session, one for each host that may have it. Everything raises
    `ServiceProblem`. `transport` is for tests.
    """

    def __init__(self, endpoint: Endpoint, name: str, transport: httpx.BaseTransport | None = None) -> None:
        self.name = name
        url = endpoint.sessions_url
        self.places: tuple[str, ...] = () if url is None else places_of(url)
        self._known: dict[str, str] = {}
        self._has_key = endpoint.key is None or endpoint.sessions_key is not None
        self._is_local = endpoint.is_loopback
        key = endpoint.sessions_key
        self._transport = transport
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._asking = {place: self._client(place, headers) for place in self.places}

    def close(self) -> None:
        """Close all connections."""
        for client in self._asking.values():
            client.close()

    def name_at(self, place: str) -> str:
        """The service in a sentence about one place: by its host, unless it is the one that is set."""
        return self.name if place == self.places[0] else f"{self.name} ({urlsplit(place).hostname})"

    def get(self, session_id: str) -> FullSession:
        """What the service tells of a session; with reason `gone` no place knows one of that id."""
        self._check_it_can_be_asked()
        known = self._known.get(session_id)
        for place in sorted(self.places, key=lambda place: place != known):
            status, body = self._ask("GET", place, f"/{_in_address(session_id)}")
            if status != _NOT_FOUND:
                session = self._decoded(place, status, body, FullSession)
                self._known[session_id] = place
                return session
        for place in self.places:
            self._page(place, limit=1)
        raise gone(self.name, session_id, has_regions=len(self.places) > 1)

    def delete(self, session_id: str) -> str | None:
        """Ask to delete a session; gives the place that took the request, None if none knows the session.

        Whether it is deleted, the list tells: by its id it may go on to be answered.
        """
        self._check_it_can_be_asked()
        for place in self.places:
            status, _ = self._ask("DELETE", place, f"/{_in_address(session_id)}")
            if status != _NOT_FOUND:
                if not _OK <= status < _REDIRECT:
                    raise of_status(self.name_at(place), status)
                return place
        return None

    def listed(self, place: str, ids: Collection[str]) -> frozenset[str]:
        """Which of these sessions a place lists. Reads its whole list, unless it is too long."""
        self._check_it_can_be_asked()
        until = time.monotonic() + _LONGEST_LIST_S
        found: set[str] = set()
        cursors = {""}
        cursor = ""
        for _ in range(MAX_PAGES):
            page = self._page(place, MAX_PAGE, cursor)
            found.update(session.id for session in page.sessions if session.id in ids)
            cursor = page.response_metadata.next_cursor
            if page.has_more is False or (page.has_more is None and not cursor):
                return frozenset(found)
            if cursor in cursors or len(cursor) > _MAX_CURSOR_CHARS:
                raise strange(self.name_at(place))
            if time.monotonic() > until:
                raise unreachable(self.name_at(place))
            cursors.add(cursor)
        raise too_many(self.name_at(place), MAX_PAGES * MAX_PAGE)

    def fetch(self, address: str, out: BinaryIO, limit_bytes: int, tell: Tell) -> None:
        """Write a file of a session to `out`. Raises `OSError` too, for what can't be written."""
        until = time.monotonic() + _LONGEST_FETCH_S
        with self._file(address) as answer:
            total = _length_of(answer)
            came = 0
            if total is not None and total > limit_bytes:
                self._too_large(limit_bytes)
            for piece in self._pieces(answer):
                came += len(piece)
                if came > limit_bytes:
                    self._too_large(limit_bytes)
                if time.monotonic() > until:
                    raise unreachable(self.name)
                out.write(piece)
                tell(came, total)

    def _client(self, url: str, headers: dict[str, str]) -> httpx.Client:
        if self._transport is not None:
            return httpx.Client(
                headers=headers, timeout=_TIMEOUT_S, trust_env=False, transport=self._transport
            )
        return httpx.Client(headers=headers, timeout=_TIMEOUT_S, **http_options(url))

    def _page(self, place: str, limit: int, cursor: str = "") -> SessionPage:
        query = urlencode({"limit": limit} | ({"cursor": cursor} if cursor else {}))
        status, body = self._ask("GET", place, f"?{query}")
        # The service answers 404 to a wrong key in places (2026-09), which says nothing of a session.
        if status == _NOT_FOUND:
            raise ServiceProblem(
                "refused",
                f"{self.name_at(place)} doesn't list its sessions: it refuses the key, or keeps no sessions.",
                "Check ASSEMBLYAI_API_KEY and VOICE_AGENT_URL.",
            )
        return self._decoded(place, status, body, SessionPage)

    def _check_it_can_be_asked(self) -> None:
        if not self.places:
            raise ServiceProblem(
                "refused",
                f"{self.name} has an address from which Parley can't tell where it keeps its sessions.",
                "It can with a VOICE_AGENT_URL that ends in /ws.",
            )
        if not self._has_key:
            raise ServiceProblem(
                "refused",
                f"{self.name} is only ever given temporary tokens, and its sessions take the key itself.",
                "Set VOICE_AGENT_AUTH=key if it may have the key.",
            )

    def _ask(self, method: str, place: str, what: str) -> tuple[int, bytes]:
        """Status and body. `what` is the rest of the address."""
        try:
            with self._asking[place].stream(method, place + what) as answer:
                return answer.status_code, self._whole(place, answer)
        except HTTP_ERRORS:
            raise unreachable(self.name_at(place)) from None

    def _whole(self, place: str, answer: httpx.Response) -> bytes:
        body = bytearray()
        until = time.monotonic() + _LONGEST_ANSWER_S
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > _MAX_ANSWER_BYTES or time.monotonic() > until:
                raise strange(self.name_at(place))
        return bytes(body)

    def _decoded(self, place: str, status: int, body: bytes, shape: type[T]) -> T:
        if status != _OK:
            raise of_status(self.name_at(place), status)
        try:
            return decoded(body, shape)
        except ValueError:
            raise strange(self.name_at(place)) from None

    @contextmanager
    def _file(self, address: str) -> Iterator[httpx.Response]:
        for _ in range(_MAX_REDIRECTS + 1):
            self._check_address(address)
            # A client for each hop, because each host may or may not be reached through a proxy.
            with self._client(address, _UNPACKED) as client:
                try:
                    answer = client.send(client.build_request("GET", address), stream=True)
                except HTTP_ERRORS:
                    raise unreachable(f"The place of {self.name}'s files") from None
                try:
                    if answer.status_code == _OK:
                        yield answer
                        return
                    if not answer.has_redirect_location:
                        raise self._not_given(answer.status_code)
                    address = urljoin(address, answer.headers["location"])
                finally:
                    answer.close()
        raise strange(self.name)

    def _check_address(self, address: str) -> None:
        try:
            scheme, host = urlsplit(address).scheme, urlsplit(address).hostname
            httpx.URL(address)
        except (ValueError, httpx.InvalidURL):
            scheme, host = "", None
        is_safe = scheme == "https" or (scheme == "http" and self._is_local and is_loopback(address))
        if not host or not is_safe:
            raise ServiceProblem(
                "strange", f"{self.name} named a place for its file that is not safe to ask.", "Try again."
            )

    def _pieces(self, answer: httpx.Response) -> Iterator[bytes]:
        try:
            yield from answer.iter_bytes()
        except httpx.HTTPError:
            raise ServiceProblem(
                "unreachable", "The connection was lost before the whole file was here.", "Try again."
            ) from None

    def _not_given(self, status: int) -> ServiceProblem:
        if status in _NO_MORE:
            return expired(self.name, status)
        return ServiceProblem(
            "strange", f"{self.name} named a file and did not give it (status {status}).", "Try again."
        )

    def _too_large(self, limit_bytes: int) -> NoReturn:
        raise ServiceProblem(
            "strange",
            f"{self.name} sends a file of more than {limit_bytes // 1_000_000} MB; it was left there.",
        )


def _in_address(session_id: str) -> str:
    if _ID.fullmatch(session_id) and session_id.strip("."):
        return quote(session_id, safe="")
    raise ServiceProblem("strange", "What is kept as this call's session is no id of one.")


def _length_of(answer: httpx.Response) -> int | None:
    told = answer.headers.get("content-length", "")
    return int(told) if told.isdecimal() and len(told) < len(str(2**63)) else None
