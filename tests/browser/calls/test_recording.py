"""What is left of a call's sound in the data folder, and a report of it opened without a network."""

from datetime import UTC
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from tests.audio.recordings import read_back
from tests.history.export.calls import PLAIN
from tests.history.samples import a_call
from tests.support.accessibility import grave_faults
from tests.support.dashboard import Dashboard
from tests.support.speech import ECHOED, WORDS, read_clip, recognise, word_error_rate
from tests.support.talk_page import TIMEOUT_MS, TalkPage
from voice.audio.ogg_opus import OggOpusWriter
from voice.history.export.report import report
from voice.history.records import FullCall

pytestmark = pytest.mark.asyncio(loop_scope="session")

RATE_HZ = 48_000


def recordings_of(dashboard: Dashboard) -> set[Path]:
    return set((dashboard.log.parent / "data" / "recordings").glob("*.ogg"))


def words_in(channel: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> str:
    return recognise((channel * 32_767).astype(np.int16))


async def test_both_sides_of_a_call_can_be_heard_again(page: TalkPage, dashboard: Dashboard) -> None:
    before = recordings_of(dashboard)
    await expect(page.page.get_by_text("This call is recorded")).to_be_visible()
    assert await grave_faults(page.page) == []
    await page.connect()
    (greeting,) = await page.wait_for_turns(1, "agent")
    await page.wait_for_state("listening")
    await page.say(read_clip(ECHOED))
    answer = (await page.wait_for_turns(2, "agent"))[1]
    await page.wait_for_state("listening")
    await page.hang_up()
    (recording,) = recordings_of(dashboard) - before
    person, agent = read_back(recording)
    assert word_error_rate(WORDS[ECHOED], words_in(person)) <= 0.25
    assert word_error_rate(f"{greeting.text} {answer.text}", words_in(agent)) <= 0.25


async def test_a_call_that_is_not_to_be_recorded_leaves_no_sound(
    page: TalkPage, dashboard: Dashboard
) -> None:
    before = recordings_of(dashboard)
    await page.page.get_by_text("Record this call").click()
    await expect(page.page.get_by_text("This call is not recorded.")).to_be_visible(timeout=TIMEOUT_MS)
    await page.connect()
    await page.wait_for_turns(1, "agent")
    await expect(page.page.get_by_role("switch", name="Record this call")).to_be_disabled()
    await page.hang_up()
    assert recordings_of(dashboard) == before
    await page.page.get_by_text("Record this call").click()
    await expect(page.page.get_by_text("This call is recorded")).to_be_visible(timeout=TIMEOUT_MS)


def written_report(folder: Path) -> Path:
    """A report of ten seconds with a turn at second 5."""
    recording = folder / "call.ogg"
    tone = (np.sin(np.arange(10 * RATE_HZ) / 20) * 2_000).astype(np.int16)
    with recording.open("wb", buffering=0) as file:
        writer = OggOpusWriter(file)
        writer.write(tone, tone)
        writer.close()
    call = a_call(title="Six times seven", has_recording=True, ended_at=PLAIN.call.ended_at)
    path = folder / "report.html"
    path.write_text(report(FullCall(call, PLAIN.turns, PLAIN.changes), recording, UTC), "utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_report_plays_without_a_network(browser: Browser, tmp_path: Path, scheme: str) -> None:
    path = written_report(tmp_path)
    context = await browser.new_context(offline=True, color_scheme=scheme)  # type: ignore[arg-type]
    try:
        page = await context.new_page()
        complaints: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(path.as_uri())
        assert await grave_faults(page) == []
        await page.get_by_role("button", name="Hear from 0:05").click()
        spoken = page.locator(".turn.spoken")
        await expect(spoken).to_contain_text("It is forty")
        assert await page.locator("audio").evaluate("audio => audio.currentTime") >= 5
        assert complaints == []
        assert asked == [path.as_uri()]
    finally:
        await context.close()
