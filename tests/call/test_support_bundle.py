"""The support bundle: complete, and without any secret wherever one was planted."""

import asyncio
import json
from typing import Any

from tests.support.fake_browser import fake_browser
from tests.support.fake_call import FakeSwitchboard
from tests.support.scripted_agent import ScriptedAgent, Stage, scripted_agent
from voice.call.line import Line
from voice.call.redaction import REDACTED
from voice.call.support_bundle import support_bundle
from voice.call.switchboard import Switchboard
from voice.protocol.config import SessionPatch
from voice.settings import Settings

KEY = "canary-key-0123456789"
TURN = "canary-turn/+credential"
LLM_KEY = "canary-llm-key"
PASSWORD = "canary-url-password"  # noqa: S105 - a canary
RESUME = "canary-resume-token"
NOW = 1_800_000_000.0


def settings_for(stage: Stage | None = None) -> Settings:
    address = f"{stage.url}?password={PASSWORD}" if stage else "wss://agent.test/v1"
    return Settings.model_validate(
        {
            "assemblyai_api_key": KEY,
            "voice_agent_url": address,
            "voice_llm_api_key": LLM_KEY,
            "voice_ice_servers": [{"urls": "turn:turn.test", "username": "me", "credential": TURN}],
        }
    )


def bundle_of(line: Line, settings: Settings) -> dict[str, Any]:
    return dict(json.loads(support_bundle(line, settings, browser="Firefox/1", now=NOW)))


async def careless(agent: ScriptedAgent) -> None:
    """Repeats every secret it can get hold of."""
    (update,) = await agent.expect("session.update")
    await agent.say("session.updated", config=update["session"])
    await agent.say("session.ready", session_id="sess_1", config=update["session"], resume_token=RESUME)
    for text in (KEY, TURN, LLM_KEY, PASSWORD, RESUME):
        await agent.say("transcript.user", item_id=f"msg_{text}", text=f"my secret is {text}")
    await agent.say("reply.started", reply_id=KEY)
    for part in (KEY[:9], KEY[9:]):
        await agent.say("transcript.agent.delta", reply_id=KEY, item_id="msg_2", delta=part)
    await agent.say("transcript.agent", reply_id=KEY, item_id="msg_2", text=f"It is {KEY}")
    await agent.say("session.error", code="oops", message=f"Bearer {KEY} failed, token {RESUME}")
    # Parley quotes 300 characters of it, and so only the head of the key.
    await agent.say("session.error", code="oops", message="x" * 288 + KEY)
    await agent.say(f"weather.{LLM_KEY}", note=[{TURN: {"Authorization": "anything"}}])
    await agent.say_text(f"no JSON: {KEY}")
    await agent.end_politely()


async def test_secrets_planted_everywhere_are_in_no_bundle_and_in_no_event() -> None:
    async with asyncio.timeout(30), scripted_agent(careless) as stage:
        settings = settings_for(stage)
        switchboard = Switchboard(settings)
        switchboard.start()
        line = switchboard.new_line()
        told = asyncio.Event()
        loop = asyncio.get_running_loop()

        def watch(view: object) -> None:
            if line.view.ignored >= 2:
                loop.call_soon_threadsafe(told.set)

        line.watch(watch)
        line.want(SessionPatch(system_prompt=f"My key is {KEY}, TURN {TURN}.", greeting=LLM_KEY))
        line.connect()
        call = line.call
        assert call is not None
        async with fake_browser(call):
            await told.wait()
            await switchboard.stop()
        bundle = bundle_of(line, settings)
        assert line.log is not None
        events = line.log.changes().entries
    assert "canary" not in json.dumps(bundle)
    assert not any("canary" in entry.json + entry.summary + entry.type for entry in events)
    # The bundle is of this call all the same.
    said = " ".join(turn["text"] for turn in bundle["view"]["turns"])
    assert f"my secret is {REDACTED}" in said
    assert bundle["wanted"]["system_prompt"] == f"My key is {REDACTED}, TURN {REDACTED}."
    types = [entry["type"] for entry in bundle["events"]["entries"]]
    assert {"session.update", "session.ready", "transcript.user", "session.error", "hang up"} <= set(types)
    assert bundle["agent"].startswith("ws://127.0.0.1:")


def test_the_bundle_says_versions_settings_and_figures_without_a_call() -> None:
    line = Line(FakeSwitchboard())
    line.want(SessionPatch(greeting="Hello."))
    bundle = bundle_of(line, settings_for())
    assert bundle["versions"]["browser"] == "Firefox/1"
    assert bundle["versions"]["libraries"]["streamlit"][0].isdigit()
    assert bundle["made_at"] == "2027-01-15T08:00:00+00:00"
    assert bundle["settings"]["ASSEMBLYAI_API_KEY"] == "set"
    assert bundle["settings"]["VOICE_MAX_CALLS"] == "default"
    assert set(bundle["settings"].values()) == {"set", "default"}
    assert bundle["wanted"] == {"greeting": "Hello."}
    assert bundle["view"]["state"] == "idle"
    assert set(bundle["figures"]) >= {"latency", "network"}
    assert bundle["events"] is None


def test_the_token_of_the_page_is_not_in_it() -> None:
    line = Line(FakeSwitchboard())
    assert line.token not in json.dumps(bundle_of(line, settings_for()))
