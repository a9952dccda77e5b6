"""Lets only its owner fetch a file that Streamlit serves at `/media`: an exported call, or a recording.

Their addresses can't be guessed, but an address can be passed on, and Streamlit asks nobody who they are.
"""

import anyio
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime

from voice.ui.base_path import own_path
from voice.ui.history.downloads import downloads
from voice.ui.whose import owner_of_request

MEDIA_PATH = "/media/"


class MediaGuard:
    """ASGI middleware; all other paths pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        path = own_path(scope["path"]) if scope["type"] == "http" else ""
        if path.startswith(MEDIA_PATH):
            refusal = await _refusal(HTTPConnection(scope), path.removeprefix(MEDIA_PATH))
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _refusal(asking: HTTPConnection, name: str) -> PlainTextResponse | None:
    try:
        owner = owner_of_request(asking.cookies)
    except PermissionError:
        return PlainTextResponse("Log in to Parley to get this file.", status_code=403)
    content = kept_file(name)
    # In a thread: a digest takes 1.6 ms a MiB.
    if content is None or not await anyio.to_thread.run_sync(downloads.are_of, owner, content):
        return PlainTextResponse("There is no such file.", status_code=404)
    return None


def kept_file(name: str) -> bytes | None:
    """What Streamlit keeps by this name of its own, as it stands in an address."""
    found = runtime.get_instance().media_file_mgr.read_file(name)
    return None if found is None else found.content
