"""The call panel on its own in a real browser: what it draws for each view, and what it sends."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.panel_harness import PanelHarness, a_turn, a_view, open_panel

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def panel(browser: Browser) -> AsyncIterator[PanelHarness]:
    async with open_panel(browser) as opened:
        yield opened


async def test_turns_are_drawn_in_their_order_and_removed_when_gone(panel: PanelHarness) -> None:
    await panel.show(a_view("listening", turns=[a_turn("agent", "Hello"), a_turn("user", "Go on")]))
    await expect(panel.page.get_by_test_id("turn")).to_contain_text(["Hello", "Go on"])
    await panel.show(a_view("listening", turns=[a_turn("user", "Go on")]))
    await expect(panel.page.get_by_test_id("turn")).to_have_count(1)
