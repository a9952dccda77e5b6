"""The Setup page in a real browser: everything is fine on this machine, and what is not is named."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray
from playwright.async_api import Locator, expect

from tests.support.accessibility import grave_faults
from tests.support.shared_tab import SharedTab, drop_after_failure
from tests.support.speech import BROWSER_RATE_HZ, read_clip
from tests.support.talk_page import TIMEOUT_MS, TalkPage

# About -70 dBFS.
ROOM_RMS = 10.0

pytestmark = pytest.mark.asyncio(loop_scope="session")


class SetupPage:
    """The Setup page of a tab."""

    def __init__(self, talk: TalkPage) -> None:
        self.talk = talk
        self.page = talk.page

    def check(self, name: str, state: str = "") -> Locator:
        """The row of a check, in a state if one is given."""
        state = f"[data-state={state}]" if state else ""
        return self.page.locator(f"li.check[data-check={name}]{state}")

    async def state(self, name: str) -> str:
        """How a check stands."""
        return str(await self.check(name).get_attribute("data-state"))

    async def wait_for(self, name: str, state: str) -> str:
        """Wait until a check stands so; gives what its row says."""
        await self.check(name, state).wait_for(timeout=TIMEOUT_MS)
        return await self.check(name).inner_text()

    async def press(self, name: str) -> None:
        await self.check(name).get_by_role("button").first.click()

    async def settle(self) -> None:
        """Wait until no check runs any more."""
        summary = self.page.locator(".setup .summary")
        await expect(summary).to_contain_text("fine", timeout=TIMEOUT_MS)

    async def check_microphone(self) -> str:
        """Press the button and speak until the microphone was judged."""
        await self.press("microphone")
        async with self._sounding(read_clip("austen_0880")):
            await self.check("microphone", "running").wait_for(state="detached", timeout=TIMEOUT_MS)
            return await self.check("microphone").inner_text()

    def room(self) -> AbstractAsyncContextManager[None]:
        """The noise of a quiet room in the microphone."""
        noise = np.random.default_rng(0).normal(0, ROOM_RMS, BROWSER_RATE_HZ)
        return self._sounding(noise.astype(np.int16))

    @asynccontextmanager
    async def _sounding(self, samples: NDArray[np.int16]) -> AsyncIterator[None]:
        pcm = base64.b64encode(samples.astype("<i2").tobytes()).decode()

        async def repeat() -> None:
            while True:
                await self.page.evaluate("pcm => parley.say(pcm)", pcm)

        sounding = asyncio.create_task(repeat())
        try:
            yield
        finally:
            sounding.cancel()


@pytest_asyncio.fixture(loop_scope="session")
async def setup(tab: SharedTab, request: pytest.FixtureRequest) -> AsyncIterator[SetupPage]:
    """The Setup page of the shared tab, with what the tests before have found on it."""
    page = await tab.as_it_is()
    opened = SetupPage(page)
    if not await page.is_at("Setup"):
        await tab.at_rest()
        await page.go_to("Setup")
    await opened.settle()
    yield opened
    await page.page.evaluate("parley.refuse = null; parley.relayOnly = false")
    await drop_after_failure(tab, page, request)


async def test_the_report_is_text_of_all_checks(setup: SetupPage) -> None:
    await setup.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await setup.page.get_by_role("button", name="Copy report").click()
    await expect(setup.page.get_by_role("button", name="Copied")).to_be_visible()
    report = await setup.page.evaluate("navigator.clipboard.readText()")
    assert report.startswith("Parley setup report\n")
    assert "[Fine] Key: No key is set" in report
    words = {"not_run": "Not run", "fine": "Fine"}
    assert f"[{words[await setup.state('speaker')]}] Loudspeaker" in report
    assert "aiortc" in report
    await setup.page.context.clear_permissions()


async def test_every_check_is_fine_on_this_machine_with_the_local_agent(setup: SetupPage) -> None:
    assert "hears you" in await setup.check_microphone()
    await setup.press("speaker")
    async with setup.room():
        await setup.page.get_by_role("button", name="Yes, I heard it").click(timeout=TIMEOUT_MS)
    await expect(setup.page.locator(".setup .summary")).to_have_text("14 of 14 fine", timeout=TIMEOUT_MS)
    assert "host to host over UDP" in await setup.check("media").inner_text()
    assert "1000 Hz arrives as 1000 Hz" in await setup.check("sound").inner_text()
    assert "recognition" in await setup.check("local_agent").inner_text()
    assert await grave_faults(setup.page) == []


async def test_a_blocked_microphone_is_named_with_its_cure(setup: SetupPage) -> None:
    await setup.page.evaluate("parley.refuse = 'NotAllowedError'")
    await setup.press("microphone")
    said = await setup.wait_for("microphone", "failed")
    assert "was not allowed to use the microphone" in said
    assert "the icon beside the address" in said


async def test_a_microphone_that_gives_no_sound_is_told_from_a_quiet_room(setup: SetupPage) -> None:
    await setup.press("microphone")
    assert "No sound" in await setup.wait_for("microphone", "failed")


async def test_media_that_finds_no_way_names_the_missing_relay(setup: SetupPage) -> None:
    await setup.page.evaluate("parley.relayOnly = true")
    await setup.press("media")
    said = await setup.wait_for("media", "failed")
    assert "no relay candidate" in said
    assert "VOICE_ICE_SERVERS" in said
    await setup.wait_for("sound", "not_run")


async def test_a_symptom_points_to_its_checks(setup: SetupPage) -> None:
    await setup.page.get_by_role("button", name="The agent interrupts itself").click()
    asked = setup.page.locator("li.check.asked")
    assert await asked.count() == 1
    await expect(asked).to_have_attribute("data-check", "echo")
    await expect(asked).to_be_in_viewport()


async def test_checks_leave_a_call_alone_and_make_no_sound_in_it(setup: SetupPage) -> None:
    await setup.talk.connect()
    for name in ("microphone", "speaker", "echo"):
        await expect(setup.check(name).get_by_role("button")).to_be_disabled()
    await setup.page.get_by_role("button", name="Check all again").click()
    await setup.settle()
    await setup.wait_for("media", "fine")
    before = len(await setup.talk.loudness())
    frame = await setup.talk.streamer()
    await frame.wait_for_function("count => parley.blocks.length > count + 50", arg=before)
    await setup.talk.hang_up()
    await expect(setup.check("speaker").get_by_role("button")).to_be_enabled()


async def test_what_parley_relies_on_is_checked_row_by_row_and_can_be_stopped(setup: SetupPage) -> None:
    service = setup.page.locator(".service")
    await expect(service.locator(".offer")).to_contain_text("It costs nothing.")
    await service.get_by_role("button", name="Check the local agent").click()
    # The scene of the turn lasts some seconds, and what came before it is on the page by then.
    await service.locator("li.check[data-row=session_end][data-state=fine]").wait_for(timeout=TIMEOUT_MS)
    assert await grave_faults(setup.page) == []
    await service.get_by_role("button", name="Stop").click()
    async with setup.page.expect_download() as saved:
        await service.get_by_role("button", name="Download report").click(timeout=TIMEOUT_MS)
    report = json.loads((await (await saved.value).path()).read_bytes())
    assert report["not_deleted"] == []
    assert {line["id"]: line["verdict"] for line in report["results"]}["first_update"] == "same"
    await expect(service.get_by_role("status")).to_contain_text("checks were made")
    await expect(service.get_by_role("button", name="Check the local agent")).to_be_visible()


async def test_a_check_that_costs_money_is_asked_about_first(scripted_page: TalkPage) -> None:
    await scripted_page.go_to("Setup")
    service = scripted_page.page.locator(".service")
    start = service.get_by_role("button", name="Check against the live service")
    await start.click()
    await expect(service.get_by_role("button", name="Start", exact=True)).to_be_focused()
    await service.get_by_role("button", name="Cancel").click()
    await expect(start).to_be_focused()
    await expect(service.locator(".progress")).to_be_empty()
    await expect(service.locator(".service-rows")).to_be_empty()
