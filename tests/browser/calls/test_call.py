"""A call in a real browser with the local agent: a person's speech in, an audible answer out."""

import asyncio

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from tests.support.speech import ECHOED, WORDS, read_clip, recognise, word_error_rate
from tests.support.talk_page import IN_CALL, TalkPage, talk_page

GREETING = "Hi, I'm Parley. What can I do for you?"
LONG_GREETING = (
    "Welcome to Parley. I will now talk for a long time, so that somebody can interrupt me in the middle "
    "of this sentence, which goes on and on until it is stopped or comes to its end at last."
)
# Samples of a 10 ms block at 48 kHz.
BLOCK = 480

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_is_said_appears_and_the_answer_is_heard_word_for_word(page: TalkPage) -> None:
    await page.connect()
    (greeting,) = await page.wait_for_turns(1, "agent")
    await page.wait_for_state("listening")
    before = await page.blocks_heard()
    spoken, answer = await page.ask(read_clip(ECHOED))
    heard = await page.heard()
    assert greeting.text == GREETING
    assert word_error_rate(WORDS[ECHOED], spoken.text) <= 0.25
    assert word_error_rate(greeting.text, recognise(heard[: before * BLOCK])) <= 0.25
    assert word_error_rate(answer.text, recognise(heard[before * BLOCK :])) <= 0.25
    assert [turn.speaker for turn in await page.turns()] == ["agent", "user", "agent"]


async def test_a_muted_microphone_is_not_heard_and_a_live_one_is_again(call: TalkPage) -> None:
    before = await call.turns()
    await call.button("Mute").click()
    await call.page.locator(".mute[aria-pressed=true]").wait_for()
    await call.say(read_clip("goforward"))
    await call.button("Mute").click()
    await call.page.locator(".mute[aria-pressed=false]").wait_for()
    only, _ = await call.ask(read_clip("numbers"))
    assert word_error_rate(WORDS["numbers"], only.text) <= 0.4
    assert len(await call.turns()) == len(before) + 2


async def test_a_visit_to_history_leaves_the_call_as_it_is(call: TalkPage) -> None:
    before = await call.turns()
    await call.go_to("History")
    await call.say(read_clip("cards_005"))
    await call.wait_for_state("thinking", "speaking")
    await call.wait_for_state("listening")
    await call.go_to("Talk")
    await call.wait_for_turns(sum(turn.speaker == "agent" for turn in before) + 1, "agent")
    (*_, spoken, _) = after = await call.turns()
    assert [turn.speaker for turn in after[len(before) :]] == ["user", "agent"]
    assert word_error_rate(WORDS["cards_005"], spoken.text) <= 0.4


async def test_two_people_talk_at_once_and_each_is_answered(call: TalkPage, browser: Browser) -> None:
    async with talk_page(browser, call.url) as other:
        await other.connect()
        await other.wait_for_turns(1, "agent")
        await other.wait_for_state("listening")
        mine, theirs = await asyncio.gather(
            call.ask(read_clip("goforward")), other.ask(read_clip("austen_0880"))
        )
        assert word_error_rate(WORDS["goforward"], mine[0].text) <= 0.4
        assert word_error_rate(WORDS["austen_0880"], theirs[0].text) <= 0.4
        await other.hang_up()


async def test_talking_over_the_agent_stops_it_and_the_turn_shows_only_what_was_heard(page: TalkPage) -> None:
    shipped = await page.fill("Greeting", LONG_GREETING)
    await page.connect()
    await page.wait_until_heard(loud=True)
    await page.wait_for_state("speaking")
    began = await page.say(read_clip("austen_0880"))
    # Longer than the pause between two sentences.
    silent = await page.wait_until_heard(loud=False, since_ms=began, blocks=50)
    (cut, _) = await page.wait_for_turns(2, "agent")
    assert cut.interrupted
    assert cut.text.startswith("Welcome to Parley.")
    assert not cut.text.endswith("at last.")
    assert silent > began
    spoken = (await page.wait_for_turns(1, "user"))[0]
    assert word_error_rate(WORDS["austen_0880"], spoken.text) <= 0.4
    await page.wait_for_state("listening")
    rows = await page.loudness()
    assert np.any(rows[rows[:, 0] > silent + 300, 1] > 0.003), "the next reply was not heard"
    await page.hang_up()
    await page.fill("Greeting", shipped)


async def test_the_next_call_can_begin_at_once_after_hanging_up(page: TalkPage) -> None:
    await page.connect()
    await page.wait_until_heard(loud=True)
    for _ in range(2):
        await page.button("Hang up").click()
        await page.button("Connect").click()
        await page.wait_for_state(*IN_CALL)
        await page.wait_until_heard(loud=True)


async def test_a_microphone_that_is_not_given_is_explained_and_given_later_makes_a_call(
    page: TalkPage,
) -> None:
    for refusal, cause, cure in (
        ("NotAllowedError", "not allowed to use the microphone", "Allow the microphone"),
        ("NotFoundError", "No microphone was found", "Plug one in"),
        ("NotReadableError", "in use by another program", "Close the other program"),
    ):
        await page.page.evaluate("name => { parley.refuse = name }", refusal)
        await page.button("Connect").click()
        alert = page.page.get_by_role("alert")
        await expect(alert).to_contain_text(cause)
        await expect(alert).to_contain_text(cure)
        await expect(page.state).to_have_attribute("data-state", "error")
    await page.page.evaluate("parley.refuse = null")
    await page.connect()


async def test_a_prompt_changed_in_the_call_is_confirmed_and_a_greeting_waits_for_the_next(
    page: TalkPage,
) -> None:
    await page.connect()
    prompt = await page.fill("System prompt", "You are Captain Flint, a pirate.")
    await page.wait_for_setting("system_prompt", "applied")
    greeting = await page.fill("Greeting", "Ahoy.")
    await page.wait_for_setting("greeting", "next_call")
    await page.hang_up()
    await page.connect()
    (ahoy,) = await page.wait_for_turns(1, "agent")
    assert ahoy.text == "Ahoy."
    await page.hang_up()
    await page.fill("System prompt", prompt)
    await page.fill("Greeting", greeting)


async def test_a_page_asks_for_nothing_beyond_its_own_server(page: TalkPage) -> None:
    await page.connect()
    await page.wait_until_heard(loud=True)
    await page.hang_up()
    assert f"{page.url}/" in page.requests
    own = (page.url, page.url.replace("http", "ws", 1), "data:", "blob:")
    outside = [url for url in page.requests if not url.startswith(own)]
    assert outside == []


async def test_the_microphone_is_asked_for_with_echo_cancellation_and_nothing_else(page: TalkPage) -> None:
    before = await page.evaluate_streamer("parley.constraints.length")
    await page.connect()
    (constraints,) = (await page.evaluate_streamer("parley.constraints"))[before:]
    assert {
        name: constraints["audio"][name]
        for name in ("echoCancellation", "noiseSuppression", "autoGainControl")
    } == {
        "echoCancellation": True,
        "noiseSuppression": False,
        "autoGainControl": False,
    }
    assert await page.evaluate_streamer("parley.rtcConfiguration.iceServers") == []
    offer = await page.evaluate_streamer("parley.connections.at(-1).localDescription.sdp")
    assert "m=video" not in offer


async def test_a_page_reloaded_in_a_call_can_call_again(page: TalkPage) -> None:
    await page.connect()
    await page.page.reload()
    await page.wait_for_state("idle")
    await page.connect()
    await page.wait_until_heard(loud=True)
