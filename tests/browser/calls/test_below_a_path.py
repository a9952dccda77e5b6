"""Parley below a path of its host: pages, calls and recordings, whoever puts the path there."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from tests.support.dashboard import Dashboard, run_dashboard
from tests.support.prefix_proxy import prefix_proxy
from tests.support.scripted_agent import Stage, polite, scripted_settings
from tests.support.talk_page import TIMEOUT_MS, talk_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

BASE = "/parley"
Served = Callable[[Stage, Path], AbstractAsyncContextManager[str]]


@asynccontextmanager
async def by_setting(stage: Stage, folder: Path) -> AsyncIterator[str]:
    """Streamlit knows of the path."""
    async with run_dashboard(folder, scripted_settings(stage), base_path=BASE) as dashboard:
        yield dashboard.url


@asynccontextmanager
async def by_proxy(stage: Stage, folder: Path) -> AsyncIterator[str]:
    """A proxy puts the path before everything, and takes it away again."""
    async with (
        run_dashboard(folder, scripted_settings(stage)) as dashboard,
        prefix_proxy(dashboard.url, BASE) as url,
    ):
        yield url


@pytest.mark.parametrize("served", [by_setting, by_proxy])
async def test_a_call_is_made_and_heard_again_and_nothing_is_asked_for_outside_of_the_path(
    browser: Browser, stage: Stage, tmp_path: Path, served: Served
) -> None:
    stage.perform(polite)
    async with served(stage, tmp_path) as url, talk_page(browser, f"{url}/") as page:
        await page.connect()
        await page.hang_up()
        await page.go_to("History")
        await page.page.locator("tr.call a.open").first.click()
        await page.page.get_by_role("button", name="Play", exact=True).click(timeout=TIMEOUT_MS)
        await expect(page.page.get_by_role("button", name="Pause", exact=True)).to_be_visible(
            timeout=TIMEOUT_MS
        )
        await page.go_to("Setup")
        await expect(page.page.locator("[data-check=live][data-state=fine]")).to_be_visible(
            timeout=TIMEOUT_MS
        )
        asked = [urlsplit(address) for address in page.requests]
    mine = {each.path for each in asked if each.netloc == urlsplit(url).netloc}
    assert {path.split("/")[2] for path in mine} >= {"live", "news", "recording", "_stcore", "static"}
    assert all(path.startswith(f"{BASE}/") for path in mine)


async def test_a_proxy_that_holds_back_parleys_own_websockets_is_told(
    browser: Browser, scripted_dashboard: Dashboard
) -> None:
    async with prefix_proxy(scripted_dashboard.url, BASE, websockets=False) as url:
        page = await browser.new_page()
        await page.goto(f"{url}/")
        told = page.get_by_text(f"its WebSocket at {BASE}/live can't be opened")
        await expect(told).to_be_visible(timeout=TIMEOUT_MS)
        await page.close()
