"""One dashboard and one browser for many tests: a cold start of both is seven seconds.

With PARLEY_PICTURES set to a folder, a picture of the page is kept there for each test that fails.
"""

from collections.abc import AsyncIterator, Generator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.dashboard import Dashboard, run_dashboard
from tests.support.scripted_agent import Stage, polite, scripted_agent, scripted_settings
from tests.support.shared_tab import FAILED, SharedTab, drop_after_failure
from tests.support.talk_page import TalkPage, chromium


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def dashboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Dashboard]:
    async with run_dashboard(tmp_path_factory.mktemp("dashboard")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def tab(browser: Browser, dashboard: Dashboard) -> AsyncIterator[SharedTab]:
    shared = SharedTab(browser, dashboard.url)
    yield shared
    await shared.drop()


@pytest_asyncio.fixture(loop_scope="session")
async def page(tab: SharedTab, request: pytest.FixtureRequest) -> AsyncIterator[TalkPage]:
    """The shared tab on the Talk page, without a call. The test may leave a call running."""
    opened = await tab.at_rest()
    yield opened
    await drop_after_failure(tab, opened, request)


@pytest_asyncio.fixture(loop_scope="session")
async def call(tab: SharedTab, request: pytest.FixtureRequest) -> AsyncIterator[TalkPage]:
    """The shared tab in a call, in which earlier tests may have talked; the agent listens."""
    opened = await tab.in_call()
    yield opened
    await drop_after_failure(tab, opened, request)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def stage() -> AsyncIterator[Stage]:
    """The agent of `scripted_page`: a test sets what it performs."""
    async with scripted_agent(polite) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def scripted_dashboard(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Dashboard]:
    """A dashboard with a key, whose calls go to the stage."""
    async with run_dashboard(tmp_path_factory.mktemp("scripted"), scripted_settings(stage)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def scripted_tab(browser: Browser, scripted_dashboard: Dashboard) -> AsyncIterator[SharedTab]:
    shared = SharedTab(browser, scripted_dashboard.url)
    yield shared
    await shared.drop()


@pytest_asyncio.fixture(loop_scope="session")
async def scripted_page(scripted_tab: SharedTab, request: pytest.FixtureRequest) -> AsyncIterator[TalkPage]:
    """The shared tab of `scripted_dashboard` on the Talk page, without a call."""
    opened = await scripted_tab.at_rest()
    yield opened
    await drop_after_failure(scripted_tab, opened, request)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report
