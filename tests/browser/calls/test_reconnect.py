"""A session that is found again after a drop, or replaced by a wish: the call goes on over the same audio."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.support.scripted_agent import SESSION_ID, ScriptedAgent, Stage
from tests.support.speech import WORDS, read_clip, word_error_rate
from tests.support.talk_page import TalkPage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_broken_connection_is_shown_and_the_call_goes_on_over_the_same_audio(
    scripted_page: TalkPage, stage: Stage
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

    stage.perform(breaking)
    page = scripted_page
    before = await page.evaluate_streamer("parley.connections.length")
    await page.connect()
    await page.wait_for_turns(1, "user")
    drop.set()
    await page.wait_for_state("reconnecting")
    await expect(page.button("Hang up")).to_be_enabled()
    give_back.set()
    await page.wait_for_state("listening")
    turns = await page.wait_for_turns(2, "user")
    assert [turn.text for turn in turns] == ["can you hear me", "are you still there"]
    await expect(page.page.get_by_text("Reconnected. The agent heard nothing for")).to_be_visible()
    assert await page.evaluate_streamer("parley.connections.length") == before + 1
    await page.hang_up()
    assert stage.agents[1].received[0] == {"type": "session.resume", "session_id": SESSION_ID}
    assert stage.agents[1].of_type("session.update") == []


async def test_what_waits_for_the_next_call_comes_by_a_restart_that_keeps_the_talk_and_the_audio(
    page: TalkPage,
) -> None:
    before = await page.evaluate_streamer("parley.connections.length")
    await page.connect()
    (greeting,) = await page.wait_for_turns(1, "agent")
    await page.wait_for_state("listening")
    restart = page.button("Restart with this")
    await expect(restart).to_be_hidden()
    shipped = await page.fill("Greeting", "Ahoy.")
    await page.page.get_by_text("Patient", exact=True).click()
    await page.wait_for_setting("input.turn_detection", "applied")
    await page.page.get_by_text("Adaptive", exact=True).click()
    await page.wait_for_setting("input.turn_detection", "next_call")
    await page.wait_for_setting("greeting", "next_call")
    await expect(restart).to_have_count(1)
    await restart.click()
    await page.wait_for_setting("greeting", "applied")
    await expect(restart).to_be_hidden()
    await expect(page.page.locator("[data-setting='input.turn_detection']")).to_have_count(0)
    await page.wait_for_state("listening")
    spoken, answer = await page.ask(read_clip("goforward"))
    assert (await page.turns())[0] == greeting
    assert answer.text != "Ahoy.", "the greeting was spoken again"
    assert word_error_rate(WORDS["goforward"], spoken.text) <= 0.25
    assert await page.evaluate_streamer("parley.connections.length") == before + 1
    await page.hang_up()
    await page.fill("Greeting", shipped)
