"""A login leads to the page that was asked for, and one that fails back to it with a reason; nowhere else."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from voice.ui.login_answers import LOGIN_PATH, LoginAnswers
from voice.ui.login_settings import CALLBACK_PATH

HERE = "http://parley.test"
ASKED_FOR = "/history?call=one&with=two"


class Streamlit:
    """Its login routes, which answer as a test says."""

    def __init__(self) -> None:
        self.begins: Response | Exception = RedirectResponse("https://provider.test/authorize?state=x", 302)
        self.ends: Response | Exception = RedirectResponse("/", 302)

    async def begin(self, _request: Request) -> Response:
        return self._answer(self.begins)

    async def end(self, _request: Request) -> Response:
        return self._answer(self.ends)

    async def page(self, _request: Request) -> Response:
        return PlainTextResponse("a page")

    def _answer(self, answer: Response | Exception) -> Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    def lets_in(self) -> None:
        self.ends = RedirectResponse("/", 302)
        self.ends.set_cookie(USER_COOKIE_NAME, "signed")

    def sends_away(self) -> None:
        self.ends = RedirectResponse("/", 302)
        self.ends.delete_cookie(USER_COOKIE_NAME)


@pytest.fixture
def streamlit() -> Streamlit:
    return Streamlit()


@pytest_asyncio.fixture
async def client(streamlit: Streamlit) -> AsyncIterator[httpx.AsyncClient]:
    routes = [
        Route(LOGIN_PATH, streamlit.begin),
        Route(CALLBACK_PATH, streamlit.end),
        Route("/history", streamlit.page),
    ]
    served = httpx.ASGITransport(Starlette(routes=routes, middleware=[Middleware(LoginAnswers)]))
    async with httpx.AsyncClient(transport=served, base_url=HERE) as opened:
        yield opened


async def begin(client: httpx.AsyncClient, referer: str = f"{HERE}{ASKED_FOR}") -> httpx.Response:
    return await client.get(LOGIN_PATH, headers={"Referer": referer})


async def end(client: httpx.AsyncClient, query: str = "?code=1&state=x") -> str:
    """Where the person is led from the provider."""
    answer = await client.get(f"{CALLBACK_PATH}{query}")
    assert answer.status_code == 302
    return answer.headers["location"]


async def test_who_logs_in_gets_the_page_that_they_asked_for(
    client: httpx.AsyncClient, streamlit: Streamlit
) -> None:
    answer = await begin(client)
    assert answer.headers["location"].startswith("https://provider.test/authorize")
    streamlit.lets_in()
    assert await end(client) == ASKED_FOR
    assert USER_COOKIE_NAME in client.cookies
    # It was asked for once.
    assert await end(client) == "/"


@pytest.mark.parametrize(
    "referer",
    ["", "https://evil.test/history", f"{HERE}//evil.test/x", f"{HERE}/{'x' * 600}", f"{HERE}/\\evil.test"],
)
async def test_a_login_that_begins_anywhere_else_leads_to_the_first_page(
    client: httpx.AsyncClient, streamlit: Streamlit, referer: str
) -> None:
    await begin(client, referer)
    streamlit.lets_in()
    assert await end(client) == "/"


@pytest.mark.parametrize(
    "written", ["https://evil.test", "//evil.test", "/\\evil.test", "/a\r\nSet-Cookie: b=c"]
)
async def test_a_cookie_that_somebody_else_wrote_leads_nowhere_else(
    client: httpx.AsyncClient, streamlit: Streamlit, written: str
) -> None:
    client.cookies.set("parley_asked_for", quote(written, safe=""))
    streamlit.lets_in()
    assert await end(client) == "/"


@pytest.mark.parametrize(
    "trouble", [PlainTextResponse("Authentication error", 400), RuntimeError("misconfigured")]
)
async def test_a_provider_that_cannot_be_asked_leads_back_with_a_reason(
    client: httpx.AsyncClient, streamlit: Streamlit, trouble: Response | Exception
) -> None:
    streamlit.begins = trouble
    answer = await begin(client)
    assert (answer.status_code, answer.headers["location"]) == (302, f"{ASKED_FOR}&login=unreachable")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("?error=access_denied&error_description=canary", "refused"),
        ("?error=temporarily_unavailable", "unreachable"),
        ("?error=canary", "failed"),
        ("?code=1&state=x", "failed"),
    ],
)
async def test_a_login_that_fails_at_the_provider_leads_back_with_a_reason_of_our_own(
    client: httpx.AsyncClient, streamlit: Streamlit, query: str, reason: str
) -> None:
    await begin(client)
    streamlit.sends_away()
    assert await end(client, query) == f"{ASKED_FOR}&login={reason}"


async def test_a_second_try_still_leads_to_the_page_and_without_the_reason(
    client: httpx.AsyncClient, streamlit: Streamlit
) -> None:
    await begin(client, f"{HERE}{ASKED_FOR}&login=refused")
    streamlit.lets_in()
    assert await end(client) == ASKED_FOR


async def test_a_crash_at_the_end_of_a_login_leads_back_too(
    client: httpx.AsyncClient, streamlit: Streamlit
) -> None:
    streamlit.ends = RuntimeError("broken")
    assert await end(client) == "/?login=failed"


async def test_who_comes_back_from_logging_out_is_told_nothing(client: httpx.AsyncClient) -> None:
    assert await end(client, "") == "/"


async def test_other_pages_pass(client: httpx.AsyncClient) -> None:
    assert (await client.get("/history?login=refused")).text == "a page"


@pytest.mark.parametrize("base_path", ["parley"], indirect=True)
async def test_below_a_path_a_login_leads_to_pages_below_it(base_path: str, streamlit: Streamlit) -> None:
    routes = [
        Route(f"/{base_path}{LOGIN_PATH}", streamlit.begin),
        Route(f"/{base_path}{CALLBACK_PATH}", streamlit.end),
    ]
    served = httpx.ASGITransport(Starlette(routes=routes, middleware=[Middleware(LoginAnswers)]))
    async with httpx.AsyncClient(transport=served, base_url=f"{HERE}/{base_path}") as client:
        streamlit.lets_in()
        assert await end(client) == f"/{base_path}/"
        await begin(client, f"{HERE}/{base_path}{ASKED_FOR}")
        assert await end(client) == f"/{base_path}{ASKED_FOR}"
