"""What the panel does while its page can't reach Parley: it acts in the browser, and sends it later."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.accessibility import grave_faults
from tests.support.panel_harness import PanelHarness, a_view, open_panel

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW_S = 1_000_000.0
PUSH = """localStorage.setItem("parley.push_to_talk", "on");"""
LISTENING = a_view("listening")
LOST = "Can't reach Parley."


async def begin(panel: PanelHarness) -> None:
    """Connect, and be in a call with a microphone of the browser's."""
    await panel.show(a_view("idle"))
    await panel.page.evaluate("streamer.mount()")
    await panel.button("Connect").click()
    await panel.page.wait_for_function("harness.sent.some(({ do: it }) => it === 'connect')")
    await panel.show(a_view("connecting"))
    await panel.page.evaluate("streamer.start()")
    await panel.show(LISTENING)
    await panel.page.evaluate("harness.sent.length = 0")


@pytest_asyncio.fixture(loop_scope="session")
async def call(browser: Browser) -> AsyncIterator[PanelHarness]:
    async with open_panel(browser) as panel:
        await begin(panel)
        yield panel


@pytest_asyncio.fixture(loop_scope="session")
async def pushing(browser: Browser) -> AsyncIterator[PanelHarness]:
    """In a call with push to talk, muted."""
    async with open_panel(browser, before=PUSH) as panel:
        await begin(panel)
        yield panel


async def microphone(panel: PanelHarness) -> dict[str, Any]:
    return dict(await panel.page.evaluate("streamer.microphone"))


async def is_heard(panel: PanelHarness) -> bool:
    found = await microphone(panel)
    return bool(found["enabled"] and found["readyState"] == "live")


async def told(panel: PanelHarness) -> list[str]:
    return [command["do"] for command in await panel.commands()]


def says(panel: PanelHarness, words: str) -> Any:
    return expect(panel.page.locator(".notices")).to_contain_text(words)


async def test_losing_parley_is_told_with_what_it_means_and_passes(call: PanelHarness) -> None:
    await call.drop()
    await expect(call.state).to_contain_text("Reconnecting to Parley")
    await says(call, f"{LOST} The agent may still hear you. Mute, Sound off and Hang up still work.")
    await says(call, "Messages and settings can't be sent until the page reconnects.")
    await expect(call.page.get_by_role("status")).to_contain_text(LOST)
    await call.reconnect(LISTENING)
    await expect(call.state).to_contain_text("Listening")
    await expect(call.page.get_by_text(LOST)).to_have_count(0)
    assert await told(call) == []


async def test_a_page_that_never_reached_parley_says_what_a_proxy_must_let_pass(browser: Browser) -> None:
    async with open_panel(browser) as panel:
        for tries in range(3):
            await expect(panel.page.locator(".notices")).to_have_text("")
            await panel.page.wait_for_function(f"window.harness.sockets.length > {tries}")
            await panel.drop()
        await expect(panel.state).to_contain_text("Can't connect to Parley")
        await says(panel, "its WebSocket at /live can't be opened")
        await says(panel, "let it pass on everything below /, WebSockets too, with the Host header unchanged")
        await panel.page.wait_for_function("window.harness.sockets.length > 3")
        await panel.show(a_view("idle"))
        await expect(panel.page.locator(".notices")).to_have_text("")


async def test_a_page_that_parley_no_longer_knows_lets_go_of_the_microphone(call: PanelHarness) -> None:
    await call.drop(4404)
    await expect(call.state).to_contain_text("This page is out of date: reload it")
    assert (await microphone(call))["readyState"] == "ended"
    await expect(call.button("Connect")).to_be_disabled()


async def test_a_connection_that_falls_silent_in_a_call_counts_as_lost(browser: Browser) -> None:
    async with open_panel(browser, clock_s=NOW_S) as panel:
        await panel.show(LISTENING)
        await panel.levels(-60, -60)
        await panel.page.clock.run_for(4_900)
        await expect(panel.state).to_contain_text("Listening")
        await panel.page.clock.run_for(200)
        await expect(panel.state).to_contain_text("Reconnecting to Parley")
        await panel.page.clock.run_for(300)
        await panel.reconnect(LISTENING)
        await expect(panel.state).to_contain_text("Listening")


@pytest.mark.parametrize("by", ["button", "Alt+KeyM"])
async def test_mute_acts_at_once_while_parley_is_out_of_reach_and_is_sent_later(
    call: PanelHarness, by: str
) -> None:
    await call.drop()
    await (call.button("Mute").click() if by == "button" else call.page.keyboard.press(by))
    assert not await is_heard(call)
    await says(call, f"{LOST} You're muted: the agent can't hear you.")
    await expect(call.button("Mute")).to_have_attribute("aria-pressed", "true")
    assert await told(call) == []
    await call.reconnect(LISTENING)
    assert await told(call) == ["mute"]
    assert not await is_heard(call)
    # The answer to it. What the person wants next is told as ever.
    await call.show(a_view("listening", muted=True))
    await call.button("Mute").click()
    assert await told(call) == ["mute", "unmute"]
    assert await is_heard(call)


