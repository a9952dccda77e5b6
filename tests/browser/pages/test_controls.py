"""The sidebar in a real browser: what a change costs, what it survives, and a link that asks first."""

from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.support.accessibility import grave_faults
from tests.support.dashboard import Dashboard
from tests.support.shared_tab import SharedTab
from tests.support.talk_page import TalkPage, talk_page
from voice.personas.link import read_link, write_link
from voice.personas.persona import Persona, shipped

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANN = Persona(
    "<b>Ann</b>", "You are Ann, a gardener.", "Ahoy.", "george", ("compost",), turn_taking="patient"
)


# Choosing manual. The drags after it cause no run at all.
CHOICES = 1
FRAGMENTS_ALONE = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def tab(browser: Browser, dashboard: Dashboard) -> AsyncIterator[SharedTab]:
    """A tab of their own: these tests leave settings changed."""
    own = SharedTab(browser, dashboard.url)
    yield own
    await own.drop()


def runs(traffic: Sequence[str]) -> tuple[int, int]:
    """How often the whole page ran, and how often fragments alone, by what Streamlit said at their ends."""
    messages = [ForwardMsg.FromString(text.encode("latin-1")) for text in traffic if text[:1] != "{"]
    ends = [
        message.script_finished for message in messages if message.WhichOneof("type") == "script_finished"
    ]
    return sum(end != FRAGMENTS_ALONE for end in ends), sum(end == FRAGMENTS_ALONE for end in ends)


async def drag(page: TalkPage, label: str, steps: int) -> None:
    """Drag a slider's handle with the mouse, in this many small moves."""
    handle = page.page.get_by_role("slider", name=label)
    await handle.scroll_into_view_if_needed()
    await page.rests()
    box = await handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.page.mouse.move(x, y)
    await page.page.mouse.down()
    await page.page.mouse.move(x + 60, y, steps=steps)
    await page.page.mouse.up()


async def test_a_slider_dragged_in_a_call_is_applied_without_any_run(page: TalkPage) -> None:
    await page.connect()
    await page.wait_for_turns(1, "agent")
    await page.wait_for_state("listening")
    await page.rests()
    before = len(page.traffic)
    await page.page.get_by_text("Manual", exact=True).click()
    await page.wait_for_setting("input.turn_detection", "applied")
    await drag(page, "Minimum silence", steps=20)
    crossed = page.page.get_by_text("must be less than the maximum")
    await expect(crossed).to_be_visible()
    await drag(page, "Maximum silence", steps=20)
    await expect(crossed).to_be_hidden()
    await page.wait_for_setting("input.turn_detection", "applied")
    assert runs(page.traffic[before:]) == (0, CHOICES), "a slider caused a run"
    assert runs(page.traffic[:before])[0] > 0, "runs of the page are not seen at all"
    await page.page.get_by_text("Adaptive", exact=True).click()
    await page.wait_for_setting("input.turn_detection", "next_call")
    await page.hang_up()


async def test_values_survive_a_visit_to_another_page(page: TalkPage) -> None:
    await page.page.get_by_text("Manual", exact=True).click()
    await drag(page, "Threshold", steps=10)
    threshold = page.page.get_by_role("slider", name="Threshold")
    await expect(threshold).not_to_have_value("0.5")
    moved = await threshold.input_value()
    await page.fill("System prompt", "You are Ann.")
    await page.go_to("History")
    await page.go_to("Talk")
    await expect(page.page.get_by_label("System prompt")).to_have_value("You are Ann.")
    await expect(threshold).to_have_value(moved)


async def test_a_link_shows_its_persona_before_it_is_used(browser: Browser, dashboard: Dashboard) -> None:
    async with talk_page(browser, f"{dashboard.url}/?persona={write_link(ANN)}") as page:
        dialog = page.page.get_by_role("dialog")
        await expect(dialog).to_contain_text("You are Ann, a gardener.")
        prompt = page.page.get_by_label("System prompt")
        await expect(prompt).to_have_value(shipped()[0].prompt)
        assert await grave_faults(page.page) == []
        await dialog.get_by_role("button", name="Use").click()
        await expect(dialog).to_be_hidden()
        await expect(prompt).to_have_value(ANN.prompt)
        assert "persona=" not in page.page.url
        await page.connect()
        (greeting,) = await page.wait_for_turns(1, "agent")
        assert greeting.text == "Ahoy."


async def test_a_link_is_copied_and_holds_what_was_set(page: TalkPage) -> None:
    await page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.fill("Greeting", "Bonjour.")
    await page.page.get_by_role("button", name="Save or share").click()
    await page.page.get_by_role("button", name="Copy link").click()
    await expect(page.page.get_by_text("Copied.")).to_be_visible()
    address = await page.page.evaluate("navigator.clipboard.readText()")
    start, _, value = address.partition("persona=")
    assert start == f"{page.url}/?"
    assert msgspec.convert(read_link(value), Persona).greeting == "Bonjour."
