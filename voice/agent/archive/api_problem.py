"""Refusals of the Sessions API in the service's form.

Owns the envelope. It never repeats what was asked, beyond a parameter's name.
"""

import secrets
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_CODES: Final = {404: "not_found", 405: "method_not_allowed"}


class ApiProblem(Exception):
    """One refusal. `message` is for people; `param` names what is wrong in the query."""

    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param


async def answer_problem(_request: Request, problem: Exception) -> Response:
    """The response to an `ApiProblem` or to Starlette's own refusal of an address or a method."""
    if isinstance(problem, ApiProblem):
        return _envelope(problem)
    if not isinstance(problem, HTTPException):
        raise problem
    code = _CODES.get(problem.status_code, "bad_request")
    refused = ApiProblem(problem.status_code, code, problem.detail)
    return _envelope(refused, dict(problem.headers or {}))


def _envelope(problem: ApiProblem, headers: dict[str, str] | None = None) -> JSONResponse:
    body: dict[str, Any] = {
        "code": problem.code,
        "message": problem.message,
        "param": problem.param,
        "request_id": f"req_{secrets.token_hex(16)}",
        "errors": [{"message": problem.message, "param": problem.param}],
        "detail": problem.message,
    }
    return JSONResponse(body, status_code=problem.status, headers=headers)
