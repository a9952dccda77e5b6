"""An agent that hears itself, and the cure of one click."""

import asyncio
import base64

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from tests.support.dashboard import Dashboard
from tests.support.scripted_agent import ScriptedAgent, Stage
from tests.support.talk_page import talk_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

RATE_HZ = 24_000
REPLIES = 3


def tone() -> str:
    """A second of sound, as a reply carries it."""
    time_s = np.arange(RATE_HZ) / RATE_HZ
    return base64.b64encode((6000 * np.sin(2 * np.pi * 440 * time_s)).astype("<i2").tobytes()).decode()


async def test_an_agent_that_hears_itself_is_cured_by_one_click(
    browser: Browser, scripted_dashboard: Dashboard, stage: Stage
) -> None:
    seen = asyncio.Semaphore(0)

    async def echoing(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        for number in range(REPLIES):
            reply_id = f"resp_{number}"
            await agent.say("reply.started", reply_id=reply_id, item_id=f"msg_{number}")
            await agent.say("reply.audio", reply_id=reply_id, data=tone())
            await seen.acquire()
            await agent.say("input.speech.started")
            await agent.say("reply.done", reply_id=reply_id, status="interrupted")
            await seen.acquire()
        await agent.expect("session.update", 2)
        await agent.say("session.updated", config={})
        await agent.end_politely()

    stage.perform(echoing)
    # A tab of its own: the cure turns interruption off in its sidebar.
    async with talk_page(browser, scripted_dashboard.url) as page:
        await page.button("Connect").click()
        for _ in range(REPLIES):
            await page.wait_for_state("speaking")
            seen.release()
            await page.wait_for_state("hearing")
            seen.release()
        notice = page.page.locator(".notice").filter(has_text="hear itself")
        await notice.get_by_role("button").click()
        await expect(page.page.get_by_label("Interruption", exact=True)).not_to_be_checked()
        await expect(notice).to_have_count(0)
        await page.hang_up()
    update = stage.agents[0].of_type("session.update")[1]
    assert update["session"]["input"]["turn_detection"]["interrupt_response"] is False
