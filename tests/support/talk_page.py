"""The Talk page in a real browser, as a person uses it, with ears and a mouth."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import (
    Browser,
    BrowserContext,
    Frame,
    Locator,
    Page,
    WebSocket,
    async_playwright,
    expect,
)

from tests.browser.find_chromium import find_chromium

FLAGS = [
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    # A name that is neither https nor localhost: browsers give such pages no microphone.
    "--host-resolver-rules=MAP parley.test 127.0.0.1",
]
# Nothing passes sooner for it; it only lets a busy machine take its time.
TIMEOUT_MS = 40_000
expect.set_options(timeout=TIMEOUT_MS)
# Looking in each frame of the screen, as Playwright does by itself, would keep a core busy.
_POLL_MS = 50
EARS_AND_MOUTH = Path(__file__).parents[1] / "browser" / "ears_and_mouth.js"
STREAMER = "iframe[title*='webrtc']"
_RUNS_PATH = "/_stcore/stream"
IN_CALL = ("listening", "hearing", "thinking", "speaking")


class NoBrowserError(RuntimeError):
    """There is no Chrome or Chromium to test with; `make browser` installs one where it can."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless Chromium for many pages."""
    path = find_chromium()
    if path is None:
        raise NoBrowserError("No Chrome or Chromium was found. Run `make browser`, or install one.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(frozen=True)
class Turn:
    """A finished turn as the page shows it."""

    speaker: str
    text: str
    interrupted: bool


class TalkPage:
    """One tab. `traffic` is every text that came over its WebSockets, `requests` every address asked for,
    `runs` how often it asked Streamlit for a script run.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.traffic: list[str] = []
        self.requests: list[str] = []
        self.runs = 0
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", self._watch)

    def _watch(self, socket: WebSocket) -> None:
        self.requests.append(socket.url)
        socket.on("framereceived", self._keep)
        if socket.url.endswith(_RUNS_PATH):
            socket.on("framesent", self._count_run)

    def _count_run(self, _payload: bytes | str) -> None:
        self.runs += 1

    def _keep(self, payload: bytes | str) -> None:
        self.traffic.append(payload if isinstance(payload, str) else payload.decode("latin-1"))

    @property
    def state(self) -> Locator:
        """The element that says the call's state."""
        return self.page.get_by_test_id("call-state")

    def button(self, name: str) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def open(self) -> None:
        """Load the page and wait until a call can be made."""
        await self.page.goto(self.url)
        await self.wait_for_state("idle")
        await self.page.locator(STREAMER).wait_for(state="attached", timeout=TIMEOUT_MS)
        await expect(self.button("Connect")).to_be_enabled(timeout=TIMEOUT_MS)

    async def wait_for_state(self, *states: str, timeout_ms: float = TIMEOUT_MS) -> None:
        """Wait until the call is in one of these states."""
        wanted = "|".join(states)
        await self.page.wait_for_function(
            """wanted => {
                const hosts = [...document.querySelectorAll('*')];
                const roots = hosts.map(host => host.shadowRoot).filter(Boolean);
                const states = roots.flatMap(root => [...root.querySelectorAll('[data-testid=call-state]')]);
                return states.some(node => wanted.split('|').includes(node.dataset.state));
            }""",
            arg=wanted,
            timeout=timeout_ms,
            polling=_POLL_MS,
        )

    async def rests(self) -> None:
        """Wait until the page is connected and no script runs, so that nothing moves beneath the mouse."""
        still = "[data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
        await self.page.locator(f"[data-testid=stApp]{still}").wait_for(timeout=TIMEOUT_MS)

    async def connect(self) -> None:
        """Click Connect and wait until the agent listens or speaks and the browser receives its track."""
        await self.button("Connect").click()
        await self.wait_for_state(*IN_CALL)

    async def hang_up(self) -> None:
        """Click Hang up and wait until the call has ended."""
        await self.button("Hang up").click()
        await self.wait_for_state("ended")

    async def go_to(self, name: str) -> None:
        """Be on a page by its link, as a call would survive it."""
        if not await self.is_at(name):
            await self.page.get_by_role("link", name=name, exact=True).click()
            await expect(self._heading(name)).to_be_visible(timeout=TIMEOUT_MS)
            # Its components may still be drawn anew, under a click.
            await self.rests()

    async def is_at(self, name: str) -> bool:
        """Whether a page is the one that is shown."""
        return await self._heading(name).is_visible()

    def _heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True)

    async def fill(self, label: str, text: str) -> str:
        """Set a text of the sidebar; gives what it was before."""
        field = self.page.get_by_label(label, exact=True)
        before = await field.input_value()
        await field.fill(text)
        await field.press("Control+Enter")
        return before

    async def wait_for_setting(self, path: str, status: str) -> None:
        """Wait until a setting has this status."""
        await self.page.locator(f"[data-setting='{path}'][data-status={status}]").wait_for(timeout=TIMEOUT_MS)

    async def streamer(self) -> Frame:
        """The frame that holds the peer connection."""
        element = await self.page.locator(STREAMER).element_handle(timeout=TIMEOUT_MS)
        frame = await element.content_frame()
        assert frame is not None
        # An element that was just attached still shows a blank page.
        await frame.wait_for_url(lambda url: "streamlit_webrtc" in url, timeout=TIMEOUT_MS)
        return frame

    async def say(self, samples: NDArray[np.int16]) -> float:
        """Speak 48 kHz samples now; returns when it began, in epoch ms, once it is over."""
        frame = await self.streamer()
        return float(await frame.evaluate("pcm => parley.say(pcm)", self.encoded(samples)))

    def encoded(self, samples: NDArray[np.int16]) -> str:
        """Samples as the frame's mouth takes them."""
        return base64.b64encode(samples.astype("<i2").tobytes()).decode()

    async def ask(self, samples: NDArray[np.int16]) -> tuple[Turn, Turn]:
        """Say something to an agent that listens; gives that turn and the answer, once it listens again."""
        before = await self.turns()
        asked = sum(turn.speaker == "user" for turn in before)
        await self.say(samples)
        spoken = (await self.wait_for_turns(asked + 1, "user"))[asked]
        answer = (await self.wait_for_turns(len(before) - asked + 1, "agent"))[-1]
        await self.wait_for_state("listening")
        return spoken, answer

    async def heard(self, since: int = 0) -> NDArray[np.int16]:
        """What the browser received since it connected, but for the first `since` blocks of 10 ms, 48 kHz."""
        frame = await self.streamer()
        return np.frombuffer(base64.b64decode(await frame.evaluate("parley.heard", since)), np.int16)

    async def blocks_heard(self) -> int:
        """How many blocks of 10 ms the browser received since it connected."""
        return int(await self.evaluate_streamer("parley.samples.length"))

    async def loudness(self) -> NDArray[np.float64]:
        """Rows of (epoch ms, RMS from 0 to 1) for each 10 ms that the browser received."""
        frame = await self.streamer()
        rows = np.array(await frame.evaluate("parley.blocks"), np.float64)
        return rows.reshape(-1, 2)

    async def wait_until_heard(self, *, loud: bool, since_ms: float = 0.0, blocks: int = 10) -> float:
        """Wait for `blocks` 10 ms blocks in a row that are loud, or silent; returns when the first came."""
        frame = await self.streamer()
        script = """([loud, since, count]) => {
            const run = [];
            for (const [at, rms] of parley.blocks) {
                if (at < since) continue;
                if ((rms > 0.003) === loud) run.push(at);
                else run.length = 0;
                if (run.length === count) return run[0];
            }
            return null;
        }"""
        handle = await frame.wait_for_function(
            script, arg=[loud, since_ms, blocks], timeout=TIMEOUT_MS, polling=_POLL_MS
        )
        return float(await handle.json_value())

    async def turns(self) -> list[Turn]:
        """The finished turns, from the first."""
        found = await self.page.get_by_test_id("turn").evaluate_all(
            """nodes => nodes.map(node => [
                node.dataset.speaker,
                node.querySelector('.text').textContent,
                node.dataset.interrupted === 'true',
            ])"""
        )
        return [Turn(*row) for row in found]

    async def wait_for_turns(self, count: int, speaker: str) -> list[Turn]:
        """Wait until there are `count` finished turns of a speaker; gives all of that speaker."""
        mine = self.page.locator(f"[data-testid=turn][data-speaker={speaker}]")
        await expect(mine.nth(count - 1)).to_be_visible(timeout=TIMEOUT_MS)
        return [turn for turn in await self.turns() if turn.speaker == speaker]

    async def evaluate_streamer(self, script: str) -> Any:
        """Run a script where the peer connection is."""
        return await (await self.streamer()).evaluate(script)


@asynccontextmanager
async def talk_page(browser: Browser, url: str, **options: Any) -> AsyncIterator[TalkPage]:
    """A fresh tab with its own storage, open on the Talk page."""
    context: BrowserContext = await browser.new_context(**options)
    await context.add_init_script(path=EARS_AND_MOUTH)
    page = TalkPage(await context.new_page(), url)
    try:
        await page.open()
        yield page
    finally:
        await context.close()
