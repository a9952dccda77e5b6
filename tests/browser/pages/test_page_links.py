"""A click that leads to another page, in a real browser, when something else of the page comes in between."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, WebSocketRoute, expect

from tests.history.samples import a_call, keep
from tests.support.dashboard import Dashboard
from tests.support.talk_page import TIMEOUT_MS, TalkPage
from voice.history.store import Store
from voice.ui.whose import SINGLE_USER

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = "Is anybody there?"


@dataclass
class Wishes:
    """What the page asks the server for, on its way there; `lose` of them do not arrive.

    Behind each of `overtake` the one before comes again, as a component's report does that a page sends then.
    """

    lose: int = 0
    overtake: int = 0
    before: str | bytes = b""

    def carry(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        route.on_message(lambda message: self._pass(server, message))

    def _pass(self, server: WebSocketRoute, message: str | bytes) -> None:
        if self.lose:
            self.lose -= 1
            return
        server.send(message)
        if self.overtake:
            self.overtake -= 1
            server.send(self.before)
        self.before = message


@asynccontextmanager
async def page_at_rest(browser: Browser, url: str, wishes: Wishes) -> AsyncIterator[TalkPage]:
    async with await browser.new_context() as context:
        await context.route_web_socket(re.compile("/_stcore/stream"), wishes.carry)
        talk = TalkPage(await context.new_page(), url)
        await talk.open()
        await talk.rests()
        yield talk


async def test_a_call_opens_though_a_report_comes_right_behind_the_click(
    browser: Browser, dashboard: Dashboard
) -> None:
    store = Store(None, dashboard.log.parent / "data")
    store.open()
    keep(store, a_call("call-clicked", SINGLE_USER, title=TITLE, started_at=time.time()), "Hello?")
    store.close()
    wishes = Wishes()
    async with page_at_rest(browser, dashboard.url, wishes) as talk:
        await talk.go_to("History")
        wishes.overtake = 1
        await talk.page.locator("tr.call a.open", has_text=TITLE).first.click()
        await expect(talk.page.get_by_role("button", name="All calls")).to_be_visible()
        assert wishes.overtake == 0


async def test_a_click_on_a_page_that_was_lost_on_its_way_leads_there_all_the_same(
    browser: Browser, dashboard: Dashboard
) -> None:
    wishes = Wishes()
    async with page_at_rest(browser, dashboard.url, wishes) as talk:
        wishes.lose = 1
        await talk.page.get_by_role("link", name="History").click()
        await expect(talk.page.get_by_role("heading", name="History")).to_be_visible(timeout=TIMEOUT_MS)
        assert wishes.lose == 0