async def test_the_last_wish_wins(call: PanelHarness) -> None:
    await call.button("Mute").click()
    await call.show(a_view("listening", muted=True))
    await call.drop()
    await call.button("Mute").click()
    await says(call, "Your microphone is on, but Parley may keep you muted until the page reconnects.")
    await call.button("Sound off").click()
    await call.button("Sound off").click()
    await call.reconnect(a_view("listening", muted=True))
    assert await told(call) == ["mute", "unmute"]


async def test_sound_off_acts_at_once_while_parley_is_out_of_reach_and_is_sent_later(
    call: PanelHarness,
) -> None:
    await call.drop()
    await call.button("Sound off").click()
    assert not await call.page.evaluate("streamer.agentEnabled")
    await expect(call.page.get_by_text("Agent is muted")).to_be_visible()
    await call.reconnect(LISTENING)
    assert await told(call) == ["mute_agent"]


@pytest.mark.parametrize("by", ["button", "Alt+KeyH"])
async def test_hang_up_lets_go_of_the_microphone_while_parley_is_out_of_reach(
    call: PanelHarness, by: str
) -> None:
    await call.page.evaluate("streamer.tell(true)")
    await call.page.wait_for_function("streamer.told.length === 1")
    await call.show(a_view("listening", closing={"at": 2e9, "reason": "idle"}))
    await call.drop()
    await (call.button("Hang up").click() if by == "button" else call.page.keyboard.press(by))
    assert (await microphone(call))["readyState"] == "ended"
    await call.page.wait_for_function("streamer.told.at(-1) === false")
    await says(call, f"{LOST} You hung up and your microphone is off.")
    await expect(call.button("Connect")).to_be_disabled()
    await expect(call.button("Stay")).to_be_hidden()
    # A run that knows nothing of it yet can't start the microphone again.
    await call.page.evaluate("streamer.tell(true, { more: 1 })")
    await call.page.wait_for_function("streamer.told.length === 3")
    assert not await call.page.evaluate("streamer.told.at(-1)")
    await call.reconnect(LISTENING)
    assert await told(call) == ["hang_up"]
    await call.show(a_view("ended"))
    await expect(call.button("Connect")).to_be_enabled()


async def test_a_key_that_is_let_go_while_parley_is_out_of_reach_is_heard_no_more(
    pushing: PanelHarness,
) -> None:
    assert not await is_heard(pushing)
    await pushing.page.keyboard.down("Space")
    await pushing.show(LISTENING)
    assert await is_heard(pushing)
    await pushing.drop()
    await says(pushing, "The agent may still hear you. Hold to talk, Sound off and Hang up still work.")
    await pushing.page.keyboard.up("Space")
    assert not await is_heard(pushing)
    await pushing.reconnect(LISTENING)
    assert (await told(pushing))[-2:] == ["unmute", "mute"]
    assert not await is_heard(pushing)


async def test_push_to_talk_switched_on_while_parley_is_out_of_reach_mutes_at_once(
    call: PanelHarness,
) -> None:
    await call.drop()
    await call.button("Push to talk").click()
    assert not await is_heard(call)
    await call.button("Push to talk").click()
    assert await is_heard(call)


async def test_stay_is_kept_for_the_end_that_was_announced(call: PanelHarness) -> None:
    first = {"at": 2e9, "reason": "idle"}
    await call.show(a_view("listening", closing=first))
    await call.drop()
    await call.button("Stay").click()
    await expect(call.page.get_by_text("Stay is sent as soon as Parley can be reached.")).to_be_visible()
    await call.reconnect(a_view("listening", closing=first))
    assert await told(call) == ["stay"]
    await call.drop()
    await call.reconnect(a_view("listening", closing={"at": 3e9, "reason": "idle"}))
    assert await told(call) == ["stay"]


async def test_a_panel_mounted_anew_keeps_what_the_person_wants(call: PanelHarness) -> None:
    await call.drop()
    await call.button("Mute").click()
    await call.page.evaluate("harness.unmount()")
    await call.page.evaluate("document.querySelector('#host').remove()")
    await call.page.evaluate(
        "document.body.append(Object.assign(document.createElement('div'), { id: 'host' }))"
    )
    await call.page.evaluate("data => harness.mount(data)", {"path": "/live", "token": "t", "in_call": True})
    await call.reconnect(LISTENING)
    await expect(call.button("Mute")).to_have_attribute("aria-pressed", "true")
    assert not await is_heard(call)
    assert await told(call) == ["mute"]


async def test_a_microphone_that_opens_after_the_person_muted_is_silent_from_the_start(
    browser: Browser,
) -> None:
    async with open_panel(browser) as panel:
        await begin(panel)
        await panel.button("Mute").click()
        await panel.page.evaluate("streamer.start()")
        assert not await is_heard(panel)


