"""What Streamlit serves of exported calls goes only to those who have logged in."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from voice.ui import media_guard
from voice.ui.media_guard import MediaGuard


async def serve(_request: Request) -> Response:
    return PlainTextResponse("served")


@pytest.mark.parametrize("logged_in", [True, False])
async def test_a_file_goes_only_to_who_has_logged_in_and_pages_to_everybody(
    monkeypatch: pytest.MonkeyPatch, logged_in: bool
) -> None:
    def owner_of_request(_cookies: object) -> str:
        if not logged_in:
            raise PermissionError
        return "somebody"

    monkeypatch.setattr(media_guard, "owner_of_request", owner_of_request)
    routes = [Route("/media/call.json", serve), Route("/history", serve)]
    served = httpx.ASGITransport(Starlette(routes=routes, middleware=[Middleware(MediaGuard)]))
    async with httpx.AsyncClient(transport=served, base_url="http://parley.test") as client:
        assert (await client.get("/media/call.json")).status_code == (200 if logged_in else 403)
        assert (await client.get("/history")).status_code == 200
