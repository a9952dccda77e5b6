"""The page while a call runs, measured: `python -m benchmarks.live_page`, with names of measures or all.

Words: from the agent's event to the words on the page. Reruns: script runs while people talk. Sliders: does
dragging one for half a minute disturb the sound? Cold: how soon a fresh server and a fresh browser show a
page that can be used.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

from playwright.async_api import Browser, Page
from playwright.async_api import WebSocket as PageSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.figures import print_ms
from benchmarks.tapped_agent import Tap, tapped_agent
from tests.support.dashboard import run_dashboard
from tests.support.speech import WORDS, read_clip
from tests.support.talk_page import TalkPage, chromium, talk_page

LOADS = 10
DRAG_S = 30
DRAG_STEP_S = 0.05
TALK_S = 60
LONG_GREETING = "I will now talk for a long time so that the sound can be watched while sliders move. " * 5

# Notes when each new text of a turn was drawn; runs where the panel's shadow root is.
_WATCH_WORDS = """() => {
    window.shown = [];
    const roots = [...document.querySelectorAll('*')].map((node) => node.shadowRoot).filter(Boolean);
    const transcript = roots.map((root) => root.querySelector('.transcript')).find(Boolean);
    const note = () => {
        const at = performance.timeOrigin + performance.now();
        for (const node of transcript.querySelectorAll('.turn[data-speaker=user] .text')) {
            window.shown.push([at, node.textContent]);
        }
    };
    new MutationObserver(note).observe(transcript, { subtree: true, childList: true, characterData: true });
}"""
# What the browser has received: runs in the frame that holds the connection.
INBOUND = """async () => {
    const reports = await Promise.all(parley.connections.map((connection) => connection.getStats()));
    const inbound = reports.flatMap((report) => [...report.values()]).filter((r) => r.type === 'inbound-rtp');
    const { concealedSamples, totalSamplesReceived, packetsLost } = inbound.at(-1);
    return { concealedSamples, totalSamplesReceived, packetsLost };
}"""

Measure = Callable[[TalkPage, Tap], Awaitable[None]]


class Runs:
    """Counts the script runs of a page, told by the messages that Streamlit sends it."""

    def __init__(self, page: Page) -> None:
        self.whole = 0
        self.fragments = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: PageSocket) -> None:
        if "_stcore" in socket.url:
            socket.on("framereceived", self._count)

    def _count(self, payload: bytes | str) -> None:
        message = ForwardMsg.FromString(payload) if isinstance(payload, bytes) else ForwardMsg()
        if message.WhichOneof("type") == "script_finished":
            fragment = message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
            self.fragments += fragment
            self.whole += not fragment


async def measure_words(page: TalkPage, tap: Tap) -> None:
    """The recogniser's words from passing the tap to being drawn, all clips said once."""
    await page.connect()
    await page.wait_for_turns(1, "agent")
    await page.page.evaluate(_WATCH_WORDS)
    for count, name in enumerate(WORDS, start=1):
        await page.wait_for_state("listening")
        await page.say(read_clip(name))
        await page.wait_for_turns(count, "user")
    shown = await page.page.evaluate("window.shown")
    delays: list[float] = []
    for message in tap.passed:
        if message.type.startswith("transcript.user") and message.words.strip():
            drawn = [at for at, text in shown if text == message.words.strip() and at >= message.at_ms - 1]
            delays += [drawn[0] - message.at_ms] if drawn else []
    print_ms("agent's words → on the page", delays)
    await page.hang_up()


async def measure_reruns(page: TalkPage, _tap: Tap) -> None:
    """A minute of talk, turn after turn: how often did a script run?"""
    runs = Runs(page.page)
    await page.open()
    await page.connect()
    await page.wait_for_turns(1, "agent")
    await page.wait_for_state("listening")
    before = (runs.whole, runs.fragments)
    began = time.monotonic()
    turns = 0
    while time.monotonic() - began < TALK_S:
        await page.say(read_clip("goforward"))
        await page.wait_for_state("speaking")
        await page.wait_for_state("listening")
        turns += 1
    minutes = (time.monotonic() - began) / 60
    whole, fragments = runs.whole - before[0], runs.fragments - before[1]
    print(f"{turns} turns in {minutes:.1f} min: {whole} runs of the page, {fragments} of a fragment")
    await page.hang_up()


