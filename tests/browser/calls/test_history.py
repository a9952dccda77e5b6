"""The History page in a real browser: a call that was made is found, opened, heard again, and forgotten."""

import re
from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.history.samples import BEGAN, a_call, a_turn, keep
from tests.support.accessibility import grave_faults
from tests.support.dashboard import Dashboard
from tests.support.speech import read_clip
from tests.support.talk_page import TIMEOUT_MS, TalkPage, Turn
from voice.history.entries import Marked
from voice.history.export import FORMATS, export
from voice.history.importing import MAX_IMPORT_BYTES
from voice.history.records import FullCall, Mark, MarkKind
from voice.history.store import Store
from voice.ui.whose import SINGLE_USER

pytestmark = pytest.mark.asyncio(loop_scope="session")


class HistoryPage:
    """The History page of a tab."""

    def __init__(self, talk: TalkPage) -> None:
        self.talk = talk
        self.page = talk.page
        self.rows = self.page.locator("tr.call")
        self.player = self.page.locator(".history-call")
        self.turns = self.page.locator("li.past-turn")

    async def open(self) -> None:
        """Be at the list of calls by the navigation, as a call would survive it."""
        await self.talk.go_to("History")

    async def width(self) -> float:
        """How wide the page's content is, in pixels."""
        box = await self.page.get_by_test_id("stHeading").first.bounding_box()
        assert box is not None
        return box["width"]

    async def wait_for_width(self, condition: str) -> None:
        """Wait until the content is as wide as that."""
        await self.page.wait_for_function(
            f"document.querySelector('[data-testid=stHeading]').getBoundingClientRect().width {condition}",
            timeout=TIMEOUT_MS,
        )

    async def search(self, words: str) -> None:
        field = self.page.get_by_placeholder("Words that were said")
        await field.fill(words)
        await field.press("Enter")

    async def open_first(self) -> None:
        """Open the first call of the list, once nothing that the page still loads asks for a run."""
        await self.talk.rests()
        await self.rows.first.locator("a.open").click()
        await self.player.wait_for(timeout=TIMEOUT_MS)

    async def shown_turns(self) -> list[Turn]:
        """The finished turns that the opened call shows."""
        await self.turns.first.wait_for(timeout=TIMEOUT_MS)
        found = await self.turns.locator("[data-testid=turn]").evaluate_all(
            """nodes => nodes.map(node => [
                node.dataset.speaker,
                node.querySelector('.text').textContent,
                node.dataset.interrupted === 'true',
            ])"""
        )
        return [Turn(*row) for row in found]

    async def wait_for_sound(self, at_s: float) -> None:
        """Wait until the recording plays behind this moment, decoded from the server's file."""
        await self.page.wait_for_function(
            """at => [...document.querySelectorAll('*')].map(node => node.shadowRoot).filter(Boolean)
                .flatMap(root => [...root.querySelectorAll('audio')])
                .some(audio => !audio.paused && !audio.error && audio.currentTime > at
                    && audio.webkitAudioDecodedByteCount > 0)""",
            arg=at_s,
            timeout=TIMEOUT_MS,
        )


async def seconds_of(turn: Locator) -> int:
    """The moment that a turn's button names."""
    minutes, seconds = (await turn.locator(".hear").inner_text()).split()[-1].split(":")
    return 60 * int(minutes) + int(seconds)


@pytest_asyncio.fixture(loop_scope="session")
async def history(page: TalkPage) -> AsyncIterator[HistoryPage]:
    yield HistoryPage(page)


async def make_call(talk: TalkPage) -> list[Turn]:
    """A short call; gives what the Talk page showed of it."""
    await talk.connect()
    await talk.wait_for_turns(1, "agent")
    await talk.wait_for_state("listening")
    await talk.ask(read_clip("goforward"))
    await talk.hang_up()
    return await talk.turns()


async def test_a_call_is_found_by_its_words_opened_and_heard_from_the_turn_that_is_clicked(
    history: HistoryPage,
) -> None:
    said = await make_call(history.talk)
    await history.open()
    await history.rows.first.wait_for(timeout=TIMEOUT_MS)
    await history.search("go forward")
    marks = history.rows.first.locator("mark")
    await expect(marks.first).to_be_visible()
    assert {text.lower() for text in await marks.all_inner_texts()} <= {"go", "forward"}
    assert await grave_faults(history.page) == []
    await history.open_first()
    assert re.search(r"\?call=[\w-]+$", history.page.url)
    assert await history.shown_turns() == said
    last = history.turns.last
    at_s = await seconds_of(last)
    assert at_s > 0
    await last.locator(".hear").click()
    await history.wait_for_sound(at_s)
    await expect(last).to_have_class(re.compile("spoken-now"))
    assert await grave_faults(history.page) == []
    # From here on there is enough left to be paused in.
    earlier = history.turns.nth(1)
    await earlier.locator(".hear").click()
    await history.wait_for_sound(await seconds_of(earlier))
    # The button that was clicked has the focus.
    await history.page.keyboard.press("Space")
    await expect(history.talk.button("Play")).to_be_visible()
    await history.page.locator("ol.transcript").press("Space")
    await expect(history.talk.button("Pause")).to_be_visible()
    await history.page.locator("ol.transcript").press("Space")
    await expect(history.talk.button("Play")).to_be_visible()
    position = history.page.get_by_role("slider", name="Position in the call")
    paused_at_s = float(await position.input_value())
    await position.press("ArrowLeft")
    assert paused_at_s - float(await position.input_value()) == pytest.approx(min(5, paused_at_s), abs=0.2)


