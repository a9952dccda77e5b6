"""One dashboard and one browser for many tests: a cold start of both is seven seconds.

With PARLEY_PICTURES set to a folder, a picture of the page is kept there for each test that fails.
"""

import os
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.dashboard import Dashboard, run_dashboard
from tests.support.talk_page import TalkPage, chromium, talk_page

_FAILED = pytest.StashKey[bool]()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def dashboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Dashboard]:
    async with run_dashboard(tmp_path_factory.mktemp("dashboard")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def page(
    browser: Browser, dashboard: Dashboard, request: pytest.FixtureRequest
) -> AsyncIterator[TalkPage]:
    async with talk_page(browser, dashboard.url) as opened:
        yield opened
        folder = os.environ.get("PARLEY_PICTURES")
        if folder and request.node.stash.get(_FAILED, False):
            await opened.page.screenshot(path=Path(folder) / f"{request.node.name}.png")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report
