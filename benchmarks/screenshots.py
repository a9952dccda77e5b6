"""Pictures of each state of the Talk page: `python -m benchmarks.screenshots docs/screenshots`.

The page, its theme and its server are the real ones; only the live route is played, with a scripted call, so
that each state stands still. A name after the folder draws that state alone.
"""

import asyncio
import io
import json
import math
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
from voice.conversation.view import patch_between

WIDTHS_PX = {390: 844, 1440: 900}
SCHEMES = ("light", "dark")
# The visualiser follows levels; words are lit up to the playout.
LEVELS_DBFS = {"hearing": (-24, -100), "speaking": (-60, -22)}
QUIET_DBFS = (-60, -100)
SWING_DB = 14
LEVELS_HZ = 15
LEVEL_MESSAGES = 45
FIRST_LEVELS_S = 0.1
PLAYED_MS = 2_300
SETTLE_MS = 2_000
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
    for name in names or scenes(time.time()):
        context = await browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": WIDTHS_PX[width]},
        )
        page = await context.new_page()
        await page.route_web_socket("**/live", partial(_play, name))
        await page.goto(url)
        await _wait_for(page, scenes(time.time())[name].state)
        await page.wait_for_timeout(SETTLE_MS)
        _keep(await page.screenshot(), folder / f"{name}-{scheme}-{width}.png")
        await context.close()
        print(f"{name}-{scheme}-{width}", flush=True)


def _play(name: str, socket: WebSocketRoute) -> None:
    loop = asyncio.get_running_loop()

    def answer(text: str | bytes) -> None:
        if "token" not in json.loads(text):
            return
        view = scenes(time.time())[name]
        socket.send(msgspec.json.encode({"view": patch_between(None, view)}).decode())
        speaking = next((turn.id for turn in reversed(view.turns) if turn.speaker == "agent"), None)
        playout = [speaking, PLAYED_MS] if view.state == "speaking" else None
        for tick in range(LEVEL_MESSAGES):
            swing = round(SWING_DB * math.sin(tick * 1.7) * math.sin(tick * 0.45))
            levels = [level + swing for level in LEVELS_DBFS.get(view.state, QUIET_DBFS)]
            after_s = FIRST_LEVELS_S + tick / LEVELS_HZ
            loop.call_later(after_s, socket.send, json.dumps({"levels": levels, "playout": playout}))

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
