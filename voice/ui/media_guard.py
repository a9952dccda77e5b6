"""Lets only those who have logged in fetch what Streamlit serves at `/media`: the files of exported calls.

Their addresses can't be guessed, but an address can be passed on, and Streamlit asks nobody who they are.
"""

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from voice.ui.whose import owner_of_request

MEDIA_PATH = "/media/"


class MediaGuard:
    """ASGI middleware; all other paths pass untouched, and all without login."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http" and scope["path"].startswith(MEDIA_PATH):
            try:
                owner_of_request(HTTPConnection(scope).cookies)
            except PermissionError:
                refusal = PlainTextResponse("Log in to Parley to get this file.", status_code=403)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)
