"""What axe-core, the usual checker of accessibility, finds wrong on a page."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

_GRAVE = ("serious", "critical")


async def grave_faults(page: Page, within: str | None = None) -> list[tuple[str, list[str]]]:
    """Serious and critical faults on the page or `within` a selector: each rule's name and the elements."""
    found = await Axe().run(page, context=within)
    return [
        (fault["id"], [node["html"] for node in fault["nodes"]])
        for fault in found.response["violations"]
        if fault["impact"] in _GRAVE
    ]
