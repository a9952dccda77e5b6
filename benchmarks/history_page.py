"""What a running call loses while the History page is used: `python -m benchmarks.history_page`.

The agent speaks without end, and every half minute the page does something else: it waits for the waveform of
an hour's recording, is used, and shows the call that runs, which has hundreds of turns and gets one a second.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from playwright.async_api import Response, expect

from benchmarks.live_page import INBOUND
from benchmarks.tapped_agent import Tap, tapped_agent
from tests.support.dashboard import run_dashboard
from tests.support.speech import read_clip
from tests.support.talk_page import TIMEOUT_MS, TalkPage, chromium, talk_page
from voice.audio.ogg_opus import FRAME_SAMPLES, OggOpusWriter
from voice.history.entries import TurnPut
from voice.history.recordings import new_call_id
from voice.history.records import CallRecord, FullCall, TurnRecord
from voice.history.store import Store

PHASE_S = 30
TURNS = 600
HOUR_S = 3_600
RATE_HZ = 48_000
WAVEFORM_TIMEOUT_MS = 300_000
HTTP_OK = 200
LONG_GREETING = "I will now talk for a long time so that you can watch the sound while you use it. " * 90

Phase = Callable[[], Awaitable[None]]


async def main() -> None:
    """Print a line for each phase."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        store = Store("", data)
        store.open()
        keep(store, "A minute", 60)
        keep(store, "An hour", HOUR_S)
        async with (
            chromium() as browser,
            tapped_agent() as tap,
            run_dashboard(Path(folder), {"VOICE_AGENT_URL": tap.url}) as dashboard,
            talk_page(browser, dashboard.url) as page,
        ):
            await measure(page, tap, store)
            await page.hang_up()


