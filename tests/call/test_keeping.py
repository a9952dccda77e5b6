"""Calls of the switchboard end up in the history, each with its owner."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import AnyUrl

from tests.call.test_switchboard import closed
from tests.history.samples import drained
from tests.support.fake_browser import fake_browser, tone
from tests.support.scripted_agent import ScriptedAgent, scripted_agent
from voice.call.call import Call
from voice.call.line import Line
from voice.call.switchboard import Switchboard
from voice.conversation.view import CallView
from voice.history.database_url import FILE_NAME
from voice.history.following import Follower
from voice.history.keeper import Keeper
from voice.history.records import FullCall
from voice.history.store import Store
from voice.protocol.config import OutputPatch, SessionPatch
from voice.settings import Settings

KEY = "canary-key-0123456789"
PATCH = SessionPatch(system_prompt=f"Never say {KEY}.", output=OutputPatch(voice="alba"))
TONE = base64.b64encode(b"".join(samples[::2].tobytes() for samples in tone(10))).decode()


async def talkative(agent: ScriptedAgent) -> None:
    await agent.get_ready()
    await agent.say("input.speech.started")
    await agent.say("input.speech.stopped")
    await agent.say("transcript.user", item_id="m1", text=f"Is it {KEY}?")
    await agent.say("reply.started", reply_id="r1")
    await agent.say("reply.audio", reply_id="r1", data=TONE)
    await agent.say("transcript.agent", reply_id="r1", text="It is a secret.", interrupted=False)
    await agent.say("reply.done", reply_id="r1", status="completed")
    await agent.end_politely()


@asynccontextmanager
async def kept_switchboard(folder: Path) -> AsyncIterator[tuple[Switchboard, Keeper]]:
    async with asyncio.timeout(30), scripted_agent(talkative) as stage:
        keeper = Keeper(Store("", folder))
        keeper.start()
        settings = Settings.model_validate(
            {"voice_agent_url": AnyUrl(stage.url), "voice_data_dir": folder, "assemblyai_api_key": KEY}
        )
        switchboard = Switchboard(settings, keeper)
        switchboard.start()
        try:
            yield switchboard, keeper
        finally:
            await switchboard.stop()
            await asyncio.to_thread(keeper.stop)


async def talk(line: Line) -> Call:
    """A call in which both have spoken, and which still runs."""
    spoken = asyncio.Event()
    loop = asyncio.get_running_loop()
    states: list[str] = []

    def look(view: CallView) -> None:
        states.append(view.state)
        if view.state == "listening" and "speaking" in states:
            loop.call_soon_threadsafe(spoken.set)

    stop = line.watch(look)
    line.want(PATCH)
    line.name_persona("Keeper of secrets")
    line.connect()
    call = line.call
    assert call is not None
    async with fake_browser(call):
        await spoken.wait()
        stop()
        line.hang_up()
    return call


def only_call(folder: Path, owner: str) -> FullCall:
    store = Store("", folder)
    store.open()
    (row,) = store.list_calls(owner).rows
    full = store.full_call(owner, row.call.id)
    store.close()
    assert full is not None
    return full


async def test_a_call_is_kept_with_all_that_happened_and_without_secrets(tmp_path: Path) -> None:
    async with kept_switchboard(tmp_path) as (switchboard, _):
        await talk(switchboard.new_line("somebody"))
    full = only_call(tmp_path, "somebody")
    call = full.call
    assert (call.how_ended, call.voice, call.persona) == ("hung_up", "alba", "Keeper of secrets")
    assert (call.agent, call.turn_count, call.session_id[:5]) == ("other", 2, "sess_")
    assert [(turn.speaker, turn.text) for turn in full.turns] == [
        ("user", "Is it [redacted]?"),
        ("agent", "It is a secret."),
    ]
    assert call.config == {"system_prompt": "Never say [redacted].", "output.voice": "alba"}
    types = [event.type for event in full.events]
    assert {"session.update", "session.ready", "session.ended"} <= set(types)
    assert KEY not in str(full)
    assert KEY.encode() not in (tmp_path / FILE_NAME).read_bytes()


async def test_the_agent_may_look_up_the_callers_own_past_calls_and_no_others(tmp_path: Path) -> None:
    async with kept_switchboard(tmp_path) as (switchboard, keeper):
        await talk(switchboard.new_line("somebody"))
        await closed(switchboard)
        await asyncio.to_thread(drained, keeper)
        mine, other = switchboard.new_line("somebody"), switchboard.new_line("somebody else")
        found = [await line._tools.run("search_past_calls", {"query": "secrets"}) for line in (mine, other)]
    assert "I said: It is a secret" in found[0].result
    assert "Nothing about that" in found[1].result


async def test_a_damaged_history_is_said_on_the_page_and_the_call_goes_on(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("This is no database. " * 100)
    async with kept_switchboard(tmp_path) as (switchboard, _):
        line = switchboard.new_line()
        await talk(line)
        assert [turn.text for turn in line.view.turns][1] == "It is a secret."
        assert "damaged" in str([notice.sentence for notice in line.view.notices])
        found = await line._tools.run("search_past_calls", {"query": "secrets"})
        assert found.is_error
        assert "damaged" in found.result


async def test_a_fault_in_the_keeping_is_said_and_the_call_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(Follower, "step", break_down)
    async with kept_switchboard(tmp_path) as (switchboard, _):
        line = switchboard.new_line()
        await talk(line)
        assert "The rest of this call is not kept" in str([notice.sentence for notice in line.view.notices])
    assert line.view.state == "ended"
