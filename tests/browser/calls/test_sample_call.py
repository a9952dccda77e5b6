"""A call without a microphone: one click, and a recorded person talks to the agent until it hangs up."""

import pytest
from playwright.async_api import Browser, expect

from tests.support.panel_harness import a_turn, a_view, open_panel
from tests.support.speech import word_error_rate
from tests.support.talk_page import TalkPage
from voice.call.sample_person import read_script

pytestmark = pytest.mark.asyncio(loop_scope="session")

WHOLE_CALL_MS = 150_000
ASKED_FOR = "parley.constraints.length"


async def test_one_click_plays_a_whole_call_on_a_machine_without_a_microphone(page: TalkPage) -> None:
    await page.page.evaluate("parley.refuse = 'NotFoundError'")
    before = await page.page.evaluate(ASKED_FOR), await page.evaluate_streamer(ASKED_FOR)
    await page.button("Play a sample call").click()
    await expect(page.page.get_by_text("Sample call: a synthetic recording speaks")).to_be_visible()
    await page.wait_until_heard(loud=True)
    await page.wait_for_state("ended", timeout_ms=WHOLE_CALL_MS)
    assert (await page.page.evaluate(ASKED_FOR), await page.evaluate_streamer(ASKED_FOR)) == before
    turns = await page.turns()
    said = " ".join(turn.text for turn in turns if turn.speaker == "user")
    assert word_error_rate(" ".join(line.text for line in read_script()), said) <= 0.25
    answers = [turn for turn in turns if turn.speaker == "agent"]
    assert len(answers) >= len(read_script())
    assert sum(turn.interrupted for turn in answers) == 1
    assert any("84" in turn.text or "eighty-four" in turn.text for turn in answers)
    await expect(page.page.get_by_text("This was a sample call")).to_be_visible()
    # The next call is a person's again.
    await page.page.evaluate("parley.refuse = null")
    await page.connect()
    await page.wait_until_heard(loud=True)
    assert await page.evaluate_streamer(ASKED_FOR) > before[1]


async def test_a_browser_that_can_play_no_call_is_told_so_and_nothing_is_started(browser: Browser) -> None:
    async with open_panel(browser, before="delete window.RTCPeerConnection;") as panel:
        await panel.show(a_view("idle"))
        await panel.button("Play a sample call").click()
        assert await panel.commands() == [{"do": "microphone_failed", "reason": "NotSupportedError"}]


async def test_a_sample_is_never_taken_for_the_person_at_the_page(browser: Browser) -> None:
    async with open_panel(browser, before="localStorage.setItem('parley.push_to_talk', 'on');") as panel:
        await panel.show(a_view("idle"))
        await expect(panel.page.locator(".sample-badge")).to_be_hidden()
        await panel.button("Play a sample call").click()
        turns = [a_turn("user", "Hello there."), a_turn("user", "And me?", typed=True)]
        await panel.show(a_view("listening", sample=True, turns=turns))
        await expect(panel.button("Play a sample call")).to_be_hidden()
        await expect(panel.page.locator(".turn .name")).to_have_text(["Recording", "You"])
        # A recording holds no button: push to talk would keep it silent.
        await expect(panel.button("Hold to talk")).to_be_hidden()
        await expect(panel.button("Mute")).to_be_visible()
        assert await panel.commands() == [{"do": "connect_sample"}]
        await panel.show(a_view("listening", turns=[a_turn("user", "Hello there.")]))
        await expect(panel.page.locator(".turn .name")).to_have_text(["You"])
