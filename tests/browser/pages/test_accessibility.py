"""axe-core finds nothing serious on any page, light or dark, wide or narrow, idle or in a call."""

import pytest
from playwright.async_api import Browser, expect

from tests.support.accessibility import grave_faults
from tests.support.dashboard import Dashboard
from tests.support.talk_page import TIMEOUT_MS, talk_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", NARROW)])
async def test_no_page_has_a_serious_fault(
    scheme: str, size: dict[str, int], browser: Browser, dashboard: Dashboard
) -> None:
    async with talk_page(browser, dashboard.url, color_scheme=scheme, viewport=size) as page:
        await page.rests()
        assert await grave_faults(page.page) == []
        await page.connect()
        await page.wait_for_turns(1, "agent")
        await page.rests()
        assert await grave_faults(page.page) == []
        for name in ("history", "setup"):
            # On a narrow screen the links are put away.
            await page.page.locator(f"a[href$='/{name}']").first.evaluate("link => link.click()")
            heading = page.page.get_by_role("heading", name=name.capitalize(), exact=True)
            await expect(heading).to_be_visible(timeout=TIMEOUT_MS)
            # What a run has not drawn again yet is pale.
            await page.rests()
            assert await grave_faults(page.page) == []
