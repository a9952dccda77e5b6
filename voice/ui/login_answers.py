"""Stands before Streamlit's login routes: a login that fails leads back with a reason, and one that succeeds
leads to the page that was asked for.

Streamlit answers a provider that is down with a bare line of text, and a refusal by going back in silence.
What a provider says is never passed on, and nothing leads to another site.
"""

import logging
from http.cookies import CookieError, SimpleCookie
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from voice.ui.base_path import base_path, own_path
from voice.ui.login_settings import CALLBACK_PATH

_log = logging.getLogger(__name__)

LOGIN_PATH = "/auth/login"
# The parameter of the page's address that says why a login failed.
REASON = "login"
Reason = Literal["refused", "unreachable", "failed"]

# Errors of OAuth 2.0 and OpenID Connect that come from the person or their account, and from the provider.
_REFUSALS = frozenset(
    {
        "access_denied",
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "login_required",
    }
)
_OUTAGES = frozenset({"server_error", "temporarily_unavailable"})

_ASKED_FOR = "parley_asked_for"
# A person may have to look for their second factor.
_ASKED_FOR_LIFE_S = 15 * 60
_MAX_ASKED_FOR_CHARS = 500
_CLIENT_ERROR = 400


class LoginAnswers:
    """ASGI middleware; all but the two routes of a login pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        judge = _JUDGES.get(own_path(scope["path"])) if scope["type"] == "http" else None
        if judge is None:
            await self._app(scope, receive, send)
            return
        kept = _Kept()
        try:
            await self._app(scope, receive, kept.take)
        except Exception:  # noqa: BLE001 - logged, and told to the person by the page
            _log.exception("a login failed")
            kept = _Kept()
        await judge(Request(scope), kept.response())(scope, receive, send)


class _Kept:
    """The answer of the route, whole: it is a redirect or a line of text."""

    def __init__(self) -> None:
        self._start: Message = {"status": 500, "headers": []}
        self._body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")

    def response(self) -> Response:
        response = Response(self._body, self._start["status"])
        response.raw_headers = list(self._start["headers"])
        return response


def _judge_beginning(request: Request, answer: Response) -> Response:
    """The provider was asked for its addresses, and the person is to be sent there."""
    asked_for = _page_before(request)
    if answer.status_code >= _CLIENT_ERROR:
        return _back(asked_for, "unreachable")
    # Quoted, for a cookie holds no semicolons.
    answer.set_cookie(
        _ASKED_FOR, quote(asked_for, safe="/"), max_age=_ASKED_FOR_LIFE_S, httponly=True, samesite="lax"
    )
    return answer


def _judge_end(request: Request, answer: Response) -> Response:
    """The person comes back from the provider: from a login, or without code and error from a logout."""
    asked_for = _own_page(unquote(request.cookies.get(_ASKED_FOR, "")))
    error = request.query_params.get("error")
    if error:
        reason: Reason = "refused" if error in _REFUSALS else "unreachable" if error in _OUTAGES else "failed"
        return _back(asked_for, reason, answer)
    if "code" not in request.query_params:
        return answer
    if not _logs_in(answer):
        return _back(asked_for, "failed", answer)
    response = _redirect(asked_for, answer)
    response.delete_cookie(_ASKED_FOR)
    return response


_JUDGES = {LOGIN_PATH: _judge_beginning, CALLBACK_PATH: _judge_end}


def _page_before(request: Request) -> str:
    before = urlsplit(request.headers.get("referer", ""))
    if before.netloc != request.headers.get("host"):
        return _first_page()
    query = [pair for pair in parse_qsl(before.query) if pair[0] != REASON]
    return _own_page(f"{before.path}?{urlencode(query)}" if query else before.path)


def _own_page(written: str) -> str:
    """The path and query of one of our pages; the first page for everything else."""
    leads_elsewhere = not written.startswith("/") or written.startswith("//") or "\\" in written
    if leads_elsewhere or not written.isprintable() or len(written) > _MAX_ASKED_FOR_CHARS:
        return _first_page()
    return written


def _first_page() -> str:
    return f"{base_path()}/"


def _back(page: str, reason: Reason, answer: Response | None = None) -> Response:
    sign = "&" if "?" in page else "?"
    return _redirect(f"{page}{sign}{REASON}={reason}", answer)


def _redirect(page: str, answer: Response | None) -> Response:
    """A redirect that sets and deletes the same cookies as `answer`."""
    response = RedirectResponse(page, 302)
    if answer is not None:
        response.raw_headers += [(name, value) for name, value in answer.raw_headers if name == b"set-cookie"]
    return response


def _logs_in(answer: Response) -> bool:
    cookies = SimpleCookie()
    for written in answer.headers.getlist("set-cookie"):
        try:
            cookies.load(written)
        except CookieError:
            continue
    return USER_COOKIE_NAME in cookies and bool(cookies[USER_COOKIE_NAME].value)
