"""The Sessions API of an agent's service, as a client: asks for a session, deletes it, fetches its files.

Owns what goes over HTTP, within limits of time and size. The key goes to the service and never to the
address of a file, which is a credential itself: neither may come into a log or an exception.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NoReturn, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import httpx
import msgspec

from voice.call.endpoint import Endpoint, is_loopback
from voice.protocol.stored_sessions import FullSession, SessionPage
from voice.service.problems import ServiceProblem, gone, of_status, strange, unreachable

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
_MAX_ID_CHARS = 200
_ID = re.compile(rf"[A-Za-z0-9_.:-]{{1,{_MAX_ID_CHARS}}}")
_OK = 200
_NO_CONTENT = 204
_NOT_FOUND = 404

T = TypeVar("T")
# Told the bytes that have come and, where it is known, how many there will be; may raise `Stopped`.
Tell = Callable[[int, int | None], None]


class SessionsApi:
    """The service of one agent, `name` in sentences. It blocks, and may be used from several threads.

    Everything raises `ServiceProblem`. `transport` is for tests.
    """

    def __init__(self, endpoint: Endpoint, name: str, transport: httpx.BaseTransport | None = None) -> None:
        self.name = name
        self._url = endpoint.sessions_url
        self._has_key = endpoint.key is None or endpoint.sessions_key is not None
        self._is_local = endpoint.is_loopback
        key = endpoint.sessions_key
        timeout = httpx.Timeout(_TIMEOUT_S)
        env = not endpoint.is_loopback
        self._asking = httpx.Client(
            headers={} if key is None else {"Authorization": f"Bearer {key}"},
            timeout=timeout,
            trust_env=env,
            transport=transport,
        )
        # What is packed for the way would come without a length.
        plain = {"Accept-Encoding": "identity"}
        self._fetching = httpx.Client(headers=plain, timeout=timeout, trust_env=env, transport=transport)

    def close(self) -> None:
        """Close all connections."""
        self._asking.close()
        self._fetching.close()

    def get(self, session_id: str) -> FullSession:
        """What the service tells of a session; with reason `gone` it knows none of that id."""
        status, body = self._ask("GET", session_id)
        if status == _NOT_FOUND:
            self._check_that_it_answers()
            raise gone(self.name, session_id)
        return self._decoded(status, body, FullSession)

    def delete(self, session_id: str) -> bool:
        """Delete a session and ask again; False if the service knew none of that id."""
        status, _ = self._ask("DELETE", session_id)
        if status == _NOT_FOUND:
            self._check_that_it_answers()
            return False
        if status not in (_OK, _NO_CONTENT):
            raise of_status(self.name, status)
        status, _ = self._ask("GET", session_id)
        if status != _NOT_FOUND:
            raise ServiceProblem(
                "still_there",
                f"{self.name} took the order to delete session {session_id}, but still has it.",
                "Delete it again in some minutes.",
            )
        return True

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

    def _check_that_it_answers(self) -> None:
        # The service answers 404 to a wrong key in places (2026-09), which says nothing of the session.
        status, body = self._ask("GET", None)
        if status == _NOT_FOUND:
            raise ServiceProblem(
                "refused",
                f"{self.name} does not tell of its sessions: the key is refused, or it keeps none.",
                "Check ASSEMBLYAI_API_KEY and VOICE_AGENT_URL.",
            )
        self._decoded(status, body, SessionPage)

    def _ask(self, method: str, session_id: str | None) -> tuple[int, bytes]:
        """Status and body; without an id, of the list's first session."""
        if self._url is None:
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
        if session_id is None:
            url = f"{self._url}?limit=1"
        elif _ID.fullmatch(session_id) and session_id.strip("."):
            url = f"{self._url}/{quote(session_id, safe='')}"
        else:
            raise ServiceProblem("strange", "What is kept as this call's session is no id of one.")
        try:
            with self._asking.stream(method, url) as answer:
                return answer.status_code, self._whole(answer)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise unreachable(self.name) from None

    def _whole(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        until = time.monotonic() + _LONGEST_ANSWER_S
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > _MAX_ANSWER_BYTES or time.monotonic() > until:
                raise strange(self.name)
        return bytes(body)

    def _decoded(self, status: int, body: bytes, shape: type[T]) -> T:
        if status != _OK:
            raise of_status(self.name, status)
        try:
            return msgspec.json.decode(body, type=shape)
        except (msgspec.DecodeError, RecursionError):
            raise strange(self.name) from None

    @contextmanager
    def _file(self, address: str) -> Iterator[httpx.Response]:
        for _ in range(_MAX_REDIRECTS + 1):
            self._check_address(address)
            request = self._fetching.build_request("GET", address)
            try:
                answer = self._fetching.send(request, stream=True)
            except httpx.HTTPError:
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
        return ServiceProblem(
            "strange", f"{self.name} named a file and did not give it (status {status}).", "Try again."
        )

    def _too_large(self, limit_bytes: int) -> NoReturn:
        raise ServiceProblem(
            "strange",
            f"{self.name} sends a file of more than {limit_bytes // 1_000_000} MB; it was left there.",
        )


def _length_of(answer: httpx.Response) -> int | None:
    told = answer.headers.get("content-length", "")
    return int(told) if told.isdecimal() and len(told) < len(str(2**63)) else None
