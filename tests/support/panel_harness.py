"""Mounts the call panel in a real browser without a dashboard: any state is drawn without a call.

Streamlit and Parley's server are played by `panel_page.js`. A view is written here and read by the panel's
own script; what the panel sends is kept.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from weakref import WeakKeyDictionary

import streamlit
from msgspec import to_builtins
from playwright.async_api import Browser, Locator, Page, Route

from tests.support.dashboard import ROOT
from voice.conversation.state import CallState, icon_of, label_of
from voice.conversation.view import IDLE_VIEW
from voice.ui.call_panel import PARTS
from voice.ui.live_component import read_part, script_of, style_of

# Browsers give a microphone only to https and localhost. No request reaches it: each is answered here.
URL = "http://localhost/"
# A clock can only be stopped ahead of where it runs.
_BEFORE_S = 60
DATA = {"path": "/live", "token": "t", "compact": False, "in_call": False}
_HERE = Path(__file__).parent
# The variables that Streamlit 1.67 gives its components, with Parley's colours.
_THEMES: dict[str, dict[str, str]] = json.loads((_HERE / "streamlit_theme.json").read_text())
_kept: WeakKeyDictionary[Browser, dict[str, Page]] = WeakKeyDictionary()
_MEDIA = Path(streamlit.__file__).parent / "static" / "static" / "media"
_FONTS = {
    "Inter": ROOT / "voice" / "ui" / "static" / "inter-latin-wght-normal.woff2",
    "Material Symbols Rounded": next(_MEDIA.glob("MaterialSymbols-Rounded*.woff2")),
}


def a_view(state: str, **fields: object) -> dict[str, object]:
    """A whole view in `state`, with its own label and icon; `fields` as the page gets them."""
    call_state = CallState(state)
    words = {"state": state, "label": label_of(call_state), "icon": icon_of(call_state)}
    return {**to_builtins(IDLE_VIEW), "turns": [], **words, **fields}


def a_turn(speaker: str, text: str, **fields: object) -> dict[str, object]:
    """A finished turn as the page gets it."""
    turn = {"id": f"{speaker} {text}", "speaker": speaker, "text": text}
    return {**turn, "settled": True, "interrupted": False, "rest": "", **fields}


class PanelHarness:
    """One panel on a blank page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._shown: dict[str, Any] = {}

    @property
    def state(self) -> Locator:
        """The element that says the call's state."""
        return self.page.get_by_test_id("call-state")

    def button(self, name: str) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def show(self, view: dict[str, Any]) -> None:
        """Push a view made by `a_view`."""
        turns = [{"index": index, "turn": turn} for index, turn in enumerate(view["turns"])]
        removed = [turn["id"] for turn in self._shown.get("turns", []) if turn not in view["turns"]]
        # A view is whole: what it does not name goes.
        nulls = dict.fromkeys(self._shown.keys() - view.keys())
        self._shown = view
        await self.push({"view": {**nulls, **view, "turns": turns, "removed": removed}})

    async def push(self, message: dict[str, Any]) -> None:
        """Push any message, as the live route sends it."""
        await self.page.evaluate("message => window.harness.push(message)", message)

    async def levels(self, you_dbfs: float, agent_dbfs: float) -> None:
        """Push one pair of levels."""
        await self.push({"levels": [you_dbfs, agent_dbfs]})

    async def drop(self, code: int = 1006) -> None:
        """Close the socket, as a network or a server does. The next one opens when something is pushed."""
        await self.page.evaluate("code => window.harness.drop(code)", code)

    async def commands(self) -> list[dict[str, Any]]:
        """What the panel has sent, but for its token and the figures of the media leg."""
        sent: list[dict[str, Any]] = await self.page.evaluate("window.harness.sent")
        return [command for command in sent if "token" not in command]

    async def triggers(self) -> list[list[Any]]:
        """The runs the panel has asked Streamlit for, as `[name, value]`."""
        found: list[list[Any]] = await self.page.evaluate("window.harness.triggers")
        return found

    async def reconnect(self, view: dict[str, Any]) -> None:
        """After `drop`: wait for the panel's next socket, and push a whole view over it."""
        await self.page.wait_for_function("window.harness.sockets.at(-1).readyState !== WebSocket.CLOSED")
        self._shown = {}
        await self.show(view)

    async def remount(self) -> None:
        """Take the panel off the page and put another up, as a page switch does."""
        await self.page.evaluate("data => window.harness.remount(data)", DATA)

    async def redraw(self, **data: object) -> None:
        """Call the component again, as Streamlit does in each run, with changed data."""
        await self.page.evaluate("data => window.harness.draw(data)", {**DATA, **data})


