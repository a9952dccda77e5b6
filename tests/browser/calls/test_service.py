"""What the agent's service keeps of a call, in a real browser: brought in, heard, compared, deleted there."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.history.samples import BEGAN, a_call, keep
from tests.support.accessibility import grave_faults
from tests.support.dashboard import Dashboard
from tests.support.recorded import write_recording
from tests.support.service_shapes import captured
from tests.support.talk_page import TIMEOUT_MS, TalkPage
from voice.history.entries import SessionBegan
from voice.history.records import SessionRecord
from voice.history.store import Store
from voice.protocol.stored_sessions import Timeline, decoded
from voice.ui.whose import SINGLE_USER

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUESTION = "What is six times seven?"


def recordings(dashboard: Dashboard, call_id: str) -> list[str]:
    folder: Path = dashboard.log.parent / "data" / "recordings"
    return sorted(path.name for path in folder.glob(f"{call_id}*.ogg"))


async def make_call(talk: TalkPage) -> None:
    """A call in which something is typed, a tool is called and the agent answers."""
    await talk.connect()
    await talk.wait_for_turns(1, "agent")
    await talk.wait_for_state("listening")
    message = talk.page.locator("input.message")
    await message.fill(QUESTION)
    await message.press("Enter")
    await talk.wait_for_turns(2, "agent")
    await talk.wait_for_state("listening")
    await talk.hang_up()


async def bring_in(page: Page) -> None:
    """Bring in the opened call, and wait until it can be seen."""
    await page.get_by_role("button", name="Import recording and timeline").click()
    await page.locator(".both").wait_for(timeout=TIMEOUT_MS)


async def play_theirs(page: Page) -> None:
    """Play the service's recording until it is heard."""
    await page.get_by_role("button", name="Play").nth(1).click()
    await page.wait_for_function(
        """() => [...document.querySelectorAll('*')].map(node => node.shadowRoot).filter(Boolean)
            .flatMap(root => [...root.querySelectorAll('audio')])
            .filter(audio => audio.currentTime > 0.5 && !audio.error && audio.webkitAudioDecodedByteCount > 0)
            .length === 1""",
        timeout=TIMEOUT_MS,
    )


async def test_a_calls_other_half_is_brought_in_heard_and_compared_and_deleted_in_both_places(
    page: TalkPage, dashboard: Dashboard
) -> None:
    await make_call(page)
    tab = page.page
    await tab.get_by_role("link", name="History").click()
    await tab.locator("tr.call a.open").first.click()
    await expect(tab.get_by_role("heading", name="At the local agent")).to_be_visible(timeout=TIMEOUT_MS)
    call_id = tab.url.rpartition("=")[2]
    assert recordings(dashboard, call_id) == [f"{call_id}.ogg"]

    await bring_in(tab)
    assert recordings(dashboard, call_id) == [f"{call_id}.ogg", f"{call_id}.service-1.ogg"]
    rows = tab.locator(".both-row")
    assert await rows.evaluate_all("rows => rows.map(row => row.dataset.speaker)") == [
        "agent",
        "user",
        "tool",
        "agent",
    ]
    await expect(rows.nth(1)).to_contain_text(re.compile(f"{re.escape(QUESTION)}.*typed", re.DOTALL))
    await expect(rows.nth(2)).to_contain_text(re.compile(r"calculate\D*\d+ ms here\D*\d+ ms there"))
    # Of a reply to a tool's result, the service doesn't tell how long it took.
    await expect(rows.nth(3)).to_contain_text("42")
    await expect(rows.nth(3)).not_to_contain_text(" there")
    await expect(tab.locator(".both .summary")).to_contain_text("The words are the same on both sides.")
    await play_theirs(tab)
    assert await grave_faults(tab) == []

    await page.button("Delete").click()
    dialog = tab.get_by_role("dialog")
    await expect(dialog.get_by_text("The local agent is asked first")).to_be_visible(timeout=TIMEOUT_MS)
    await dialog.get_by_role("button", name="Delete").click()
    told = tab.get_by_text(
        re.compile(r"accepted the request to delete session sess_\w+, and no longer lists it")
    )
    await expect(told).to_be_visible(timeout=TIMEOUT_MS)
    assert recordings(dashboard, call_id) == []


async def test_a_captured_timeline_lies_where_it_was_said(page: TalkPage, dashboard: Dashboard) -> None:
    timeline = decoded(captured("timeline"), Timeline)
    store = Store(None, dashboard.log.parent / "data")
    store.open()
    began = SessionBegan(1, timeline.session_id, BEGAN)
    keep(store, a_call("captured", owner=SINGLE_USER, agent="assemblyai"), "Hello?", more=(began,))
    session = SessionRecord(
        number=1, id=timeline.session_id, began_at=BEGAN, brought_at=BEGAN + 60, timeline=timeline
    )
    assert store.bring_in(SINGLE_USER, "captured", session)
    write_recording(store.service_recording_path("captured", 1))
    store.close()
    await page.page.goto(f"{page.url}/history?call=captured")
    rows = page.page.locator(".both-row")
    said_at = ["0:00", "0:06", "0:09", "0:10", "0:23", "0:26", "0:31", "0:34", "0:45"]
    # What Parley itself heard is not in it, and has no time there.
    await expect(rows.locator(".at")).to_have_text(said_at, timeout=TIMEOUT_MS)
    theirs = page.page.locator(".history-call").nth(1)
    await expect(theirs.locator(".length")).to_have_text("0:52")
    await expect(theirs.get_by_text("We open at nine")).to_be_visible()