async def test_a_microphone_that_opens_after_the_person_hung_up_is_closed_again(call: PanelHarness) -> None:
    await call.page.evaluate(
        """() => {
            const open = streamer.frame.MediaDevices.prototype.getUserMedia;
            callOpened = new Promise((resolve) => {
                parleyCallAudio.openDevice = async (asked) => {
                    await new Promise((go) => (letOpen = go));
                    const stream = await open.call(streamer.frame.navigator.mediaDevices, asked);
                    setTimeout(() => resolve(stream.getAudioTracks()[0]));
                    return stream;
                };
            });
            streamer.start();
        }"""
    )
    await call.drop()
    await call.button("Hang up").click()
    left = "async () => { letOpen(); return [(await callOpened).readyState, streamer.peer.signalingState]; }"
    assert await call.page.evaluate(left) == ["ended", "closed"]


async def test_an_unplugged_microphone_gives_way_to_the_default_one_as_mute_stands(
    call: PanelHarness,
) -> None:
    await call.button("Mute").click()
    before = (await microphone(call))["label"]
    for _ in range(2):
        await call.page.evaluate("streamer.unplug()")
        await call.page.wait_for_function(
            "label => streamer.microphone.readyState === 'live' && streamer.microphone.label === label",
            arg=before,
        )
        await says(call, f"{before} was disconnected. This call now uses the default microphone.")
        assert not await is_heard(call)
    await call.button("Mute").click()
    assert await is_heard(call)
    assert await told(call) == ["mute", "unmute"]


@pytest.mark.parametrize("problem", ["NotFoundError", "NotReadableError", "NotAllowedError"])
async def test_a_call_whose_only_microphone_is_unplugged_ends_with_the_reason(
    call: PanelHarness, problem: str
) -> None:
    refusing = "name => parleyCallAudio.openDevice = async () => { throw new DOMException('', name); }"
    await call.page.evaluate(refusing, problem)
    await call.page.evaluate("streamer.unplug()")
    await call.page.wait_for_function("harness.sent.length === 2")
    assert (await call.commands())[0] == {"do": "microphone_lost", "reason": problem}
    assert (await told(call))[1] == "hang_up"
    await says(call, "was disconnected, and no other microphone could be used.")


async def test_a_call_that_can_t_be_asked_for_is_not_begun_later(browser: Browser) -> None:
    async with open_panel(browser) as panel:
        await panel.show(a_view("idle"))
        asking = "new Promise((go) => (allow = () => go(new MediaStream())))"
        await panel.page.evaluate(f"navigator.mediaDevices.getUserMedia = () => {asking}; null")
        await panel.button("Connect").click()
        await panel.drop()
        await panel.page.evaluate("harness.sockets.at(-1).readyState = WebSocket.CLOSED; allow()")
        await says(panel, "The call was not started: Parley could not be reached. Connect again.")
        await panel.reconnect(a_view("idle"))
        await expect(panel.button("Connect")).to_be_enabled()
        assert await panel.commands() == []


async def test_a_call_begins_only_once_streamlit_is_reached_again(browser: Browser) -> None:
    async with open_panel(browser, clock_s=NOW_S) as panel:
        await panel.show(a_view("idle"))
        await panel.page.evaluate("document.body.dataset.testConnectionState = 'PINGING_SERVER'")
        await panel.page.clock.run_for(200)
        await expect(panel.button("Connect")).to_be_disabled()
        await says(panel, "This page is still reconnecting. Calls can begin in a moment.")
        await panel.page.evaluate("document.body.dataset.testConnectionState = 'CONNECTED'")
        await panel.page.clock.run_for(200)
        await expect(panel.button("Connect")).to_be_enabled()


async def test_a_run_that_did_not_come_is_asked_for_again(browser: Browser) -> None:
    async with open_panel(browser, clock_s=NOW_S) as panel:
        await panel.show(LISTENING)
        await panel.page.evaluate("document.body.dataset.testConnectionState = 'PINGING_SERVER'")
        await panel.page.clock.run_for(9_000)
        assert len(await panel.triggers()) == 1
        await panel.page.evaluate("document.body.dataset.testConnectionState = 'CONNECTED'")
        await panel.page.clock.run_for(200)
        assert [value["inCall"] for _, value in await panel.triggers()] == [True, True]
        await panel.redraw(in_call=True)
        await panel.page.clock.run_for(9_000)
        assert len(await panel.triggers()) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_being_out_of_reach_has_no_grave_fault_of_accessibility(browser: Browser, scheme: str) -> None:
    async with open_panel(browser, scheme=scheme, reduced_motion="reduce") as panel:
        await begin(panel)
        await panel.drop()
        for name in ("Mute", "Sound off", "Hang up"):
            assert await grave_faults(panel.page) == [], name
            await panel.button(name).click()
        assert await grave_faults(panel.page) == []
