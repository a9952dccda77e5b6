"""What a person gets when something is wrong, and what must never reach the browser."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support.dashboard import Dashboard, run_dashboard
from tests.support.scripted_agent import ScriptedAgent, Stage, scripted_agent
from tests.support.talk_page import TalkPage, talk_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

CANARY = "canary-0123456789abcdef-key"
HOSTILE = (
    '<img src="http://tracker.invalid/x.png" onerror="document.title=1"> **bold** '
    "![image](http://tracker.invalid/y.png) <script>document.title=2</script> [link](javascript:alert(1))"
)

Script = Callable[[ScriptedAgent], Awaitable[None]]


@asynccontextmanager
async def page_on(
    script: Script, browser: Browser, folder: Path
) -> AsyncIterator[tuple[TalkPage, Stage, Dashboard]]:
    """A page whose calls go to a scripted agent, with a key."""
    async with scripted_agent(script) as stage:
        settings = {"VOICE_AGENT_URL": stage.url, "ASSEMBLYAI_API_KEY": CANARY}
        async with run_dashboard(folder, settings) as dashboard, talk_page(browser, dashboard.url) as page:
            yield page, stage, dashboard


async def alert_of(page: TalkPage) -> str:
    await page.wait_for_state("error")
    return await page.page.get_by_role("alert").inner_text()


async def test_a_refused_key_is_explained_and_shown_nowhere(browser: Browser, tmp_path: Path) -> None:
    async def refusing(agent: ScriptedAgent) -> None:
        await agent.say("session.error", code="unauthorized", message="Authentication failed")
        await agent.socket.close(1008)

    async with page_on(refusing, browser, tmp_path) as (page, stage, dashboard):
        await page.button("Connect").click()
        assert "AssemblyAI refused the key in ASSEMBLYAI_API_KEY" in await alert_of(page)
        assert stage.authorizations == [f"Bearer {CANARY}"]
        assert page.traffic
        assert not any(CANARY in message for message in page.traffic)
        assert CANARY not in await page.page.content()
        assert not any(CANARY in url for url in page.requests)
        log = dashboard.log
    assert CANARY not in log.read_text()


async def test_text_of_either_speaker_is_shown_as_typed_and_fetches_nothing(
    browser: Browser, tmp_path: Path
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

    async with page_on(hostile, browser, tmp_path) as (page, _, _):
        await page.button("Connect").click()
        await page.wait_for_turns(1, "user")
        await page.wait_for_turns(1, "agent")
        assert [turn.text for turn in await page.turns()] == [HOSTILE, HOSTILE]
        assert "tracker.invalid" not in " ".join(page.requests)
        assert await page.page.title() not in ("1", "2")
        await page.hang_up()


async def test_a_voice_the_agent_does_not_know_updates_the_picker(browser: Browser, tmp_path: Path) -> None:
    async def refusing(agent: ScriptedAgent) -> None:
        await agent.expect("session.update")
        voices = "Invalid voice 'alba'. Must be one of: nova, stella"
        await agent.say("session.error", code="invalid_value", message=voices, param="output.voice")
        await agent.socket.close(1008)

    async with page_on(refusing, browser, tmp_path) as (page, _, _):
        await page.button("Connect").click()
        said = await alert_of(page)
        assert "alba" in said
        assert "nova, stella" in said
        await expect(page.page.get_by_label("Voice")).to_have_value("nova")


async def test_a_lost_connection_is_said_and_the_transcript_stays(browser: Browser, tmp_path: Path) -> None:
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

    async with page_on(dropping, browser, tmp_path) as (page, _, _):
        await page.button("Connect").click()
        assert "connection" in (await alert_of(page)).lower()
        assert [turn.text for turn in await page.turns()] == ["can you hear me"]


async def test_a_closed_tab_ends_its_session_politely(browser: Browser, tmp_path: Path) -> None:
    async def polite(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.end_politely()

    async with page_on(polite, browser, tmp_path) as (page, stage, _):
        await page.button("Connect").click()
        await stage_ready(stage)
        await page.page.close()
        async with asyncio.timeout(15):
            await stage.agents[0].expect("session.end")


async def test_sigterm_ends_every_session_politely_and_the_process_soon(
    browser: Browser, tmp_path: Path
) -> None:
    async def polite(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.end_politely()

    async with page_on(polite, browser, tmp_path) as (page, stage, dashboard):
        await page.button("Connect").click()
        await stage_ready(stage)
        dashboard.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            await stage.agents[0].expect("session.end")
            assert await dashboard.process.wait() in (0, -signal.SIGTERM)


async def test_a_call_can_be_given_up_while_it_connects(browser: Browser, tmp_path: Path) -> None:
    async def slow(agent: ScriptedAgent) -> None:
        await agent.expect("session.update")
        await agent.end_politely()

    async with page_on(slow, browser, tmp_path) as (page, stage, _):
        await page.button("Connect").click()
        await page.hang_up()
        async with asyncio.timeout(15):
            await stage.agents[0].expect("session.end")
        await expect(page.button("Connect")).to_be_enabled()


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
    await page.button("Connect").click()
    await page.wait_for_state("error")
    said = await page.page.get_by_role("alert").inner_text()
    assert "a TURN server is needed" in said
    assert "VOICE_ICE_SERVERS" in said


async def test_an_agent_that_is_not_there_is_named(browser: Browser, tmp_path: Path) -> None:
    async with (
        run_dashboard(tmp_path, {"VOICE_AGENT_URL": "ws://127.0.0.1:9/v1/ws"}) as dashboard,
        talk_page(browser, dashboard.url) as page,
    ):
        await page.button("Connect").click()
        said = await alert_of(page)
    assert "ws://127.0.0.1:9/v1/ws" in said
    assert "the call did not start" in said


async def stage_ready(stage: Stage) -> None:
    """Wait until the one connection streams audio."""
    async with asyncio.timeout(20), stage.connected:
        await stage.connected.wait_for(lambda: bool(stage.agents))
    async with asyncio.timeout(20):
        await stage.agents[0].expect("input.audio", 10)
