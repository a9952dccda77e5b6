"""Latency, network and cost of a real call, as the drawer shows them."""

import re

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.support.accessibility import grave_faults
from tests.support.dashboard import Dashboard
from tests.support.speech import read_clip
from tests.support.talk_page import TIMEOUT_MS, TalkPage, talk_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNKNOWN = "–"  # noqa: RUF001  (a dash for people)


async def open_tab(page: TalkPage, name: str) -> Locator:
    """Open the drawer at a tab; gives its pane."""
    await toggle_drawer(page)
    await page.page.get_by_role("tab", name=name).click()
    return page.page.get_by_role("tabpanel", name=name)


async def toggle_drawer(page: TalkPage) -> None:
    await page.page.locator("summary", has_text="Behind the scenes").click()


async def test_after_a_spoken_turn_the_parts_of_its_latency_make_up_the_whole(page: TalkPage) -> None:
    await page.connect()
    await page.wait_for_turns(1, "agent")
    await page.wait_for_state("listening")
    pane = await open_tab(page, "Latency")
    await expect(pane.get_by_text("After the first answer")).to_be_visible()
    await page.say(read_clip("goforward"))
    await page.wait_for_turns(2, "agent")
    await expect(pane.locator(".total")).to_be_visible(timeout=TIMEOUT_MS)
    total_ms = round(float((await pane.locator(".total").inner_text()).removesuffix(" s")) * 1000)
    parts = {
        await value.get_attribute("data-part"): int(re.sub(r"\D", "", await value.inner_text()))
        for value in await pane.locator(".ms").all()
    }
    assert set(parts) == {"endpointing", "agent", "lead_in", "own"}
    assert min(parts.values()) >= 0
    # The total is shown to a hundredth of a second.
    assert sum(parts.values()) == pytest.approx(total_ms, abs=5)
    # No agent can take a turn before it has heard the silence after it.
    assert parts["endpointing"] >= 100
    assert await pane.locator(".chart rect").count() == len(parts)
    assert await grave_faults(page.page, ".st-key-backstage") == []
    await toggle_drawer(page)


async def test_what_the_browser_measured_of_its_sound_is_shown(page: TalkPage) -> None:
    await page.connect()
    pane = await open_tab(page, "Network")
    round_trip = pane.get_by_role("row", name="Round trip to the server").get_by_role("cell").first
    await expect(round_trip).not_to_have_text(UNKNOWN, timeout=TIMEOUT_MS)
    concealed = pane.get_by_role("row", name="made up for").get_by_role("cell").first
    await expect(concealed).not_to_have_text(UNKNOWN, timeout=TIMEOUT_MS)
    await expect(pane.locator(".path")).to_have_text("The sound goes directly, within this network.")
    await expect(pane.locator(".verdict")).not_to_contain_text("Not known yet")
    assert await grave_faults(page.page, ".st-key-backstage") == []
    # The connection of the next call is found too, though it is another.
    await page.hang_up()
    await page.connect()
    await expect(round_trip).to_have_text(UNKNOWN, timeout=TIMEOUT_MS)
    await expect(round_trip).not_to_have_text(UNKNOWN, timeout=TIMEOUT_MS)
    await toggle_drawer(page)


async def test_a_call_to_parleys_own_agent_is_timed_and_free(browser: Browser, dashboard: Dashboard) -> None:
    # A tab of its own, which had no call yet.
    async with talk_page(browser, dashboard.url) as page:
        pane = await open_tab(page, "Cost")
        await expect(pane.get_by_text("Once a call has begun")).to_be_visible()
        await page.connect()
        await expect(pane.get_by_text("free", exact=True)).to_be_visible()
        await expect(pane.locator(".value").first).to_have_text(re.compile(r"^[2-9] s"), timeout=TIMEOUT_MS)
        assert await grave_faults(page.page, ".st-key-backstage") == []
