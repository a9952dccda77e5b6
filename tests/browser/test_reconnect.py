"""A session that is found again after a drop, or replaced by a wish: the call goes on over the same audio."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.test_failures import page_on
from tests.support.scripted_agent import SESSION_ID, ScriptedAgent
from tests.support.speech import WORDS, read_clip, word_error_rate
from tests.support.talk_page import TalkPage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_broken_connection_is_shown_and_the_call_goes_on_over_the_same_audio(
    browser: Browser, tmp_path: Path
) -> None:
    drop, give_back = asyncio.Event(), asyncio.Event()

    async def breaking(agent: ScriptedAgent) -> None:
        await agent.expect_any()
        if agent.of_type("session.resume"):
            await give_back.wait()
            await agent.say("session.ready", session_id=SESSION_ID, config={})
            await agent.expect("input.audio", 20)
            await agent.say("transcript.user", item_id="msg_2", text="are you still there")
            await agent.end_politely()
            return
        await agent.get_ready()
        await agent.say("transcript.user", item_id="msg_1", text="can you hear me")
        await drop.wait()
        agent.socket.transport.abort()

    async with page_on(breaking, browser, tmp_path) as (page, stage, _):
        await page.button("Connect").click()
        await page.wait_for_state("listening")
        await page.wait_for_turns(1, "user")
        drop.set()
        await page.wait_for_state("reconnecting")
        await expect(page.button("Hang up")).to_be_enabled()
        give_back.set()
        await page.wait_for_state("listening")
        turns = await page.wait_for_turns(2, "user")
        assert [turn.text for turn in turns] == ["can you hear me", "are you still there"]
        await expect(page.page.get_by_text("The connection was lost for")).to_be_visible()
        assert await page.evaluate_streamer("parley.connections.length") == 1
        await page.hang_up()
        assert stage.agents[1].received[0] == {"type": "session.resume", "session_id": SESSION_ID}
        assert stage.agents[1].of_type("session.update") == []


async def test_a_restart_takes_the_new_greeting_and_keeps_the_talk_and_the_audio(page: TalkPage) -> None:
    await page.connect()
    await page.wait_for_turns(1, "agent")
    await page.wait_for_state("listening")
    greeting = page.page.get_by_label("Greeting")
    await greeting.fill("Ahoy.")
    await greeting.press("Enter")
    await page.page.locator("[data-setting=greeting][data-status=next_call]").wait_for()
    await page.button("Restart with this").click()
    await page.page.locator("[data-setting=greeting][data-status=applied]").wait_for()
    await page.wait_for_state("listening")
    await page.say(read_clip("goforward"))
    (spoken,) = await page.wait_for_turns(1, "user")
    first, answer = await page.wait_for_turns(2, "agent")
    assert first.text == "Hi, I'm Parley. What can I do for you?"
    assert answer.text != "Ahoy.", "the greeting was spoken again"
    assert word_error_rate(WORDS["goforward"], spoken.text) <= 0.25
    assert await page.evaluate_streamer("parley.connections.length") == 1
    await page.hang_up()
