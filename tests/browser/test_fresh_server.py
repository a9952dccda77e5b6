"""A server that has just started, opened at a page of its own choice, and its end."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.dashboard import Dashboard, run_dashboard
from tests.support.scripted_agent import KEY, Stage, polite, scripted_settings
from tests.support.talk_page import talk_page

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def fresh(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Dashboard]:
    async with run_dashboard(tmp_path_factory.mktemp("fresh"), scripted_settings(stage)) as running:
        yield running


async def test_a_fresh_server_opened_at_history_has_the_whole_frame(
    browser: Browser, fresh: Dashboard, stage: Stage
) -> None:
    stage.perform(polite)
    async with talk_page(browser, f"{fresh.url}/history") as page:
        await page.connect()
        await stage.streamed_to()
        assert await page.blocks_heard()
        await page.hang_up()


async def test_sigterm_ends_every_session_politely_and_the_process_soon(
    browser: Browser, fresh: Dashboard, stage: Stage
) -> None:
    stage.perform(polite)
    async with talk_page(browser, fresh.url) as page:
        await page.button("Connect").click()
        agent = await stage.streamed_to()
        fresh.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            await agent.expect("session.end")
            assert await fresh.process.wait() in (0, -signal.SIGTERM)
    assert KEY not in fresh.log.read_text()
