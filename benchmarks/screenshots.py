"""Pictures of each state of the Talk page: `python -m benchmarks.screenshots docs/screenshots`.

The page, its theme and its server are the real ones; only the live route is played, with a scripted call, so
that each state stands still. A name after the folder draws that state alone.
"""

import asyncio
import io
import json
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import msgspec
from PIL import Image
from playwright.async_api import Browser, Page, WebSocketRoute

from benchmarks.scenes import scenes
from tests.support.dashboard import run_dashboard
from tests.support.talk_page import TIMEOUT_MS, chromium
from voice.conversation.view import CallView, patch_between

WIDTHS_PX = {390: 844, 1440: 900}
SCHEMES = ("light", "dark")
# The visualiser follows levels; words are lit up to the playout.
LEVELS_DBFS = {"hearing": [-22, -100], "speaking": [-55, -20]}
PLAYED_MS = 2_300
SETTLE_MS = 700
COLOURS = 128


async def draw_all(folder: Path, names: list[str]) -> None:
    """One picture for each state, scheme and width."""
    with tempfile.TemporaryDirectory() as data:
        async with run_dashboard(Path(data)) as dashboard, chromium() as browser:
            for scheme in SCHEMES:
                for width in WIDTHS_PX:
                    await _draw_states(browser, dashboard.url, folder, scheme, width, names)


async def _draw_states(
    browser: Browser, url: str, folder: Path, scheme: str, width: int, names: list[str]
) -> None:
    for name, view in scenes(time.time()).items():
        if names and name not in names:
            continue
        context = await browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": WIDTHS_PX[width]},
        )
        page = await context.new_page()
        await page.route_web_socket("**/live", partial(_play, view))
        await page.goto(url)
        await _wait_for(page, view.state)
        await page.wait_for_timeout(SETTLE_MS)
        _keep(await page.screenshot(), folder / f"{name}-{scheme}-{width}.png")
        await context.close()
        print(f"{name}-{scheme}-{width}", flush=True)


def _play(view: CallView, socket: WebSocketRoute) -> None:
    def answer(text: str | bytes) -> None:
        if "token" not in json.loads(text):
            return
        socket.send(msgspec.json.encode({"view": patch_between(None, view)}).decode())
        levels = LEVELS_DBFS.get(view.state, [-58, -100])
        speaking = next((turn.id for turn in reversed(view.turns) if turn.speaker == "agent"), None)
        playout = [speaking, PLAYED_MS] if view.state == "speaking" else None
        socket.send(json.dumps({"levels": levels, "playout": playout}))

    socket.on_message(answer)


async def _wait_for(page: Page, state: str) -> None:
    await page.locator(f"[data-testid=call-state][data-state={state}]").wait_for(timeout=TIMEOUT_MS)
    await page.locator("iframe[title*='webrtc']").wait_for(state="attached", timeout=TIMEOUT_MS)


def _keep(picture: bytes, path: Path) -> None:
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(draw_all(target, sys.argv[2:]))