@asynccontextmanager
async def open_panel(
    browser: Browser,
    *,
    scheme: str = "light",
    before: str = "",
    clock_s: float | None = None,
    data: dict[str, object] | None = None,
    **options: Any,
) -> AsyncIterator[PanelHarness]:
    """A panel in a tab of its own.

    `scheme` is light or dark; `before` is a script that runs before the panel's. With `clock_s` the page's
    clock stands at that epoch second until the test moves it. `options` are those of a browser context, such
    as `viewport` or `reduced_motion`. A tab whose test passed is kept for the next with the same ones.
    """
    kept = _kept.setdefault(browser, {})
    key = repr((scheme, clock_s, sorted(options.items())))
    page = kept.pop(key, None) or await _blank_page(browser, scheme, clock_s, options)
    try:
        await page.goto(URL)
        await page.evaluate("localStorage.clear()")
        # The last statement's value would be called if it were a function.
        await page.evaluate(f"{before}; null")
        await page.evaluate("data => window.harness.mount(data)", {**DATA, **(data or {})})
        yield PanelHarness(page)
    except BaseException:
        await page.context.close()
        raise
    if clock_s is None:
        kept[key] = page
    else:
        # A clock can't be turned back.
        await page.context.close()


async def _blank_page(browser: Browser, scheme: str, clock_s: float | None, options: dict[str, Any]) -> Page:
    context = await browser.new_context(color_scheme=scheme, **options)  # type: ignore[arg-type]
    await context.route(f"{URL}**", lambda route: _answer(route, scheme))
    page = await context.new_page()
    await page.add_init_script(path=_HERE / "panel_page.js")
    await page.add_init_script(path=_HERE / "streamer_frame.js")
    if clock_s is not None:
        # Stopped before anything is loaded: on a running clock, loading might take it past `clock_s`.
        await page.clock.install(time=clock_s - _BEFORE_S)
        await page.clock.pause_at(clock_s)
    return page


async def _answer(route: Route, scheme: str) -> None:
    name = unquote(route.request.url.removeprefix(URL))
    if name == "panel.js":
        await route.fulfill(body=script_of("panel", PARTS), content_type="text/javascript")
    elif name == "panel.css":
        await route.fulfill(body=style_of("panel", PARTS), content_type="text/css")
    elif name == "panel.html":
        await route.fulfill(body=read_part("panel.html"), content_type="text/html")
    elif name in _FONTS:
        await route.fulfill(path=_FONTS[name])
    else:
        await route.fulfill(body=_blank(_THEMES[scheme]), content_type="text/html")


def _blank(theme: dict[str, str]) -> str:
    fonts = "".join(
        f"@font-face {{ font-family: '{name}'; src: url('/{name}'); font-weight: 200 900; }}"
        for name in _FONTS
    )
    variables = "".join(f"{name}: {value};" for name, value in theme.items())
    style = (
        f"{fonts} :root {{ {variables} }} body {{ margin: 0; padding: 1rem; font: 16px Inter;"
        f" background: {theme['--st-background-color']}; }} #host {{ max-width: 704px; margin: 0 auto; }}"
    )
    return (
        f"<!doctype html><html lang=en><title>Panel</title><style>{style}</style>"
        "<main><h1 hidden>Panel</h1><div id=host></div></main>"
    )
