"""What the agent hears of a person whose page can't reach Parley, measured at the agent."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.breakable_wire import Wire, breakable_wire
from tests.support.dashboard import Dashboard
from tests.support.scripted_agent import ScriptedAgent, Stage, polite
from tests.support.speech import read_clip
from tests.support.talk_page import TIMEOUT_MS, TalkPage, talk_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Root mean squares of 16-bit samples. Opus makes of silence a sample of 1 now and then.
LOUD = 100.0
SILENT = 1.0
# Chunks of 20 ms. A clip has no pause as long as what is listened to.
LISTENED = 50
# What may still be on its way when something is clicked.
ON_ITS_WAY = 15
SPEECH = read_clip("goforward")


class Ears:
    """What the agent gets of the microphone."""

    def __init__(self, agent: ScriptedAgent) -> None:
        self._agent = agent

    async def loudest(self) -> float:
        """The loudest 20 ms of what is captured from now on."""
        before = len(self._agent.of_type("input.audio")) + ON_ITS_WAY
        sent = (await self._agent.expect("input.audio", before + LISTENED))[before : before + LISTENED]
        loudness = [
            np.sqrt(np.mean(np.frombuffer(base64.b64decode(message["audio"]), "<i2").astype(float) ** 2))
            for message in sent
        ]
        return float(max(loudness))


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def wired(browser: Browser, scripted_dashboard: Dashboard) -> AsyncIterator[tuple[TalkPage, Wire]]:
    """A tab whose wire to Parley can be broken; its media go another way."""
    async with (
        breakable_wire(scripted_dashboard.url) as wire,
        talk_page(browser, wire.url.replace("127.0.0.1", "localhost")) as page,
    ):
        yield page, wire


@asynccontextmanager
async def out_of_reach(page: TalkPage, wire: Wire) -> AsyncIterator[None]:
    wire.down = True
    wire.cut()
    try:
        told = page.page.locator(".notice", has_text="Can't reach Parley.")
        await expect(told).to_be_visible(timeout=TIMEOUT_MS)
        yield
    finally:
        wire.down = False


async def begin(page: TalkPage, stage: Stage) -> Ears:
    stage.perform(polite)
    await page.connect()
    return Ears(await stage.streamed_to())


async def talk_on(page: TalkPage) -> None:
    """Speak over and over, until `be_quiet`."""
    await (await page.streamer()).evaluate("pcm => parley.talkOn(pcm)", page.encoded(SPEECH))


async def be_quiet(page: TalkPage) -> None:
    await page.evaluate_streamer("parley.talking = false")


async def test_who_lets_go_mutes_or_hangs_up_while_the_page_is_cut_off_is_heard_no_more(
    wired: tuple[TalkPage, Wire], stage: Stage
) -> None:
    page, wire = wired
    ears = await begin(page, stage)
    await talk_on(page)
    assert await ears.loudest() > LOUD
    await page.button("Push to talk").click()
    assert await ears.loudest() < SILENT

    await page.page.keyboard.down("Space")
    assert await ears.loudest() > LOUD
    async with out_of_reach(page, wire):
        assert await ears.loudest() > LOUD
        await page.page.keyboard.up("Space")
        assert await ears.loudest() < SILENT
    await page.wait_for_state("listening")
    assert await ears.loudest() < SILENT
    await page.button("Push to talk").click()
    assert await ears.loudest() > LOUD

    async with out_of_reach(page, wire):
        await page.button("Mute").click()
        assert await ears.loudest() < SILENT
    await page.wait_for_state("listening")
    await page.button("Mute").click()
    assert await ears.loudest() > LOUD

    async with out_of_reach(page, wire):
        await page.button("Hang up").click()
        # Without a word from the page: the audio's connection closes.
        await stage.agents[0].expect("session.end")
        streamer = await page.streamer()
        await streamer.wait_for_function("parley.connections.at(-1).signalingState === 'closed'")
        assert await page.evaluate_streamer("parley.liveMicrophones()") == 0
    await page.wait_for_state("ended")
    await be_quiet(page)
    await page.connect()
    await page.hang_up()


async def test_an_unplugged_microphone_is_replaced_before_the_call_is_taken_for_dead(
    wired: tuple[TalkPage, Wire], stage: Stage
) -> None:
    page, _ = wired
    ears = await begin(page, stage)
    before = await page.evaluate_streamer("parley.connections.length")
    for _ in range(2):
        await page.evaluate_streamer("parley.unplug()")
        await expect(page.page.get_by_text("was disconnected. This call now uses")).to_be_visible()
        await talk_on(page)
        assert await ears.loudest() > LOUD
        await be_quiet(page)
    assert await page.evaluate_streamer("parley.connections.length") == before
    await page.hang_up()
    assert await page.evaluate_streamer("parley.liveMicrophones()") == 0
