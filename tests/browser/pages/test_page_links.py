"""A link to another page, in a real browser, when something else of the page comes in between."""

import re
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, WebSocketRoute, expect

from tests.support.dashboard import Dashboard
from tests.support.talk_page import TIMEOUT_MS, TalkPage

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Wishes:
    """What the page asks the server for, on its way there; `lose` of them do not arrive."""

    lose: int = 0

    def carry(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        route.on_message(lambda message: self._pass(server, message))

    def _pass(self, server: WebSocketRoute, message: str | bytes) -> None:
        if self.lose:
            self.lose -= 1
        else:
            server.send(message)


async def test_a_click_on_a_page_that_was_lost_on_its_way_leads_there_all_the_same(
    browser: Browser, dashboard: Dashboard
) -> None:
    wishes = Wishes()
    async with await browser.new_context() as context:
        await context.route_web_socket(re.compile("/_stcore/stream"), wishes.carry)
        talk = TalkPage(await context.new_page(), dashboard.url)
        await talk.open()
        await talk.page.wait_for_function(
            "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
        )
        wishes.lose = 1
        await talk.page.get_by_role("link", name="History").click()
        await expect(talk.page.get_by_role("heading", name="History")).to_be_visible(timeout=TIMEOUT_MS)
        assert wishes.lose == 0