def keep(store: Store, title: str, seconds: float) -> None:
    """A call of two people in turn, with a recording that has no waveform yet."""
    clip = read_clip("austen_0880")
    clip = clip[: len(clip) // FRAME_SAMPLES * FRAME_SAMPLES]
    silence, clip_s = np.zeros_like(clip), len(clip) / RATE_HZ
    began = time.time() - 2 * HOUR_S
    turns = []
    call = CallRecord(
        id=new_call_id(),
        owner="",
        started_at=began,
        ended_at=began + seconds,
        how_ended="hung_up",
        title=title,
    )
    path = store.recording_path(call.id)
    path.parent.mkdir(exist_ok=True)
    with path.open("wb", buffering=0) as file:
        writer = OggOpusWriter(file)
        for number in range(int(seconds / clip_s)):
            writer.write(*((silence, clip) if number % 2 else (clip, silence)))
            turns.append(a_turn(number + 1, began + number * clip_s, clip_s))
        writer.close()
    store.add_imported("", FullCall(call, tuple(turns)))


def a_turn(number: int, at: float, seconds: float) -> TurnRecord:
    """A turn of the person or of the agent."""
    return TurnRecord(
        call_id="",
        number=number,
        speaker="agent" if number % 2 else "user",
        text=f"Turn {number} says about as much as turns of a call do.",
        started_at=at,
        ended_at=at + seconds,
    )


async def measure(page: TalkPage, tap: Tap, store: Store) -> None:
    """Every phase, in one call."""
    await page.page.get_by_label("Greeting").fill(LONG_GREETING)
    await page.page.keyboard.press("Enter")
    await page.connect()
    await page.wait_until_heard(loud=True)
    await lost(page, tap, "Talk, untouched", lambda: asyncio.sleep(PHASE_S))
    await page.page.get_by_role("link", name="History").click()
    await page.page.locator("tr.call").nth(1).wait_for(timeout=TIMEOUT_MS)
    await lost(page, tap, "the list, untouched", lambda: asyncio.sleep(PHASE_S))
    await lost(page, tap, "waveform of an hour made", lambda: wait_for_waveform(page))
    await lost(page, tap, "search", lambda: search(page))
    await lost(page, tap, "open a short call, and back", lambda: open_and_close(page, "A minute"))
    await lost(page, tap, "open an hour, and back", lambda: open_and_close(page, "An hour"))
    await lost(page, tap, "play an hour", lambda: play(page))
    await lost(page, tap, f"the running call, {TURNS} turns", lambda: watch_running(page, store))


async def lost(page: TalkPage, tap: Tap, what: str, phase: Phase) -> None:
    """Do it, and print what the browser had to conceal meanwhile."""
    before, sent = await page.evaluate_streamer(f"({INBOUND})()"), len(tap.passed)
    await phase()
    after = await page.evaluate_streamer(f"({INBOUND})()")
    concealed_ms = (after["concealedSamples"] - before["concealedSamples"]) / 48
    heard_s = (after["totalSamplesReceived"] - before["totalSamplesReceived"]) / RATE_HZ
    times = [message.at_ms for message in tap.passed[sent:] if message.type == "input.audio"]
    gap_ms = max((later - earlier for earlier, later in pairwise(times)), default=0.0)
    print(
        f"{what:32} {heard_s:5.1f} s heard, {concealed_ms:6.1f} ms concealed, "
        f"{after['packetsLost'] - before['packetsLost']} packets lost; longest gap sent {gap_ms:.0f} ms",
        flush=True,
    )


async def search(page: TalkPage) -> None:
    """Search and clear the search, as long as a phase lasts."""
    field = page.page.get_by_placeholder("Words that were said")
    found = page.page.locator("mark")
    deadline = time.monotonic() + PHASE_S
    while time.monotonic() < deadline:
        await field.fill("hour turns")
        await field.press("Enter")
        await found.first.wait_for(timeout=TIMEOUT_MS)
        await field.fill("")
        await field.press("Enter")
        await expect(found).to_have_count(0, timeout=TIMEOUT_MS)


async def open_and_close(page: TalkPage, title: str) -> None:
    """Open a call and go back to the list, as long as a phase lasts."""
    deadline = time.monotonic() + PHASE_S
    while time.monotonic() < deadline:
        await page.page.get_by_role("link", name=title).click()
        await page.button("Play").wait_for(timeout=TIMEOUT_MS)
        await page.button("All calls").click()
        await page.page.locator("a.open").first.wait_for(timeout=TIMEOUT_MS)


async def play(page: TalkPage) -> None:
    """Open the hour and play it, jumping now and then."""
    await page.page.get_by_role("link", name="An hour").click()
    deadline = time.monotonic() + PHASE_S
    while time.monotonic() < deadline:
        await page.page.locator(".hear").nth(random.randrange(1_000)).click()  # noqa: S311 - no secret
        await asyncio.sleep(2)
    await page.button("All calls").click()


async def watch_running(page: TalkPage, store: Store) -> None:
    """Look at the call that runs while it gets a turn a second."""
    running = store.list_calls("").rows[0].call
    turns = [TurnPut(n, a_turn(n, running.started_at + n / 100, 0.01)) for n in range(1_000, 1_000 + TURNS)]
    await asyncio.to_thread(store.write, running.id, turns, time.time())
    await page.page.locator("a.open").first.click()
    shown = page.page.locator("li.past-turn")
    late: list[float] = []
    for more in range(PHASE_S):
        before, number = await shown.count(), 2_000 + more
        put = TurnPut(number, a_turn(number, running.started_at + number / 100, 0.01))
        began = time.monotonic()
        await asyncio.to_thread(store.write, running.id, [put], time.time())
        await expect(shown).not_to_have_count(before, timeout=TIMEOUT_MS)
        late.append(time.monotonic() - began)
        await asyncio.sleep(max(0.0, 1 - late[-1]))
    late.sort()
    print(f"{'  a turn kept → on the page':32} median {late[len(late) // 2]:.2f} s, slowest {late[-1]:.2f} s")


async def wait_for_waveform(page: TalkPage) -> None:
    """Open the hour, and look at it until its waveform is there."""
    row = page.page.get_by_role("link", name="An hour")
    await row.wait_for(timeout=TIMEOUT_MS)
    async with page.page.expect_response(_is_waveform, timeout=WAVEFORM_TIMEOUT_MS):
        began = time.monotonic()
        await row.click()
        await page.button("Play").wait_for(timeout=TIMEOUT_MS)
        print(f"{'  click → it can be played':32} {time.monotonic() - began:.2f} s")
    print(f"{'  click → its waveform':32} {time.monotonic() - began:.1f} s")
    await page.button("All calls").click()


def _is_waveform(answer: Response) -> bool:
    return answer.url.endswith("/waveform") and answer.status == HTTP_OK


if __name__ == "__main__":
    asyncio.run(main())
