"""The frame that holds the peer connection, in a real browser: it starts once for each call."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.dashboard import Dashboard
from tests.support.talk_page import TalkPage, talk_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

# What asks the frame to play comes again at once and a little later, as runs close behind each other send it.
REPEAT = """() => window.addEventListener('message', ({ data }) => {
    if (data.type !== 'streamlit:render' || !data.args.desired_playing_state || window.repeated) return;
    window.repeated = true;
    for (let ms = 0; ms < 30; ms++) setTimeout(() => window.postMessage(data, '*'), ms);
})"""
# Keeps what asks the frame to play, and asks it for the same again, as Streamlit does until a run has come.
KEEP_START = """() => window.addEventListener('message', ({ data }) => {
    if (data.args?.desired_playing_state) window.lastStart = data;
})"""
REPEAT_START = """() => {
    const frame = document.querySelector("iframe[title*='webrtc']").contentWindow;
    const { lastStart } = frame;
    const repeating = setInterval(() => frame.postMessage(lastStart, '*'), 5);
    setTimeout(() => clearInterval(repeating), 1000);
}"""
# A busy browser closes a peer connection later than the 500 ms that streamlit-webrtc gives itself.
CLOSE_LATE = """() => {
    const wait = window.setTimeout;
    window.setTimeout = (then, ms, ...rest) => wait(then, ms === 500 ? 1500 : ms, ...rest);
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def own_tab(browser: Browser, dashboard: Dashboard) -> AsyncIterator[TalkPage]:
    """A tab of its own: these tests change how its frame behaves."""
    async with talk_page(browser, dashboard.url) as opened:
        yield opened


async def connections(page: TalkPage) -> int:
    return int(await page.evaluate_streamer("parley.connections.length"))


async def test_a_call_begins_once_however_often_the_frame_is_told(own_tab: TalkPage) -> None:
    await own_tab.evaluate_streamer(REPEAT)
    await own_tab.connect()
    await own_tab.wait_until_heard(loud=True)
    assert await own_tab.evaluate_streamer("window.repeated")
    assert await connections(own_tab) == 1


async def test_a_call_right_behind_another_begins_once_though_that_one_closes_late(own_tab: TalkPage) -> None:
    await own_tab.connect()
    await own_tab.wait_until_heard(loud=True)
    await own_tab.evaluate_streamer(CLOSE_LATE)
    await own_tab.hang_up()
    await own_tab.connect()
    await own_tab.wait_until_heard(loud=True)
    assert await connections(own_tab) == 2


async def test_a_start_of_the_last_call_that_is_repeated_does_not_begin_the_next(own_tab: TalkPage) -> None:
    await own_tab.evaluate_streamer(KEEP_START)
    await own_tab.connect()
    await own_tab.wait_until_heard(loud=True)
    await own_tab.hang_up()
    await own_tab.page.evaluate(REPEAT_START)
    await own_tab.connect()
    await own_tab.wait_for_turns(1, "agent")
    await own_tab.wait_until_heard(loud=True)
    assert await connections(own_tab) == 2
