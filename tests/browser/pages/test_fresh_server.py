"""A server from its first page, which need not be Talk, to its end in the middle of a call."""

import asyncio
import signal
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support.dashboard import run_dashboard
from tests.support.scripted_agent import KEY, Stage, polite, scripted_settings
from tests.support.talk_page import talk_page

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_fresh_server_opened_at_history_has_the_whole_frame_and_ends_its_calls_politely(
    browser: Browser, stage: Stage, tmp_path: Path
) -> None:
    stage.perform(polite)
    async with (
        run_dashboard(tmp_path, scripted_settings(stage)) as fresh,
        talk_page(browser, f"{fresh.url}/history") as page,
    ):
        await page.connect()
        agent = await stage.streamed_to()
        assert await page.blocks_heard()
        fresh.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            await agent.expect("session.end")
            assert await fresh.process.wait() in (0, -signal.SIGTERM)
    assert KEY not in fresh.log.read_text()
