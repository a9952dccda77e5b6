"""What the call panel draws for each view: words, seconds, cost, both voices, and what is announced."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.accessibility import grave_faults
from tests.support.panel_harness import PanelHarness, a_turn, a_view, open_panel

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW_S = 1_000_000.0
FAILURE = {"sentence": "No microphone was found.", "next_step": "Plug one in.", "code": "mic"}
STEPS = [
    {"name": "agent", "label": "Agent", "took_s": None, "failed": False, "began_at": NOW_S},
    {"name": "audio", "label": "Audio", "took_s": 0.42, "failed": False, "began_at": NOW_S},
]
LOST = {"attempt": 2, "lost_at": 0.0}


@pytest_asyncio.fixture(loop_scope="session")
async def panel(browser: Browser) -> AsyncIterator[PanelHarness]:
    async with open_panel(browser) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def timed(browser: Browser) -> AsyncIterator[PanelHarness]:
    """A panel whose clock stands still at `NOW_S`."""
    async with open_panel(browser, clock_s=NOW_S) as opened:
        yield opened


def every_state() -> list[dict[str, object]]:
    """One view of each look the panel has."""
    now = time.time()
    live: dict[str, object] = {
        "ready_at": now - 60,
        "billed_from": now - 60,
        "usd_per_hour": 4.5,
        "turns": [a_turn("agent", "Hello"), a_turn("user", "Go on")],
    }
    notice = {"id": 1, "at": now, "sentence": "Echo.", "next_step": "Use a headset.", "code": ""}
    return [
        a_view("idle"),
        a_view("connecting", begun_at=now, steps=STEPS),
        a_view("listening", **live, closing={"at": now + 20, "reason": "idle"}),
        a_view("hearing", **live, notices=[{**notice, "action": "interruption_off"}]),
        a_view("thinking", **live, since=now - 9),
        a_view("speaking", **live, muted=True, agent_muted=True),
        {**a_view("listening", **live, interrupted=True), "label": "Stopped – go ahead"},  # noqa: RUF001
        a_view("reconnecting", **live, reconnect={**LOST, "lost_at": now}),
        a_view("ended", turns=live["turns"]),
        a_view("error", failure=FAILURE),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_state_has_a_grave_fault_of_accessibility(browser: Browser, scheme: str) -> None:
    async with open_panel(browser, scheme=scheme, reduced_motion="reduce") as panel:
        for view in every_state():
            await panel.show(view)
            await expect(panel.state).to_have_attribute("data-state", str(view["state"]))
            assert await grave_faults(panel.page) == [], view["label"]


async def test_the_seconds_of_a_state_run_by_the_servers_clock(timed: PanelHarness) -> None:
    server_ahead_s = 300
    now = NOW_S + server_ahead_s
    await timed.show(a_view("listening", since=now - 100))
    await timed.show(a_view("thinking", since=now))
    await timed.page.clock.run_for(1_400)
    await expect(timed.state).to_have_text("more_horiz Thinking… 1.4 s")
    await timed.page.clock.run_for(2_000)
    await expect(timed.page.get_by_text("Still working on it")).to_be_visible()


@pytest.mark.parametrize("jump_s", [400, -3600])
async def test_the_seconds_go_on_when_the_browsers_clock_is_set(timed: PanelHarness, jump_s: int) -> None:
    await timed.show(a_view("listening", closing={"at": NOW_S + 24, "reason": "idle"}))
    await timed.show(a_view("thinking", since=NOW_S, closing={"at": NOW_S + 24, "reason": "idle"}))
    await timed.page.clock.set_system_time(NOW_S + jump_s)
    await timed.page.clock.run_for(1_400)
    await expect(timed.state).to_have_text("more_horiz Thinking… 1.4 s")
    await expect(timed.page.get_by_text("The call ends in 23 s")).to_be_visible()


async def test_the_next_call_may_run_by_another_clock(timed: PanelHarness) -> None:
    for now in (NOW_S + 400, NOW_S):
        await timed.show(a_view("listening", begun_at=now - 1, since=now - 1))
        await timed.show(a_view("thinking", begun_at=now - 1, since=now))
        await timed.page.clock.run_for(1_400)
        await expect(timed.state).to_have_text("more_horiz Thinking… 1.4 s")
        await timed.show(a_view("idle"))
        await timed.page.clock.set_system_time(NOW_S)


async def test_connecting_tells_each_step_with_its_seconds(timed: PanelHarness) -> None:
    await timed.show(a_view("connecting", begun_at=NOW_S, since=NOW_S, steps=STEPS))
    await timed.page.clock.run_for(1_200)
    await expect(timed.state).to_contain_text("Connecting: agent… 1.2 s")
    steps = timed.page.get_by_role("listitem")
    await expect(steps).to_have_text(["progress_activityAgent1.2 s", "checkAudio0.4 s"])
    await timed.show(a_view("listening"))
    await expect(steps).to_have_count(0)


async def test_a_restart_in_a_long_call_counts_its_own_seconds(timed: PanelHarness) -> None:
    begun = NOW_S - 600
    await timed.show(a_view("connecting", begun_at=begun, ready_at=begun + 1, since=NOW_S, steps=STEPS))
    await timed.page.clock.run_for(1_200)
    await expect(timed.state).to_contain_text("Connecting: agent… 1.2 s")
    await expect(timed.page.get_by_role("listitem").first).to_have_text("progress_activityAgent1.2 s")


async def test_a_call_shows_its_length_and_cost_as_they_grow(timed: PanelHarness) -> None:
    since = {"begun_at": NOW_S - 135, "ready_at": NOW_S - 134, "billed_from": NOW_S - 134}
    await timed.show(a_view("listening", **since, usd_per_hour=4.5))
    await expect(timed.page.locator(".duration")).to_have_text("2:15")
    await expect(timed.page.locator(".cost")).to_have_text("$0.17")
    await timed.page.clock.run_for(46_000)
    await expect(timed.page.locator(".duration")).to_have_text("3:01")
    await expect(timed.page.locator(".cost")).to_have_text("$0.23")


@pytest.mark.parametrize("rate", [0, None])
async def test_a_call_without_a_price_shows_no_cost(panel: PanelHarness, rate: float | None) -> None:
    await panel.show(a_view("listening", ready_at=1.0, billed_from=1.0, usd_per_hour=rate))
    await expect(panel.page.locator(".duration")).to_be_visible()
    await expect(panel.page.locator(".cost")).to_be_hidden()


async def test_reconnecting_counts_its_attempts_and_seconds(timed: PanelHarness) -> None:
    await timed.show(a_view("reconnecting", reconnect={**LOST, "lost_at": NOW_S - 3}))
    await expect(timed.state).to_contain_text("Reconnecting (attempt 2) – not hearing you now")  # noqa: RUF001
    await expect(timed.page.get_by_text("Lost for 3.0 s")).to_be_visible()


async def test_a_call_about_to_end_counts_down_and_can_be_kept(timed: PanelHarness) -> None:
    await timed.show(a_view("listening", closing={"at": NOW_S + 24, "reason": "idle"}))
    await expect(timed.page.get_by_text("The call ends in 24 s")).to_be_visible()
    await timed.page.clock.run_for(4_000)
    await expect(timed.page.get_by_text("The call ends in 20 s")).to_be_visible()
    await timed.button("Stay").click()
    assert await timed.commands() == [{"do": "stay"}]
    await timed.show(a_view("listening"))
    await expect(timed.button("Stay")).to_be_hidden()


async def test_only_the_end_reconnecting_and_errors_are_announced(panel: PanelHarness) -> None:
    status, alert = panel.page.get_by_role("status"), panel.page.locator("[role=alert]")
    for state in ("connecting", "listening", "hearing", "thinking", "speaking"):
        await panel.show(a_view(state, muted=True))
        await expect(status).to_have_text("")
    await panel.show(a_view("reconnecting", reconnect=LOST))
    await expect(status).to_contain_text("Reconnecting (attempt 2)")
    await panel.show(a_view("ended"))
    await expect(status).to_have_text("Call ended")
    await expect(alert).to_have_text("")
    await panel.show(a_view("error", failure=FAILURE))
    await expect(status).to_have_text("")
    await expect(alert).to_have_text("No microphone was found.Plug one in.Code: mic")


async def test_a_notice_offers_its_cure_in_one_click(panel: PanelHarness) -> None:
    hostile = {"id": 1, "at": 0, "sentence": "<b>Echo</b>", "next_step": "Use a headset.", "code": ""}
    await panel.show(a_view("listening", notices=[{**hostile, "action": "interruption_off"}]))
    await expect(panel.page.get_by_text("<b>Echo</b> Use a headset.")).to_be_visible()
    await panel.button("Turn interruption off").click()
    name, value = (await panel.triggers())[-1]
    assert (name, value["action"]) == ("cure", "interruption_off")


async def test_a_notice_without_a_cure_has_no_button(panel: PanelHarness) -> None:
    notice = {"id": 1, "at": 0, "sentence": "Echo.", "next_step": "", "code": "", "action": ""}
    await panel.show(a_view("listening", notices=[notice]))
    await expect(panel.page.locator(".notice button")).to_have_count(0)


async def test_each_state_gives_the_row_of_bars_another_form(browser: Browser) -> None:
    async with open_panel(browser, reduced_motion="reduce") as panel:
        pictures: set[str] = set()
        views = every_state()
        for view in views:
            await panel.show(view)
            pictures.add(await panel.page.locator("canvas").evaluate("canvas => canvas.toDataURL()"))
        assert len(pictures) == len(views)


async def test_without_movement_the_levels_step_and_the_row_stands_still(browser: Browser) -> None:
    async with open_panel(browser, reduced_motion="reduce") as panel:
        await panel.show(a_view("speaking"))
        canvas = panel.page.locator("canvas")
        before = await canvas.evaluate("canvas => canvas.toDataURL()")
        await panel.levels(-60, -27)
        meter = panel.page.get_by_role("meter", name="Agent")
        await expect(meter).to_have_attribute("aria-valuenow", "-27")
        assert await meter.locator("i").evaluate("bar => bar.style.transform") == "scaleX(0.5)"
        assert await meter.locator("i").evaluate("bar => getComputedStyle(bar).transitionDuration") == "0s"
        assert await canvas.evaluate("canvas => canvas.toDataURL()") == before
        assert await panel.page.evaluate("document.getAnimations().length") == 0


async def test_a_voice_moves_the_row_and_a_call_at_rest_leaves_it(panel: PanelHarness) -> None:
    canvas = panel.page.locator("canvas")
    canvas_now = "document.querySelector('#host').shadowRoot.querySelector('canvas').toDataURL()"
    await panel.show(a_view("hearing"))
    before = await canvas.evaluate("canvas => canvas.toDataURL()")
    await panel.levels(-20, -60)
    await panel.page.wait_for_function(f"before => {canvas_now} !== before", arg=before)
    await panel.show(a_view("ended"))
    asked = "new Promise(done => { const ask = window.requestAnimationFrame; let asked = 0;"
    asked += "window.requestAnimationFrame = draw => { asked += 1; return ask(draw); };"
    asked += "ask(() => ask(() => done(asked))); })"
    assert await panel.page.evaluate(asked) == 0


async def test_a_hidden_tab_draws_nothing(panel: PanelHarness) -> None:
    await panel.show(a_view("hearing"))
    await panel.page.evaluate(
        "Object.defineProperty(document, 'hidden', { get: () => true });"
        "document.dispatchEvent(new Event('visibilitychange'));"
        "window.drawn = 0; CanvasRenderingContext2D.prototype.clearRect = () => { window.drawn += 1; }; null"
    )
    await panel.levels(-20, -60)
    await panel.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert await panel.page.evaluate("window.drawn") == 0
