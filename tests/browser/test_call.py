"""A call in a real browser with the local agent: a person's speech in, an audible answer out."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser

from tests.support.dashboard import run_dashboard
from tests.support.speech import WORDS, read_clip, recognise, word_error_rate
from tests.support.talk_page import IN_CALL, TalkPage, talk_page

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_is_said_appears_and_the_answer_is_heard_word_for_word(page: TalkPage) -> None:
    await page.connect()
    (greeting,) = await page.wait_for_turns(1, "agent")
    await page.wait_for_state("listening")
    before = len(await page.heard())
    await page.say(read_clip("goforward"))
    (spoken,) = await page.wait_for_turns(1, "user")
    answer = (await page.wait_for_turns(2, "agent"))[1]
    await page.wait_for_state("listening")
    heard = await page.heard()
    assert greeting.text == "Hi, I'm Parley. What can I do for you?"
    assert word_error_rate(WORDS["goforward"], spoken.text) <= 0.25
    assert word_error_rate(greeting.text, recognise(heard[:before])) <= 0.25
    assert word_error_rate(answer.text, recognise(heard[before:])) <= 0.25
    assert [turn.speaker for turn in await page.turns()] == ["agent", "user", "agent"]
    await page.hang_up()


async def test_talking_over_the_agent_stops_it_and_the_turn_shows_only_what_was_heard(page: TalkPage) -> None:
    await page.page.get_by_label("Greeting").fill(
        "Welcome to Parley. I will now talk for a long time, so that somebody can interrupt me in the middle "
        "of this sentence, which goes on and on until it is stopped or comes to its end at last."
    )
    await page.page.keyboard.press("Enter")
    await page.connect()
    await page.wait_until_heard(loud=True)
    await page.wait_for_state("speaking")
    began = await page.say(read_clip("austen_0880"))
    silent = await page.wait_until_heard(loud=False, since_ms=began, blocks=30)
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


async def test_a_visit_to_history_leaves_the_call_as_it_is(page: TalkPage) -> None:
    await page.connect()
    await page.wait_for_turns(1, "agent")
    await page.wait_for_state("listening")
    await page.page.get_by_role("link", name="History").click()
    await page.page.get_by_role("heading", name="History").wait_for()
    await page.say(read_clip("cards_005"))
    await page.wait_for_state("thinking", "speaking")
    await page.wait_for_state("listening")
    await page.page.get_by_role("link", name="Talk").click()
    (spoken,) = await page.wait_for_turns(1, "user")
    assert word_error_rate(WORDS["cards_005"], spoken.text) <= 0.4
    assert len(await page.wait_for_turns(2, "agent")) == 2
    await page.hang_up()


async def test_two_people_talk_at_once_and_each_is_answered(page: TalkPage, browser: Browser) -> None:
    async with talk_page(browser, page.url) as other:
        await asyncio.gather(page.connect(), other.connect())
        await asyncio.gather(page.wait_for_turns(1, "agent"), other.wait_for_turns(1, "agent"))
        await asyncio.gather(page.wait_for_state("listening"), other.wait_for_state("listening"))
        await asyncio.gather(page.say(read_clip("goforward")), other.say(read_clip("austen_0880")))
        await asyncio.gather(page.wait_for_turns(2, "agent"), other.wait_for_turns(2, "agent"))
        for tab, clip in ((page, "goforward"), (other, "austen_0880")):
            (spoken,) = await tab.wait_for_turns(1, "user")
            assert word_error_rate(WORDS[clip], spoken.text) <= 0.4
            await tab.hang_up()


async def test_a_muted_microphone_is_not_heard_and_a_live_one_is_again(page: TalkPage) -> None:
    await page.connect()
    await page.wait_for_turns(1, "agent")
    await page.wait_for_state("listening")
    await page.button("Mute").click()
    await page.page.locator(".mute[aria-pressed=true]").wait_for()
    await page.say(read_clip("goforward"))
    await page.button("Mute").click()
    await page.page.locator(".mute[aria-pressed=false]").wait_for()
    await page.say(read_clip("numbers"))
    await page.wait_for_turns(2, "agent")
    (only,) = await page.wait_for_turns(1, "user")
    assert word_error_rate(WORDS["numbers"], only.text) <= 0.4
    await page.hang_up()


async def test_a_fresh_server_opened_at_history_has_the_whole_frame(browser: Browser, tmp_path: Path) -> None:
    async with run_dashboard(tmp_path) as fresh, talk_page(browser, f"{fresh.url}/history") as page:
        await page.connect()
        await page.wait_until_heard(loud=True)
        await page.hang_up()


async def test_call_after_call_comes_to_life(page: TalkPage) -> None:
    for _ in range(5):
        await page.connect()
        await page.wait_until_heard(loud=True)
        await page.hang_up()


async def test_the_next_call_can_begin_at_once_after_hanging_up(page: TalkPage) -> None:
    await page.connect()
    await page.wait_until_heard(loud=True)
    await page.button("Hang up").click()
    await page.button("Connect").click()
    await page.wait_for_state(*IN_CALL)
    await page.wait_until_heard(loud=True)
    await page.hang_up()


@pytest.mark.parametrize(
    ("refusal", "cause", "cure"),
    [
        ("NotAllowedError", "not allowed to use the microphone", "Allow the microphone"),
        ("NotFoundError", "No microphone was found", "Plug one in"),
        ("NotReadableError", "in use by another program", "Close the other program"),
    ],
)
async def test_a_microphone_that_is_not_given_is_explained(
    page: TalkPage, refusal: str, cause: str, cure: str
) -> None:
    await page.page.evaluate("name => { parley.refuse = name }", refusal)
    await page.button("Connect").click()
    await page.wait_for_state("error", timeout_ms=2_000)
    said = await page.page.get_by_role("alert").inner_text()
    assert cause in said
    assert cure in said
    await page.page.evaluate("parley.refuse = null")
    await page.connect()
    await page.hang_up()


async def test_a_prompt_changed_in_the_call_is_confirmed_and_a_greeting_waits_for_the_next(
    page: TalkPage,
) -> None:
    await page.connect()
    await page.wait_for_turns(1, "agent")
    prompt = page.page.get_by_label("System prompt")
    await prompt.fill("You are Captain Flint, a pirate.")
    await prompt.press("Control+Enter")
    await page.page.locator("[data-setting=system_prompt][data-status=applied]").wait_for()
    greeting = page.page.get_by_label("Greeting")
    await greeting.fill("Ahoy.")
    await greeting.press("Enter")
    await page.page.locator("[data-setting=greeting][data-status=next_call]").wait_for()
    await page.hang_up()
    await page.connect()
    (ahoy,) = await page.wait_for_turns(1, "agent")
    assert ahoy.text == "Ahoy."
    await page.hang_up()


async def test_a_page_asks_for_nothing_beyond_its_own_server(page: TalkPage) -> None:
    await page.connect()
    await page.wait_for_turns(1, "agent")
    await page.hang_up()
    outside = [url for url in page.requests if not url.startswith((page.url, "data:", "blob:"))]
    assert outside == []


async def test_the_microphone_is_asked_for_with_echo_cancellation_and_nothing_else(page: TalkPage) -> None:
    await page.connect()
    (constraints,) = await page.evaluate_streamer("parley.constraints")
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
    await page.hang_up()


async def test_a_reloaded_page_can_call_again(page: TalkPage) -> None:
    await page.connect()
    await page.page.reload()
    await page.wait_for_state("idle")
    await page.connect()
    await page.wait_until_heard(loud=True)
    await page.hang_up()
