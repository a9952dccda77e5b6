"""Every name that people and their screen readers rely on leads to one thing, also by its beginning alone."""

import pytest
from playwright.async_api import Locator, expect

from tests.support.talk_page import TalkPage

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIELDS = ("Voice", "System prompt", "Greeting")
SLIDERS = ("Threshold", "Minimum silence", "Maximum silence")
LINKS = ("Talk", "History")


async def test_each_name_is_that_of_one_control(page: TalkPage) -> None:
    tab = page.page
    await tab.get_by_text("Manual", exact=True).click()
    named: dict[str, Locator] = {
        **{name: tab.get_by_label(name) for name in FIELDS},
        **{name: tab.get_by_role("slider", name=name) for name in SLIDERS},
        **{name: tab.get_by_role("link", name=name) for name in LINKS},
        "Connect": tab.get_by_role("button", name="Connect"),
    }
    for name, found in named.items():
        await expect(found, name).to_have_count(1)
    await page.connect()
    for name in ("Hang up", "Mute"):
        await expect(tab.get_by_role("button", name=name), name).to_have_count(1)
    await tab.get_by_text("Adaptive", exact=True).click()
