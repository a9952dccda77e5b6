"""A question asked aloud, a tool that the agent calls for it, and an answer that uses the result."""

import asyncio
import json

import pytest
from playwright.async_api import expect

from tests.browser.pages.test_controls import runs
from tests.support.talk_page import TIMEOUT_MS, TalkPage
from voice.call.sample_person import read_clip

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_spoken_sum_is_worked_out_by_a_tool_until_that_is_switched_off(call: TalkPage) -> None:
    page, cards = call, call.page.get_by_test_id("tool")
    before = await cards.count()
    _, answer = await page.ask(read_clip("sum"))
    card = cards.last
    await expect(card).to_have_attribute("data-status", "done")
    await card.locator("summary").click()
    arguments, result = await card.locator("pre").all_text_contents()
    assert json.loads(arguments) == {"expression": "12 * 7"}
    assert json.loads(result) == {"result": "12 * 7 is 84."}
    assert "84" in answer.text
    order = await page.page.locator(".turn").evaluate_all("nodes => nodes.map(node => node.dataset.speaker)")
    assert order[-3:] == ["user", "tool", "agent"]

    await page.page.get_by_text("Tools", exact=True).click()
    then = len(page.traffic)
    await page.page.get_by_text("Calculator").click()
    async with asyncio.timeout(TIMEOUT_MS / 1000):
        while not runs(page.traffic[then:])[1]:
            await page.page.evaluate("new Promise(requestAnimationFrame)")
    await page.wait_for_setting("tools", "applied")
    _, answer = await page.ask(read_clip("sum"))
    assert "84" in answer.text
    await expect(cards).to_have_count(before + 1)
    await page.page.get_by_text("Calculator").click()
