"""The drawer behind the scenes in a real browser: what a call does, and what can be taken away."""

import asyncio
import json
import re
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Download, Locator, expect

from tests.support.accessibility import end_movements
from tests.support.talk_page import TIMEOUT_MS, TalkPage

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAME_THE_HOST = """() => {
    const hosts = [...document.querySelectorAll("*")].filter((node) => node.shadowRoot);
    hosts.find(({ shadowRoot }) => shadowRoot.querySelector(".backstage")).id = "drawer";
}"""


async def open_drawer(page: TalkPage) -> None:
    await page.page.get_by_text("Behind the scenes").click()
    await page.page.get_by_role("tab", name="Events").click()


def rows(page: TalkPage, type_: str = "") -> Locator:
    return page.page.get_by_role("option").filter(has_text=type_).filter(visible=True)


async def saved(download: Download) -> Any:
    path = await download.path()
    return json.loads(await asyncio.to_thread(path.read_text, encoding="utf-8"))


def watched(page: TalkPage) -> int:
    return sum(message.startswith('{"events"') for message in page.traffic)


async def test_the_events_of_a_call_are_seen_filtered_opened_and_taken_away(page: TalkPage) -> None:
    before = watched(page)
    await page.connect()
    await page.wait_for_turns(1, "agent")
    assert watched(page) == before
    await open_drawer(page)
    # What came before the drawer was opened is there, folded.
    update = rows(page, "session.update").first
    await expect(update).to_contain_text("↑ sent")
    # In two rows if something else came in between.
    words = " ".join(await rows(page, "transcript.agent.delta").all_inner_texts())
    assert re.search(r"What\W.*can\W.*I\W.*do\W.*for\W.*you\?", words, re.DOTALL)
    await expect(rows(page, "reply.audio").first).to_contain_text("↓ received")
    await expect(rows(page, "media connected")).to_contain_text("own")

    # By keyboard: to the first, and its JSON.
    events = page.page.get_by_role("listbox", name="Events")
    await events.focus()
    await events.press("Home")
    await events.press("ArrowDown")
    await events.press("Enter")
    shown = page.page.get_by_role("region", name="JSON of the chosen event")
    opened = json.loads(await shown.inner_text())
    assert opened["type"] == "session.update"
    assert "friendly voice assistant" in opened["session"]["system_prompt"]

    await page.page.get_by_label("Filter events").fill("session READY")
    await expect(rows(page)).to_have_count(1)
    async with page.page.expect_download() as downloading:
        await page.button("Download shown").click()
    (entry,) = await saved(await downloading.value)
    assert (entry["type"], entry["way"]) == ("session.ready", "received")
    assert entry["event"]["session_id"].startswith("sess_")
    await page.page.get_by_label("Filter events").fill("")

    # Nothing moves while it is paused, and nothing is lost.
    await page.button("Pause").click()
    count = await rows(page).count()
    await page.button("Mute").click()
    await expect(page.page.get_by_text("new or grown since")).to_be_visible()
    await expect(rows(page, "mute set")).to_have_count(0)
    assert await rows(page).count() == count
    await page.button("Go on").click()
    await expect(rows(page, "mute set")).to_have_count(1)

    await page.button("Own").click()
    await expect(rows(page, "mute set")).to_have_count(0)
    await page.hang_up()
    await expect(rows(page, "session.ended")).to_have_count(1)

    async with page.page.expect_download() as downloading:
        await page.button("Support bundle").click()
    bundle = await saved(await downloading.value)
    assert "Chrome" in bundle["versions"]["browser"]
    assert bundle["view"]["turns"][0]["text"].endswith("What can I do for you?")
    assert bundle["events"]["entries"][-1]["type"] in ("link closed", "session.ended")
    await page.button("Own").click()
    await page.page.get_by_text("Behind the scenes").click()


async def test_the_drawer_is_accessible_and_closed_it_listens_no_more(page: TalkPage) -> None:
    await page.page.set_viewport_size({"width": 390, "height": 844})
    await open_drawer(page)
    await page.connect()
    await expect(rows(page, "input.audio").first).to_be_visible(timeout=TIMEOUT_MS)
    await page.page.evaluate(NAME_THE_HOST)
    await end_movements(page.page)
    findings = await Axe().run(page.page, context={"fromShadowDom": ["#drawer", ".backstage"]})
    assert findings.response["passes"]
    serious = [v for v in findings.response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []
    width = "document.documentElement.scrollWidth"
    assert await page.page.evaluate(width) <= 390
    await page.page.get_by_text("Behind the scenes").click()
    await page.button("Mute").click()
    await expect(page.button("Mute")).to_have_attribute("aria-pressed", "true")
    heard = watched(page)
    await page.button("Mute").click()
    await expect(page.button("Mute")).to_have_attribute("aria-pressed", "false")
    assert watched(page) == heard
    await page.page.set_viewport_size({"width": 1280, "height": 720})
