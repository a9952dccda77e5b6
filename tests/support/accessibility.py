"""What axe-core, the usual checker of accessibility, finds wrong on a page."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

_GRAVE = ("serious", "critical")
# Of what fades in, the contrast is right only in the end.
_TO_THEIR_END = """() => {
    const shadows = [...document.querySelectorAll('*')].map(node => node.shadowRoot).filter(Boolean);
    [document, ...shadows].flatMap(root => root.getAnimations())
        .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
        .forEach(animation => animation.finish());
}"""


async def end_movements(page: Page) -> None:
    """Put what moves or fades to where it ends."""
    await page.evaluate(_TO_THEIR_END)


async def grave_faults(page: Page, within: str | None = None) -> list[tuple[str, list[str]]]:
    """Serious and critical faults on the page or `within` a selector: each rule's name and the elements."""
    await end_movements(page)
    found = await Axe().run(page, context=within)
    return [
        (fault["id"], [node["html"] for node in fault["nodes"]])
        for fault in found.response["violations"]
        if fault["impact"] in _GRAVE
    ]
