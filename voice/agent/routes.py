"""The HTTP side of the local agent: temporary tokens and health, with the service's error bodies.

Owns query checks. It never puts a credential into a response or a log.
"""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from voice.agent.archive.store import Archive
from voice.agent.credentials import KeyRing, bare_credential
from voice.agent.models import Models
from voice.agent.registry import Registry
from voice.agent.tokens import (
    MAX_SESSION_CAP_S,
    MAX_WINDOW_S,
    MIN_SESSION_CAP_S,
    MIN_WINDOW_S,
    Grant,
    TokenMint,
    TooManyTokens,
)

_WINDOW: Final = "expires_in_seconds"
_CAP: Final = "max_session_duration_seconds"


class _Unprocessable(Exception):
    """Carries the body of a 422 response."""

    def __init__(self, kind: str, where: list[str], message: str, **more: Any) -> None:
        super().__init__(message)
        self.body = {"detail": [{"type": kind, "loc": where, "msg": message, **more}]}


@dataclass(frozen=True)
class Routes:
    """Handlers of `GET /v1/token` and `GET /health`."""

    keys: KeyRing
    mint: TokenMint
    registry: Registry
    models: Models
    archive: Archive

    async def token(self, request: Request) -> JSONResponse:
        """Mint a temporary token for the account of the key in the Authorization header."""
        try:
            authorization = _authorization(request)
            window_s = _integer(request, _WINDOW, MIN_WINDOW_S, MAX_WINDOW_S, None)
            cap_s = _integer(request, _CAP, MIN_SESSION_CAP_S, MAX_SESSION_CAP_S, MAX_SESSION_CAP_S)
        except _Unprocessable as problem:
            return JSONResponse(problem.body, status_code=422)
        account = self.keys.account_of(bare_credential(authorization))
        if account is None:
            return JSONResponse({"detail": "Invalid API key"}, status_code=404)
        try:
            token = self.mint.mint(Grant(account, cap_s), window_s)
        except TooManyTokens:
            words = "Too many tokens are waiting to be used; try again when some have expired"
            return JSONResponse({"detail": words}, status_code=429)
        return JSONResponse({"token": token, "expires_in_seconds": window_s})

    async def health(self, _request: Request) -> JSONResponse:
        """Tell that the server runs, how busy it is, whether it can hear, and how much it keeps."""
        return JSONResponse(
            {
                "status": "ok",
                "sessions": len(self.registry),
                "connected": self.registry.connected,
                "max_sessions": self.registry.max_sessions,
                "recognition": not self.models.deafness,
                "kept_sessions": len(self.archive),
                "kept_bytes": self.archive.size,
            }
        )


def _authorization(request: Request) -> str:
    given = request.headers.get("authorization")
    if given is None:
        raise _Unprocessable("missing", ["header", "authorization"], "Field required", input=None)
    return given


def _integer(request: Request, name: str, low: int, high: int, default: int | None) -> int:
    where = ["query", name]
    given = request.query_params.get(name)
    if given is None:
        if default is None:
            raise _Unprocessable("missing", where, "Field required", input=None)
        return default
    try:
        value = int(given)
    except ValueError:
        words = "Input should be a valid integer, unable to parse string as an integer"
        raise _Unprocessable("int_parsing", where, words, input=given) from None
    if value < low:
        words = f"Input should be greater than or equal to {low}"
        raise _Unprocessable("greater_than_equal", where, words, input=given, ctx={"ge": low})
    if value > high:
        words = f"Input should be less than or equal to {high}"
        raise _Unprocessable("less_than_equal", where, words, input=given, ctx={"le": high})
    return value
