"""A tab that tests hand on to each other: opening one takes two seconds, and hearing a greeting out two more.

It must never carry a fault from one test into the next: what a failed test used is dropped. So a test that
passes leaves the settings as it found them, and no call muted.
"""

import os
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support.talk_page import IN_CALL, TIMEOUT_MS, TalkPage, talk_page

# Of a test: one of its parts failed.
FAILED = pytest.StashKey[bool]()
_AT_REST = ("idle", "ended", "error")


class SharedTab:
    """One tab of the dashboard at `url`, opened when it is first asked for."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._open = AsyncExitStack()
        self._page: TalkPage | None = None

    async def as_it_is(self) -> TalkPage:
        """As the last test left it."""
        if self._page is None:
            self._page = await self._open.enter_async_context(talk_page(self._browser, self._url))
        return self._page

    async def at_rest(self) -> TalkPage:
        """On the Talk page, without a call."""
        page = await self.as_it_is()
        try:
            await self._go_to_talk(page)
            if await page.state.get_attribute("data-state") not in _AT_REST:
                await page.hang_up()
            await page.page.evaluate("parley.refuse = null")
            await expect(page.button("Connect")).to_be_enabled(timeout=TIMEOUT_MS)
            # The run that lets go of the last call would overtake what a test does next.
            await page.rests()
        except BaseException:
            await self.drop()
            raise
        return page

    async def in_call(self) -> TalkPage:
        """On the Talk page, in a call that is kept from the test before or begins now; the agent listens."""
        page = await self.as_it_is()
        try:
            await self._go_to_talk(page)
            if await page.state.get_attribute("data-state") not in IN_CALL:
                await page.connect()
                await page.wait_for_turns(1, "agent")
            await page.wait_for_state("listening")
        except BaseException:
            await self.drop()
            raise
        return page

    async def _go_to_talk(self, page: TalkPage) -> None:
        """Be on the Talk page, its panel shown."""
        await page.go_to("Talk")
        await page.wait_for_state(*_AT_REST, *IN_CALL, "connecting", "reconnecting")

    async def drop(self) -> None:
        """Close the tab; the next test gets a new one."""
        self._page = None
        await self._open.aclose()


async def drop_after_failure(tab: SharedTab, page: TalkPage, request: pytest.FixtureRequest) -> None:
    """After a test that failed: keep a picture if that is wanted, and close the tab."""
    if not request.node.stash.get(FAILED, False):
        return
    folder = os.environ.get("PARLEY_PICTURES")
    if folder:
        await page.page.screenshot(path=Path(folder) / f"{request.node.name}.png")
    await tab.drop()
