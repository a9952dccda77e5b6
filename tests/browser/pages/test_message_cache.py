"""What the server takes for known to the browser, the browser still has."""

import asyncio

import pytest
from playwright.async_api import Browser, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.support.dashboard import Dashboard
from tests.support.talk_page import EARS_AND_MOUTH, TIMEOUT_MS, TalkPage

pytestmark = pytest.mark.asyncio(loop_scope="session")

# One more than after which Streamlit's browser part forgets an element by itself.
RUNS_IN_BETWEEN = 3


class Wire:
    """The page's connection for runs. While `held` is a list, what the page sends is kept in it.

    `ended` counts the runs of whose end the page was told.
    """

    def __init__(self) -> None:
        self.sent: list[str | bytes] = []
        self.held: list[str | bytes] | None = None
        self.ended = asyncio.Semaphore(0)

    def connect(self, page: WebSocketRoute) -> None:
        self.page, self.server = page, page.connect_to_server()
        page.on_message(self._forward)
        self.server.on_message(self._tell)

    async def run_again(self, message: str | bytes) -> None:
        """Have the server run what this message asked for, to its end."""
        while not self.ended.locked():
            await self.ended.acquire()
        self.server.send(message)
        async with asyncio.timeout(TIMEOUT_MS / 1000):
            await self.ended.acquire()

    def _tell(self, message: str | bytes) -> None:
        self.page.send(message)
        if isinstance(message, bytes) and ForwardMsg.FromString(message).HasField("script_finished"):
            self.ended.release()

    def _forward(self, message: str | bytes) -> None:
        if self.held is not None:
            self.held.append(message)
            return
        self.sent.append(message)
        self.server.send(message)

    def release(self) -> None:
        held, self.held = self.held or [], None
        for message in held:
            self._forward(message)


async def test_a_page_survives_runs_that_end_while_its_request_is_on_the_way(
    browser: Browser, dashboard: Dashboard
) -> None:
    context = await browser.new_context()
    await context.add_init_script(path=EARS_AND_MOUTH)
    page = await context.new_page()
    wire = Wire()
    await page.route_web_socket("**/_stcore/stream", wire.connect)
    talk = TalkPage(page, dashboard.url)
    await talk.open()
    for name in ("History", "Talk"):
        await talk.go_to(name)
        await talk.rests()
    to_talk = wire.sent[-1]
    wire.held = []
    await page.get_by_role("link", name="History", exact=True).click()
    for _ in range(RUNS_IN_BETWEEN):
        await wire.run_again(to_talk)
    wire.release()
    await expect(page.get_by_role("heading", name="History", exact=True)).to_be_visible()
    await talk.rests()
    await context.close()
