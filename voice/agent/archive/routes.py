"""The Sessions API: the list of sessions, one of them, its files, and forgetting it.

Owns the checks of a request and the shapes of the answers. No answer holds a credential but the addresses
of files, and none carries a header that would let pages of other sites read it.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voice.agent.archive.api_problem import ApiProblem
from voice.agent.archive.journal import Journal
from voice.agent.archive.ranges import file_response
from voice.agent.archive.signing import Signer
from voice.agent.archive.store import CONTENT_TYPES, Archive, Removal, stored
from voice.agent.clock import Clock
from voice.agent.credentials import Doorkeeper, KeyRing, bare_credential
from voice.protocol.stored_sessions import (
    DEFAULT_PAGE,
    MAX_PAGE,
    MIN_PAGE,
    Artifact,
    ArtifactKind,
    FullSession,
    PageOf,
    SessionPage,
)

_SESSIONS_PATH: Final = "/v1/sessions"
_ARTIFACTS_PATH: Final = "/v1/artifacts"
_MAX_CURSOR_CHARS: Final = 64


@dataclass(frozen=True)
class SessionRoutes:
    """Handlers of `/v1/sessions` and of the files."""

    keys: KeyRing
    doorkeeper: Doorkeeper
    archive: Archive
    signer: Signer
    clock: Clock

    def routes(self) -> list[Route]:
        """Where they are."""
        one = f"{_SESSIONS_PATH}/{{session_id}}"
        return [
            Route(_SESSIONS_PATH, self.page, methods=["GET"]),
            Route(one, self.one, methods=["GET", "DELETE"]),
            Route(f"{_ARTIFACTS_PATH}/{{session_id}}/{{kind}}", self.file, methods=["GET"]),
        ]

    async def page(self, request: Request) -> Response:
        """`GET /v1/sessions`: the newest first."""
        account = self._account(request)
        query = request.query_params
        limit, before = _limit(query.get("limit")), _number_in(query.get("cursor"))
        page = self.archive.page(account, limit, before, query.get("status"), query.get("agent_id"))
        cursor = _cursor(page.next_before) if page.next_before is not None else ""
        return _json(SessionPage(page.sessions, has_more=bool(cursor), response_metadata=PageOf(cursor)))

    async def one(self, request: Request) -> Response:
        """`GET` and `DELETE /v1/sessions/{session_id}`."""
        account = self._account(request)
        session_id = request.path_params["session_id"]
        if request.method == "DELETE":
            return self._delete(account, session_id)
        journal = self.archive.find(account, session_id)
        if journal is None:
            raise _not_found()
        return _json(self._full(request, journal))

    async def file(self, request: Request) -> Response:
        """A file of a session. The address is the credential."""
        query = request.query_params
        expires, signature = query.get("expires", ""), query.get("signature", "")
        if not self.signer.admits(request.url.path, expires, signature, self.clock.wall()):
            raise ApiProblem(403, "forbidden", "This address is wrong or older than an hour; ask anew")
        self.archive.sweep()
        kind: ArtifactKind = request.path_params["kind"]
        content = self.archive.content(request.path_params["session_id"], kind)
        if content is None:
            raise _not_found()
        return file_response(content, CONTENT_TYPES[kind], request.headers.get("range"))

    def _account(self, request: Request) -> str:
        """Whose sessions are asked for. Raises `ApiProblem`."""
        headers = request.headers
        if not self.doorkeeper.welcomes_page(headers.get("origin"), headers.get("host")):
            words = (
                "Web pages of other sites may not look here; with an API key the agent is open to any address"
            )
            raise ApiProblem(403, "forbidden", words)
        account = self.keys.account_of(bare_credential(headers.get("authorization", "")))
        if account is None:
            raise ApiProblem(401, "unauthorized", "Missing or invalid API key")
        self.archive.sweep()
        return account

    def _delete(self, account: str, session_id: str) -> Response:
        match self.archive.remove(account, session_id):
            case Removal.UNKNOWN:
                raise _not_found()
            case Removal.LIVE:
                raise ApiProblem(409, "conflict", "The session still runs; end it before you delete it")
            case Removal.DONE:
                return Response(status_code=204)

    def _full(self, request: Request, journal: Journal) -> FullSession:
        plain = msgspec.to_builtins(stored(journal))
        session_id = journal.start.session_id
        artifacts = []
        for kind in self.archive.artifacts(journal):
            path = f"{_ARTIFACTS_PATH}/{session_id}/{kind}"
            url = request.url.replace(path=path, query=self.signer.query(path, self.clock.wall()))
            artifacts.append(Artifact(type=kind, url=str(url), content_type=CONTENT_TYPES[kind]))
        return FullSession(**plain, config=journal.start.config, artifacts=artifacts)


def _not_found() -> ApiProblem:
    return ApiProblem(404, "not_found", "Session not found")


def _limit(given: str | None) -> int:
    if given is None:
        return DEFAULT_PAGE
    if not given.isascii() or not given.isdigit() or not MIN_PAGE <= int(given[:9]) <= MAX_PAGE:
        words = f"limit must be a whole number from {MIN_PAGE} to {MAX_PAGE}"
        raise ApiProblem(422, "validation_error", words, "limit")
    return int(given)


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(str(number).encode()).decode()


def _number_in(cursor: str | None) -> int | None:
    if not cursor:
        return None
    try:
        return int(base64.urlsafe_b64decode(cursor[:_MAX_CURSOR_CHARS].encode()))
    except (ValueError, binascii.Error):
        words = "cursor must be the next_cursor of the page before"
        raise ApiProblem(422, "validation_error", words, "cursor") from None


def _json(shape: Any) -> Response:
    headers = {"cache-control": "no-store"}
    return Response(msgspec.json.encode(shape), media_type="application/json", headers=headers)
