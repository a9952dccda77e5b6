"""What axe-core, the usual checker of accessibility, finds wrong on a page."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

_GRAVE = ("serious", "critical")
# Of what fades in, the contrast is right only in the end.
_SETTLED = """() => {
    const shadows = [...document.querySelectorAll('*')].map(node => node.shadowRoot).filter(Boolean);
    const moving = [document, ...shadows].flatMap(root => root.getAnimations())
        .filter(({ playState }) => playState === 'running')
        .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity);
    return Promise.allSettled(moving.map(animation => animation.finished)).then(() => null);
}"""


async def settled(page: Page) -> None:
    """Wait for the end of every movement that has one."""
    await page.evaluate(_SETTLED)


async def grave_faults(page: Page, within: str | None = None) -> list[tuple[str, list[str]]]:
    """Serious and critical faults on the page or `within` a selector: each rule's name and the elements."""
    await settled(page)
    found = await Axe().run(page, context=within)
    return [
        (fault["id"], [node["html"] for node in fault["nodes"]])
        for fault in found.response["violations"]
        if fault["impact"] in _GRAVE
    ]
