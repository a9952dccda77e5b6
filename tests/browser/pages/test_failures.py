"""What a person gets when something is wrong, and what must never reach the browser."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.support.dashboard import Dashboard
from tests.support.scripted_agent import KEY, ScriptedAgent, Stage, polite
from tests.support.shared_tab import SharedTab
from tests.support.talk_page import TIMEOUT_MS, TalkPage, talk_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = (
    '<img src="http://tracker.invalid/x.png" onerror="document.title=1"> **bold** '
    "![image](http://tracker.invalid/y.png) <script>document.title=2</script> [link](javascript:alert(1))"
)


async def failure_of(page: TalkPage) -> str:
    """Click Connect, and give what the page says when that has failed."""
    await page.button("Connect").click()
    await page.wait_for_state("error")
    return await page.page.get_by_role("alert").inner_text()


async def test_a_refused_key_is_explained_and_shown_nowhere(
    scripted_page: TalkPage, stage: Stage, scripted_dashboard: Dashboard
) -> None:
    async def refusing(agent: ScriptedAgent) -> None:
        await agent.say("session.error", code="unauthorized", message="Authentication failed")
        await agent.socket.close(1008)

    stage.perform(refusing)
    assert "refused the key in ASSEMBLYAI_API_KEY" in await failure_of(scripted_page)
    assert stage.authorizations == [f"Bearer {KEY}"]
    assert scripted_page.traffic
    assert not any(KEY in message for message in scripted_page.traffic)
    assert KEY not in await scripted_page.page.content()
    assert not any(KEY in url for url in scripted_page.requests)
    assert KEY not in scripted_dashboard.log.read_text()


async def test_hanging_up_lets_go_of_the_microphone_though_the_agent_confirms_nothing(
    scripted_page: TalkPage, stage: Stage
) -> None:
    async def deaf(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.socket.wait_closed()

    stage.perform(deaf)
    await scripted_page.connect()
    await scripted_page.hang_up()
    streamer = await scripted_page.streamer()
    await streamer.wait_for_function(
        "parley.connections.at(-1).signalingState === 'closed'", timeout=TIMEOUT_MS
    )


async def test_text_of_either_speaker_is_shown_as_typed_and_fetches_nothing(
    scripted_page: TalkPage, stage: Stage
) -> None:
    async def hostile(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.say("input.speech.started")
        await agent.say("transcript.user", item_id="msg_1", text=HOSTILE)
        await agent.say("reply.started", reply_id="resp_1", item_id="msg_2")
        await agent.say(
            "transcript.agent", reply_id="resp_1", item_id="msg_2", text=HOSTILE, interrupted=False
        )
        await agent.say("reply.done", reply_id="resp_1", status="completed")
        await agent.end_politely()

    stage.perform(hostile)
    await scripted_page.connect()
    await scripted_page.wait_for_turns(1, "user")
    await scripted_page.wait_for_turns(1, "agent")
    assert [turn.text for turn in await scripted_page.turns()] == [HOSTILE, HOSTILE]
    assert "tracker.invalid" not in " ".join(scripted_page.requests)
    assert await scripted_page.page.title() not in ("1", "2")
    await scripted_page.hang_up()


async def test_a_lost_connection_is_said_and_the_transcript_stays(
    scripted_page: TalkPage, stage: Stage
) -> None:
    async def dropping(agent: ScriptedAgent) -> None:
        await agent.expect_any()
        if agent.of_type("session.resume"):
            await agent.say("session.error", code="session_not_found", message="Session not found")
            await agent.socket.close(1008)
            return
        await agent.get_ready()
        await agent.say("transcript.user", item_id="msg_1", text="can you hear me")
        await agent.expect("input.audio", 20)
        agent.socket.transport.abort()

    stage.perform(dropping)
    assert "connection" in (await failure_of(scripted_page)).lower()
    assert [turn.text for turn in await scripted_page.turns()] == ["can you hear me"]


async def test_a_call_can_be_given_up_while_it_connects(scripted_page: TalkPage, stage: Stage) -> None:
    async def slow(agent: ScriptedAgent) -> None:
        await agent.expect("session.update")
        await agent.end_politely()

    stage.perform(slow)
    await scripted_page.button("Connect").click()
    await scripted_page.hang_up()
    async with asyncio.timeout(15):
        await stage.agents[0].expect("session.end")
    await expect(scripted_page.button("Connect")).to_be_enabled()


async def test_a_page_that_is_neither_https_nor_localhost_says_how_to_open_it(
    browser: Browser, dashboard: Dashboard
) -> None:
    async with talk_page(browser, dashboard.url.replace("localhost", "parley.test")) as page:
        await page.button("Connect").click()
        await page.wait_for_state("error", timeout_ms=2_000)
        said = await page.page.get_by_role("alert").inner_text()
    assert "only to pages on https or localhost" in said
    assert "http://localhost:8501" in said


async def test_media_that_finds_no_way_points_to_a_turn_server(page: TalkPage) -> None:
    await page.evaluate_streamer("parley.relayOnly = true")
    said = await failure_of(page)
    await page.evaluate_streamer("parley.relayOnly = false")
    assert "a TURN server is needed" in said
    assert "VOICE_ICE_SERVERS" in said


async def test_an_agent_that_is_not_there_is_named(scripted_page: TalkPage, stage: Stage) -> None:
    await stage.close()
    try:
        said = await failure_of(scripted_page)
    finally:
        await stage.open()
    assert stage.url in said
    assert "the call did not start" in said


async def test_a_voice_the_agent_does_not_know_updates_the_picker(
    scripted_page: TalkPage, stage: Stage
) -> None:
    async def refusing(agent: ScriptedAgent) -> None:
        await agent.expect("session.update")
        voices = "Invalid voice 'alba'. Must be one of: nova, stella"
        await agent.say("session.error", code="invalid_value", message=voices, param="output.voice")
        await agent.socket.close(1008)

    stage.perform(refusing)
    voice = scripted_page.page.get_by_label("Voice")
    await expect(voice).not_to_have_value("nova")
    said = await failure_of(scripted_page)
    assert "alba" in said
    assert "nova, stella" in said
    await expect(voice).to_have_value("nova")
    settings = scripted_page.page.locator("[data-setting]")
    await expect(settings).to_have_count(1)
    await expect(settings).to_have_attribute("data-status", "refused")


async def test_a_closed_tab_ends_its_session_politely(
    scripted_page: TalkPage, scripted_tab: SharedTab, stage: Stage
) -> None:
    stage.perform(polite)
    await scripted_page.button("Connect").click()
    agent = await stage.streamed_to()
    # The next test gets a fresh tab, which knows nothing of the voices of the one before.
    await scripted_tab.drop()
    async with asyncio.timeout(15):
        await agent.expect("session.end")
