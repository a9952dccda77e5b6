"""What the call panel's controls send: buttons, keys, push to talk, typing, and the choice of microphone."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.panel_harness import PanelHarness, a_view, open_panel

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Two microphones, of which a test unplugs one; every question for one is kept.
MICROPHONES = """
    window.asked = [];
    window.plugged = ["desk", "headset"];
    window.permitted = true;
    const listed = () => window.plugged.map((id) => ({
        kind: "audioinput", deviceId: window.permitted ? id : "", label: window.permitted ? `The ${id}` : "",
    }));
    navigator.mediaDevices.enumerateDevices = async () => listed();
    navigator.mediaDevices.getUserMedia = async ({ audio }) => {
        window.asked.push(audio);
        const wanted = audio.deviceId?.exact;
        if (wanted && !window.plugged.includes(wanted)) throw new DOMException("", "OverconstrainedError");
        if (window.refused) throw new DOMException("", window.refused);
        window.permitted = true;
        return new MediaStream();
    };
"""
CHOSEN = """localStorage.setItem("parley.microphone", '{"id": "headset", "label": "The headset"}');"""
PUSH = """localStorage.setItem("parley.push_to_talk", "on");"""
STREAMER = """() => {
    const frame = document.createElement("iframe");
    frame.title = "streamlit_webrtc.streamer";
    document.body.append(frame);
    frame.contentDocument.body.append(frame.contentDocument.createElement("audio"));
    window.opened = [];
    const devices = frame.contentWindow.navigator.mediaDevices;
    devices.getUserMedia = async (constraints) => {
        window.opened.push(constraints);
        if (window.opened.gone && constraints.audio.deviceId?.exact === window.opened.gone) {
            throw new DOMException("", "OverconstrainedError");
        }
        if (window.opened.forbidden) throw new DOMException("", "NotAllowedError");
        return new MediaStream();
    };
}"""
OPEN_IN_STREAMER = """async (constraints) => {
    await frames[0].navigator.mediaDevices.getUserMedia(constraints);
    return window.opened.at(-1);
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def panel(browser: Browser) -> AsyncIterator[PanelHarness]:
    async with open_panel(browser, before=MICROPHONES) as opened:
        await opened.show(a_view("idle"))
        yield opened


async def test_each_button_sends_its_command_and_shows_what_became_of_it(panel: PanelHarness) -> None:
    await panel.button("Connect").click()
    await panel.show(a_view("listening"))
    await panel.button("Mute").click()
    await panel.button("Sound off").click()
    await panel.show(a_view("listening", muted=True, agent_muted=True))
    await expect(panel.page.get_by_text("Your mic is muted")).to_be_visible()
    await expect(panel.page.get_by_text("Agent is muted")).to_be_visible()
    for name in ("Mute", "Sound off"):
        await expect(panel.button(name)).to_have_attribute("aria-pressed", "true")
        await panel.button(name).click()
    await panel.button("Hang up").click()
    told = [command["do"] for command in await panel.commands()]
    assert told == ["connect", "mute", "mute_agent", "unmute", "unmute_agent", "hang_up"]


async def test_mute_and_hang_up_have_shortcuts_in_calls_only(panel: PanelHarness) -> None:
    await panel.page.keyboard.press("Alt+KeyM")
    await panel.page.keyboard.press("Alt+KeyH")
    assert await panel.commands() == []
    await panel.show(a_view("listening"))
    await expect(panel.button("Mute")).to_have_attribute("aria-keyshortcuts", "Alt+M")
    await expect(panel.button("Hang up")).to_have_attribute("aria-keyshortcuts", "Alt+H")
    await panel.page.keyboard.press("Alt+KeyM")
    await panel.page.keyboard.press("Alt+KeyH")
    assert [command["do"] for command in await panel.commands()] == ["mute", "hang_up"]


async def test_a_voice_refused_before_the_call_was_seen_still_has_the_list_of_voices_drawn_anew(
    panel: PanelHarness,
) -> None:
    before = await panel.triggers()
    await panel.show(a_view("error"))
    assert await panel.triggers() == before
    await panel.show(a_view("error", valid_voices=["nova"]))
    (asked,) = (await panel.triggers())[len(before) :]
    assert asked[0] == "call_changed"


async def test_a_second_click_on_connect_is_not_a_hang_up(panel: PanelHarness) -> None:
    await panel.button("Connect").dblclick()
    await expect(panel.button("Connect")).to_be_disabled()
    assert await panel.commands() == [{"do": "connect"}]
    await panel.show(a_view("connecting"))
    await expect(panel.button("Hang up")).to_be_enabled()


async def test_a_view_that_comes_while_the_browser_asks_changes_nothing(panel: PanelHarness) -> None:
    await panel.page.evaluate("navigator.mediaDevices.getUserMedia = () => new Promise(() => {}); null")
    await panel.button("Connect").click()
    await panel.show(a_view("ended"))
    await expect(panel.state).to_contain_text("Connecting: microphone…")
    await expect(panel.button("Connect")).to_be_disabled()


async def test_every_control_can_be_reached_by_the_tab_key(panel: PanelHarness) -> None:
    await panel.show(a_view("listening"))
    await panel.page.get_by_label("Message to the agent").fill("Hello")
    await panel.page.get_by_test_id("call-state").click()
    reached: list[str] = []
    for _ in range(12):
        await panel.page.keyboard.press("Tab")
        focused = "document.activeElement?.shadowRoot?.activeElement"
        reached.append(await panel.page.evaluate(f"{focused}?.className ?? ''"))
        outline = await panel.page.evaluate(f"{focused} ? getComputedStyle({focused}).outlineStyle : 'solid'")
        assert outline == "solid"
    assert {"talk", "mute", "mute-agent", "push", "message", "send"} <= {
        name.split(" ")[0] for name in reached
    }


async def test_held_to_talk_by_pointer_the_person_is_heard_only_while_holding(panel: PanelHarness) -> None:
    await panel.show(a_view("listening"))
    await panel.button("Push to talk").click()
    await panel.show(a_view("listening", muted=True))
    await expect(panel.page.get_by_text("Hold to be heard")).to_be_visible()
    await expect(panel.button("Mute")).to_be_hidden()
    await panel.button("Hold to talk").hover()
    await panel.page.mouse.down()
    await expect(panel.page.get_by_text("Hold to be heard")).to_be_hidden()
    # The pointer leaves the button while it is held.
    await panel.page.mouse.move(5, 5)
    await panel.page.mouse.up()
    assert [command["do"] for command in await panel.commands()] == ["mute", "unmute", "mute"]
    await expect(panel.page.get_by_text("Hold to be heard")).to_be_visible()


async def test_the_space_bar_talks_but_not_where_it_is_typed(browser: Browser) -> None:
    async with open_panel(browser, before=MICROPHONES + PUSH) as panel:
        await panel.show(a_view("listening", muted=True))
        await panel.page.keyboard.down("Space")
        await panel.page.keyboard.down("Space")
        await panel.page.keyboard.up("Space")
        assert [command["do"] for command in await panel.commands()] == ["unmute", "mute"]
        field = panel.page.get_by_label("Message to the agent")
        await field.press("Space")
        assert await field.input_value() == " "
        assert len(await panel.commands()) == 2


async def test_the_space_bar_talks_right_after_connect_and_after_switching_it_on(browser: Browser) -> None:
    async with open_panel(browser, before=MICROPHONES + PUSH) as panel:
        await panel.show(a_view("idle"))
        await panel.button("Connect").click()
        await panel.page.wait_for_function("window.harness.sent.length === 3")
        await panel.show(a_view("listening", muted=True))
        await panel.page.keyboard.press("Space")
        assert [command["do"] for command in await panel.commands()][2:] == ["unmute", "mute"]
        await panel.button("Push to talk").click()
        await panel.button("Push to talk").click()
        await panel.page.keyboard.press("Space")
        assert [command["do"] for command in await panel.commands()][4:] == [
            "unmute",
            "mute",
            "unmute",
            "mute",
        ]


@pytest.mark.parametrize(
    "leaving",
    [
        "window.dispatchEvent(new Event('blur'))",
        "document.dispatchEvent(new Event('visibilitychange'))",
        "window.harness.unmount()",
    ],
)
async def test_leaving_the_page_lets_go_of_the_space_bar(browser: Browser, leaving: str) -> None:
    async with open_panel(browser, before=MICROPHONES + PUSH) as panel:
        await panel.show(a_view("listening", muted=True))
        await panel.page.keyboard.down("Space")
        await panel.page.evaluate(leaving)
        assert [command["do"] for command in await panel.commands()] == ["unmute", "mute"]
        await panel.page.keyboard.up("Space")


async def test_with_push_to_talk_a_call_begins_muted_and_it_is_remembered(browser: Browser) -> None:
    async with open_panel(browser, before=MICROPHONES + PUSH) as panel:
        await panel.show(a_view("idle"))
        await expect(panel.button("Push to talk")).to_have_attribute("aria-pressed", "true")
        await panel.button("Connect").click()
        await expect(panel.button("Connect")).to_be_disabled()
        await panel.page.wait_for_function("window.harness.sent.length === 3")
        assert [command["do"] for command in await panel.commands()] == ["connect", "mute"]
        await panel.show(a_view("listening", muted=True))
        await panel.button("Push to talk").click()
        assert (await panel.commands())[-1] == {"do": "unmute"}


async def test_enter_sends_what_is_typed_and_waiting_messages_are_told(panel: PanelHarness) -> None:
    field = panel.page.get_by_label("Message to the agent")
    await expect(field).to_be_disabled()
    await expect(field).to_have_attribute("placeholder", "Connect to type to the agent")
    await panel.show(a_view("speaking"))
    await field.fill("  What time is it?  ")
    await field.press("Enter")
    assert await panel.commands() == [{"do": "say", "text": "What time is it?"}]
    await expect(field).to_have_value("")
    await panel.show(a_view("speaking", queued_texts=1))
    await expect(panel.page.get_by_text("Your message waits until the agent is free.")).to_be_visible()
    await field.press("Enter")
    assert len(await panel.commands()) == 1


async def test_a_message_that_is_too_long_is_kept_and_the_limit_told(panel: PanelHarness) -> None:
    await panel.show(a_view("listening"))
    field = panel.page.get_by_label("Message to the agent")
    # As the server counts: one emoji is one character.
    await field.fill("😀" * 2_001)
    await expect(panel.page.get_by_text("2001 characters are too many: shorten it to 2000")).to_be_visible()
    await expect(panel.button("Send")).to_be_disabled()
    await field.press("Enter")
    assert await panel.commands() == []
    await field.fill("😀" * 2_000)
    await field.press("Enter")
    assert len(await panel.commands()) == 1


async def test_text_that_cannot_be_sent_stays_with_the_reason(panel: PanelHarness) -> None:
    await panel.show(a_view("connecting"))
    field = panel.page.get_by_label("Message to the agent")
    await field.fill("Hello")
    await field.press("Enter")
    await expect(panel.page.get_by_text("the agent is not connected yet")).to_be_visible()
    await panel.show(a_view("listening"))
    await panel.page.evaluate("window.harness.sockets.at(-1).readyState = 2")
    await field.press("Enter")
    await expect(panel.page.get_by_text("the connection to Parley is lost")).to_be_visible()
    await expect(field).to_have_value("Hello")
    assert await panel.commands() == []


async def test_microphones_are_named_once_allowed_and_the_choice_is_asked_for(browser: Browser) -> None:
    async with open_panel(browser, before=MICROPHONES + "window.permitted = false;") as panel:
        await panel.show(a_view("idle"))
        select = panel.page.get_by_label("Microphone")
        assert await select.locator("option").all_text_contents() == ["Default microphone"]
        await panel.button("Connect").click()
        await panel.show(a_view("ended"))
        named = ["Default microphone", "The desk", "The headset"]
        await expect(select.locator("option")).to_have_text(named)
        await select.select_option("The headset")
        await panel.button("Connect").click()
        await panel.page.wait_for_function("window.asked.length === 2")
        assert await panel.page.evaluate("window.asked") == [True, {"deviceId": {"exact": "headset"}}]


async def test_a_missing_microphone_gives_way_to_the_default_one_and_is_told(browser: Browser) -> None:
    gone = MICROPHONES + CHOSEN + 'window.plugged = ["desk"];'
    async with open_panel(browser, before=gone) as panel:
        await panel.show(a_view("idle"))
        await expect(panel.page.get_by_label("Microphone")).to_have_value("headset")
        await panel.button("Connect").click()
        told = "The headset is not connected. This call uses the default microphone."
        await expect(panel.page.get_by_text(told)).to_be_visible()
        assert await panel.page.evaluate("window.asked") == [{"deviceId": {"exact": "headset"}}, True]
        assert await panel.commands() == [{"do": "connect"}]


async def test_what_is_stored_may_be_anything(browser: Browser) -> None:
    nonsense = """localStorage.setItem("parley.microphone", '{"id": 7}');"""
    async with open_panel(browser, before=MICROPHONES + nonsense) as panel:
        await panel.show(a_view("idle"))
        await expect(panel.page.get_by_label("Microphone")).to_have_value("")


async def test_a_refused_microphone_is_sent_by_its_name(panel: PanelHarness) -> None:
    await panel.page.evaluate("window.refused = 'NotAllowedError'")
    await panel.button("Connect").click()
    await panel.page.wait_for_function("window.harness.sent.length === 2")
    assert await panel.commands() == [{"do": "microphone_failed", "reason": "NotAllowedError"}]


async def test_the_streamer_opens_the_chosen_microphone_and_none_it_remembers(browser: Browser) -> None:
    remembered = {"audio": {"echoCancellation": True, "deviceId": {"exact": "desk"}}, "video": False}
    async with open_panel(browser, before=MICROPHONES) as panel:
        await panel.show(a_view("idle"))
        await panel.page.evaluate(STREAMER)
        for choice, asked in (("headset", {"deviceId": {"exact": "headset"}}), ("", {})):
            await panel.page.get_by_label("Microphone").select_option(choice)
            await panel.button("Connect").click()
            await expect(panel.button("Connect")).to_be_disabled()
            await panel.page.wait_for_function("window.harness.sent.at(-1).do === 'connect'")
            opened = await panel.page.evaluate(OPEN_IN_STREAMER, remembered)
            assert opened == {"audio": {"echoCancellation": True, **asked}, "video": False}
            await panel.show(a_view("ended"))
            await panel.page.evaluate("window.harness.sent = []")


async def test_a_chosen_microphone_that_went_away_before_the_streamer_opened_it_gives_way(
    browser: Browser,
) -> None:
    async with open_panel(browser, before=MICROPHONES + CHOSEN) as panel:
        await panel.show(a_view("idle"))
        await panel.page.evaluate(STREAMER)
        await panel.page.evaluate("window.opened.gone = 'headset'")
        await panel.button("Connect").click()
        await panel.page.wait_for_function("window.harness.sent.at(-1).do === 'connect'")
        opened = await panel.page.evaluate(OPEN_IN_STREAMER, {"audio": {"echoCancellation": True}})
        assert opened == {"audio": {"echoCancellation": True}}
        assert await panel.page.evaluate("window.opened.length") == 2


async def test_a_frame_that_may_not_open_a_microphone_gets_the_pages(browser: Browser) -> None:
    async with open_panel(browser, before=MICROPHONES) as panel:
        await panel.show(a_view("idle"))
        await panel.page.evaluate(STREAMER)
        await panel.page.evaluate("window.opened.forbidden = true")
        await panel.button("Connect").click()
        await panel.page.wait_for_function("window.harness.sent.at(-1).do === 'connect'")
        await panel.page.evaluate(OPEN_IN_STREAMER, {"audio": {"echoCancellation": True}})
        assert await panel.page.evaluate("window.asked") == [True, {"echoCancellation": True}]


async def test_sound_that_the_browser_did_not_start_can_be_started(browser: Browser) -> None:
    async with open_panel(browser, before=MICROPHONES, clock_s=1_000_000.0) as panel:
        await check_that_sound_can_be_started(panel)


async def check_that_sound_can_be_started(panel: PanelHarness) -> None:
    await panel.page.evaluate(STREAMER)
    play = panel.button("Play the agent's sound")
    await panel.show(a_view("speaking"))
    await panel.page.clock.run_for(1_500)
    await expect(play).to_be_hidden()
    await panel.page.clock.run_for(1_000)
    await expect(play).to_be_visible()
    await panel.page.evaluate(
        "const audio = frames[0].document.querySelector('audio');"
        "audio.play = async () => Object.defineProperty(audio, 'paused', { value: false });"
    )
    await play.click()
    await panel.page.clock.run_for(200)
    await expect(play).to_be_hidden()
