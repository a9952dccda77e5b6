"""What Streamlit serves of exported calls goes only to their owner."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from voice.ui import media_guard
from voice.ui.history.downloads import downloads
from voice.ui.media_guard import MediaGuard

CALL = b"What Ann said."
KEPT = {"call.json": CALL, "picture.png": b"given to nobody"}


async def serve(_request: Request) -> Response:
    return PlainTextResponse("served")


@pytest.mark.parametrize("base_path", ["", "parley"], indirect=True)
@pytest.mark.parametrize(
    ("asking", "path", "status"),
    [
        ("ann", "/media/call.json", 200),
        ("bob", "/media/call.json", 404),
        (None, "/media/call.json", 403),
        ("ann", "/media/picture.png", 404),
        ("ann", "/media/gone.json", 404),
        ("bob", "/history", 200),
        (None, "/history", 200),
    ],
)
async def test_a_file_goes_only_to_its_owner_and_pages_to_everybody(
    monkeypatch: pytest.MonkeyPatch, base_path: str, asking: str | None, path: str, status: int
) -> None:
    def owner_of_request(_cookies: object) -> str:
        if asking is None:
            raise PermissionError
        return asking

    monkeypatch.setattr(media_guard, "owner_of_request", owner_of_request)
    monkeypatch.setattr(media_guard, "kept_file", KEPT.get)
    downloads.give("ann", CALL)
    base = f"/{base_path}" if base_path else ""
    routes = [Route(f"{base}/media/{{name}}", serve), Route(f"{base}/history", serve)]
    served = httpx.ASGITransport(Starlette(routes=routes, middleware=[Middleware(MediaGuard)]))
    async with httpx.AsyncClient(transport=served, base_url="http://parley.test") as client:
        assert (await client.get(f"{base}{path}")).status_code == status