async def measure_sliders(page: TalkPage, tap: Tap) -> None:
    """A slider moved without pause while the agent speaks; what the browser had to conceal."""
    await page.page.get_by_label("Greeting").fill(LONG_GREETING)
    await page.page.keyboard.press("Enter")
    runs = Runs(page.page)
    await page.page.get_by_text("Manual", exact=True).click()
    slider = page.page.get_by_role("slider", name="Threshold")
    await slider.wait_for()
    for label, moves in (("untouched", False), ("dragged", True)):
        await page.open()
        if moves:
            await page.page.get_by_text("Manual", exact=True).click()
            await slider.wait_for()
        await page.connect()
        await page.wait_until_heard(loud=True)
        before, updates = await page.evaluate_streamer(f"({INBOUND})()"), len(tap.passed)
        first = (runs.whole, runs.fragments)
        deadline = time.monotonic() + DRAG_S
        while time.monotonic() < deadline:
            if moves:
                await slider.press("ArrowRight" if int(time.monotonic()) % 2 else "ArrowLeft")
            await asyncio.sleep(DRAG_STEP_S)
        after = await page.evaluate_streamer(f"({INBOUND})()")
        sent = [m for m in tap.passed[updates:] if m.type == "session.update"]
        late = _longest_gap_ms(tap, updates)
        concealed_ms = (after["concealedSamples"] - before["concealedSamples"]) / 48
        heard_s = (after["totalSamplesReceived"] - before["totalSamplesReceived"]) / 48_000
        print(
            f"{label:9} {heard_s:5.1f} s heard, {concealed_ms:6.1f} ms concealed, "
            f"{after['packetsLost'] - before['packetsLost']} packets lost; "
            f"microphone's longest gap {late:.0f} ms; "
            f"{runs.whole - first[0]} runs of the page, {runs.fragments - first[1]} of a fragment, "
            f"{len(sent)} updates sent"
        )
        await page.hang_up()


def _longest_gap_ms(tap: Tap, since: int) -> float:
    times = [message.at_ms for message in tap.passed[since:] if message.type == "input.audio"]
    return max((later - earlier for earlier, later in pairwise(times)), default=0.0)


async def measure_cold(browser: Browser) -> None:
    """A new server and a new browser profile each time; then only the profile is new."""
    started, first, again = [], [], []
    for _ in range(LOADS):
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            async with run_dashboard(Path(folder)) as dashboard:
                started.append((time.monotonic() - began) * 1000)
                first.append(await _load_ms(browser, dashboard.url))
                again.append(await _load_ms(browser, dashboard.url))
    print_ms("start of the server → healthy", started)
    print_ms("first page of a new server → Connect works", first)
    print_ms("page in a new browser profile → Connect works", again)


async def _load_ms(browser: Browser, url: str) -> float:
    began = time.monotonic()
    async with talk_page(browser, url):
        return (time.monotonic() - began) * 1000


MEASURES: dict[str, Measure] = {
    "words": measure_words,
    "reruns": measure_reruns,
    "sliders": measure_sliders,
}


async def main(names: list[str]) -> None:
    """Run the named measures, each on a page of its own."""
    names = names or [*MEASURES, "cold"]
    async with chromium() as browser:
        if "cold" in names:
            print(f"\ncold: {(measure_cold.__doc__ or '').strip()}", flush=True)
            await measure_cold(browser)
        with tempfile.TemporaryDirectory() as folder:
            async with (
                tapped_agent() as tap,
                run_dashboard(Path(folder), {"VOICE_AGENT_URL": tap.url}) as dashboard,
            ):
                for name in (name for name in names if name in MEASURES):
                    print(f"\n{name}: {(MEASURES[name].__doc__ or '').strip()}", flush=True)
                    async with talk_page(browser, dashboard.url) as page:
                        await MEASURES[name](page, tap)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