async def test_the_page_follows_a_running_call_by_itself_and_the_call_goes_on(history: HistoryPage) -> None:
    talk = history.talk
    await talk.connect()
    await talk.wait_for_turns(1, "agent")
    await history.open()
    await expect(history.rows.first).to_contain_text("Running", timeout=TIMEOUT_MS)
    await talk.hang_up()
    await expect(history.rows.first).to_contain_text("Hung up", timeout=TIMEOUT_MS)
    before = await history.rows.count()
    await talk.connect()
    await expect(history.rows).to_have_count(before + 1, timeout=TIMEOUT_MS)
    await expect(history.rows.first).to_contain_text("Running")
    await history.open_first()
    await expect(history.player).to_contain_text("still running")
    await expect(history.turns).to_have_count(1, timeout=TIMEOUT_MS)
    await talk.wait_for_state("listening")
    runs, heard = talk.runs, len(await talk.loudness())
    await talk.say(read_clip("goforward"))
    await expect(history.turns).to_have_count(3, timeout=TIMEOUT_MS)
    await expect(history.player.locator(".fact", has_text="Turns")).to_contain_text("3")
    assert talk.runs == runs
    frame = await talk.streamer()
    await frame.wait_for_function("count => parley.blocks.length > count + 50", arg=heard)
    await talk.hang_up()
    await expect(talk.button("Play")).to_be_visible(timeout=TIMEOUT_MS)
    await history.turns.last.locator(".hear").click()
    await history.wait_for_sound(await seconds_of(history.turns.last))


async def test_the_page_is_wide_for_its_list_and_leaves_the_others_as_they_are(history: HistoryPage) -> None:
    await history.page.set_viewport_size({"width": 1600, "height": 900})
    before = await history.width()
    await history.open()
    await history.wait_for_width(f"> {before}")
    await history.page.get_by_role("link", name="Talk").click()
    await expect(history.page.get_by_role("heading", name="Talk")).to_be_visible()
    await history.wait_for_width(f"=== {before}")
    await history.page.set_viewport_size({"width": 1280, "height": 720})


async def test_what_happened_close_together_shares_one_button_that_names_it_all(
    history: HistoryPage, dashboard: Dashboard
) -> None:
    told: list[tuple[float, MarkKind, str]] = [
        (2.0, "notice", "One."),
        (2.6, "error", "Two."),
        (3.2, "interruption", "Three."),
        (50.0, "notice", "Four."),
    ]
    marks = [Marked(n, Mark(BEGAN + at, kind, text)) for n, (at, kind, text) in enumerate(told, 1)]
    store = Store(None, dashboard.log.parent / "data")
    store.open()
    keep(store, a_call("with-marks", owner=SINGLE_USER), more=tuple(marks))
    store.close()
    await history.page.goto(f"{history.talk.url}/history?call=with-marks")
    buttons = history.player.locator(".mark-at")
    await expect(buttons).to_have_count(2, timeout=TIMEOUT_MS)
    together, alone = buttons.first, buttons.last
    await expect(together).to_have_text(re.compile("3$"))
    await expect(together).to_have_attribute("title", "0:02 · One.\n0:02 · Two.\n0:03 · Three.")
    await expect(together).to_have_attribute("data-kind", "error")
    await expect(alone).to_have_attribute("title", "0:50 · Four.")
    # Where there is room, each has its own.
    await history.player.evaluate("player => { player.style.width = '8000px'; }")
    await expect(buttons).to_have_count(4)


async def test_a_deleted_call_is_gone_with_its_recording_and_its_link_says_so(
    history: HistoryPage, dashboard: Dashboard
) -> None:
    await history.talk.connect()
    await history.talk.wait_until_heard(loud=True)
    await history.talk.hang_up()
    await history.open()
    await history.open_first()
    link = history.page.url
    recording = dashboard.log.parent / "data" / "recordings" / f"{link.rpartition('=')[2]}.ogg"
    assert recording.exists()
    await history.talk.button("Delete").click()
    await history.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(history.page.get_by_text("its recording from the data folder")).to_be_visible()
    assert not recording.exists()
    await history.page.goto(link)
    await expect(history.page.get_by_text("There is no such call among yours")).to_be_visible()


async def test_an_exported_call_of_several_megabytes_is_brought_in_and_one_too_large_is_told(
    history: HistoryPage, tmp_path: Path
) -> None:
    turns = tuple(a_turn(number, f"Turn {number}. " + "Words. " * 500) for number in range(1, 1_001))
    call = tmp_path / "call.json"
    call.write_bytes(export(FullCall(a_call(title="Long talk"), turns), FORMATS["json"], None, UTC))
    assert call.stat().st_size > 3_000_000
    (tmp_path / "huge.json").write_bytes(b" " * (MAX_IMPORT_BYTES + 2_000_000))
    await history.open()
    await history.page.get_by_text("Import calls").click()
    files = history.page.get_by_test_id("stFileUploaderDropzoneInput")
    await files.set_input_files([call, tmp_path / "huge.json"])
    await expect(history.page.get_by_text("25.0MB or smaller")).to_be_visible(timeout=TIMEOUT_MS)
    await history.talk.button("Import").click()
    said = history.page.get_by_text('"call.json" was brought in: Long talk with 1000 turns.')
    await expect(said).to_be_visible(timeout=TIMEOUT_MS)
