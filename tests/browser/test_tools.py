"""A question asked aloud, a tool that the agent calls for it, and an answer that uses the result."""

import asyncio
import json

import pytest
from playwright.async_api import expect

from tests.browser.test_controls import runs, wait_for_setting
from tests.support.talk_page import TIMEOUT_MS, TalkPage
from voice.call.sample_person import read_clip

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_spoken_sum_is_worked_out_by_a_tool_until_that_is_switched_off(page: TalkPage) -> None:
    await page.connect()
    await page.wait_for_turns(1, "agent")
    await page.wait_for_state("listening")
    await page.say(read_clip("sum"))
    card = page.page.get_by_test_id("tool")
    await expect(card).to_have_attribute("data-status", "done", timeout=TIMEOUT_MS)
    answer = (await page.wait_for_turns(2, "agent"))[1]
    await card.locator("summary").click()
    arguments, result = await card.locator("pre").all_text_contents()
    assert json.loads(arguments) == {"expression": "12 * 7"}
    assert json.loads(result) == {"result": "12 * 7 is 84."}
    assert "84" in answer.text
    await page.wait_for_state("listening")
    order = await page.page.locator(".turn").evaluate_all("nodes => nodes.map(node => node.dataset.speaker)")
    assert order == ["agent", "user", "tool", "agent"]

    await page.page.get_by_text("Tools", exact=True).click()
    before = len(page.traffic)
    await page.page.get_by_text("Calculator").click()
    async with asyncio.timeout(TIMEOUT_MS / 1000):
        while not runs(page.traffic[before:])[1]:
            await page.page.evaluate("new Promise(requestAnimationFrame)")
    await wait_for_setting(page, "tools", "applied")
    await page.say(read_clip("sum"))
    answer = (await page.wait_for_turns(3, "agent"))[2]
    await page.wait_for_state("listening")
    assert "84" in answer.text
    await expect(card).to_have_count(1)
    await page.hang_up()
