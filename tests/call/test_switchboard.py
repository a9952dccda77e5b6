"""All lines of a process: who gets a call, where it goes, and how everything ends."""

import asyncio
import gc
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from pydantic import AnyUrl

from tests.support.scripted_agent import ScriptedAgent, Stage, scripted_agent
from voice.call.endpoint import Endpoint
from voice.call.line import Line
from voice.call.local_agent import LocalAgent
from voice.call.switchboard import Switchboard
from voice.conversation.view import CallView
from voice.protocol.config import OutputPatch, SessionPatch
from voice.settings import Settings

PATCH = SessionPatch(system_prompt="Be brief.", greeting="Hello.", output=OutputPatch(voice="alba"))
SILENT_URL = "ws://127.0.0.1:9/v1/ws"


def settings(url: str | None, max_calls: int = 8) -> Settings:
    return Settings(
        assemblyai_api_key=None,
        voice_agent_url=AnyUrl(url) if url else None,
        voice_max_calls=max_calls,
    )


async def polite(agent: ScriptedAgent) -> None:
    await agent.get_ready()
    await agent.end_politely()


@asynccontextmanager
async def switchboard_to(url: str | None, max_calls: int = 8) -> AsyncIterator[Switchboard]:
    opened = Switchboard(settings(url, max_calls))
    opened.start()
    try:
        async with asyncio.timeout(10):
            yield opened
    finally:
        await opened.stop()


@asynccontextmanager
async def scripted_switchboard(max_calls: int = 8) -> AsyncIterator[tuple[Switchboard, Stage]]:
    async with scripted_agent(polite) as stage, switchboard_to(stage.url, max_calls) as opened:
        yield opened, stage


async def until(line: Line, seen: Callable[[CallView], bool]) -> CallView:
    """Wait until the newest view of a line is like this."""
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def tell(_view: CallView) -> None:
        loop.call_soon_threadsafe(changed.set)

    stop = line.watch(tell)
    try:
        while not seen(line.view):
            await changed.wait()
            changed.clear()
    finally:
        stop()
    return line.view


def in_session(view: CallView) -> bool:
    return view.session_id is not None


async def closed(switchboard: Switchboard) -> None:
    """Wait until every call has closed its socket."""

    async def wait() -> None:
        await asyncio.gather(*switchboard._running)

    await asyncio.wrap_future(switchboard._loop.submit(wait()))


async def test_what_was_wanted_before_the_call_is_in_its_first_message() -> None:
    async with scripted_switchboard() as (switchboard, stage):
        line = switchboard.new_line()
        line.want(SessionPatch(system_prompt="Be long.", output=OutputPatch(voice="vera")))
        line.want(PATCH)
        line.connect()
        await until(line, in_session)
        (agent,) = stage.agents
        (update,) = agent.of_type("session.update")
    assert update["session"] == {
        "system_prompt": "Be brief.",
        "greeting": "Hello.",
        "output": {"voice": "alba"},
    }


async def test_connecting_twice_opens_one_socket() -> None:
    async with scripted_switchboard() as (switchboard, stage):
        line = switchboard.new_line()
        line.connect()
        line.connect()
        await until(line, in_session)
        assert len(stage.agents) == 1


async def test_two_lines_have_a_call_each() -> None:
    async with scripted_switchboard() as (switchboard, stage):
        first, second = switchboard.new_line(), switchboard.new_line()
        first.connect()
        second.connect()
        await until(first, in_session)
        await until(second, in_session)
        assert len(stage.agents) == 2
        first.hang_up()
        await until(first, lambda view: view.state == "ended")
        assert second.call is not None


async def test_one_call_too_many_is_refused_in_a_sentence_and_the_others_go_on() -> None:
    async with scripted_switchboard(max_calls=1) as (switchboard, stage):
        first, second = switchboard.new_line(), switchboard.new_line()
        first.connect()
        await until(first, in_session)
        second.connect()
        assert second.view.state == "error"
        assert second.view.failure is not None
        assert second.view.failure.sentence == "All 1 lines are busy."
        assert "VOICE_MAX_CALLS" in second.view.failure.next_step
        assert first.call is not None
        assert len(stage.agents) == 1


async def test_calls_that_come_in_a_burst_are_counted_before_any_of_them_runs() -> None:
    async with scripted_switchboard(max_calls=1) as (switchboard, _):
        go_on = threading.Event()
        switchboard._loop.loop.call_soon_threadsafe(go_on.wait, 10)
        lines = [switchboard.new_line() for _ in range(3)]
        for line in lines:
            line.connect()
        go_on.set()
        assert [line.view.state == "error" for line in lines] == [False, True, True]


async def test_a_finished_call_frees_its_place() -> None:
    async with scripted_switchboard(max_calls=1) as (switchboard, stage):
        first, second = switchboard.new_line(), switchboard.new_line()
        first.connect()
        await until(first, in_session)
        first.hang_up()
        await until(first, lambda view: view.state == "ended")
        await closed(switchboard)
        second.connect()
        await until(second, in_session)
        assert len(stage.agents) == 2


async def test_a_failed_call_frees_its_place_too() -> None:
    async with switchboard_to(SILENT_URL, max_calls=1) as switchboard:
        line = switchboard.new_line()
        for _ in range(2):
            line.connect()
            await closed(switchboard)
            assert line.view.failure is not None
            assert "can't be reached" in line.view.failure.sentence


async def test_a_line_is_found_by_its_token_only() -> None:
    async with switchboard_to(SILENT_URL) as switchboard:
        line = switchboard.new_line()
        assert switchboard.find_line(line.token) is line
        assert switchboard.find_line("") is None
        assert switchboard.find_line(line.token[:-1]) is None


async def test_a_line_that_nobody_holds_is_forgotten() -> None:
    async with switchboard_to(SILENT_URL) as switchboard:
        line = switchboard.new_line()
        token = line.token
        del line
        gc.collect()
        assert switchboard.find_line(token) is None


async def test_a_line_in_a_call_is_kept_until_the_call_is_over() -> None:
    async with scripted_switchboard() as (switchboard, stage):
        line = switchboard.new_line()
        token = line.token
        line.connect()
        await until(line, in_session)
        del line
        gc.collect()
        kept = switchboard.find_line(token)
        assert kept is not None
        kept.hang_up()
        await stage.agents[0].expect("session.end")


async def test_stopping_ends_every_session_politely_and_leaves_no_thread() -> None:
    async with scripted_agent(polite) as stage:
        async with switchboard_to(stage.url) as switchboard:
            lines = [switchboard.new_line() for _ in range(3)]
            for line in lines:
                line.connect()
            for line in lines:
                await until(line, in_session)
        ends = [agent.received[-1] for agent in stage.agents]
    assert ends == [{"type": "session.end"}] * 3
    assert [line.view.state for line in lines] == ["ended"] * 3
    assert "calls" not in [thread.name for thread in threading.enumerate()]


async def test_stopping_without_calls_leaves_no_thread() -> None:
    async with switchboard_to(SILENT_URL):
        assert "calls" in [thread.name for thread in threading.enumerate()]
    assert "calls" not in [thread.name for thread in threading.enumerate()]


async def test_with_neither_key_nor_address_calls_go_to_the_local_agent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with scripted_agent(polite) as stage:
        stand_in = f"import sys; print('listening {stage.url}', flush=True); sys.stdin.read()"
        monkeypatch.setattr("voice.call.local_agent._COMMAND", (sys.executable, "-c", stand_in))
        async with switchboard_to(None) as switchboard:
            assert switchboard.uses_local_agent
            line = switchboard.new_line()
            line.connect()
            await until(line, in_session)
        assert stage.authorizations == [None]


async def test_with_an_address_there_is_no_local_agent() -> None:
    async with switchboard_to(SILENT_URL) as switchboard:
        assert not switchboard.uses_local_agent


@pytest.mark.parametrize("recorded", [True, False])
async def test_only_the_local_agent_is_told_that_a_call_is_not_recorded(
    recorded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endpoint(_self: LocalAgent) -> Endpoint:
        return Endpoint(SILENT_URL, SILENT_URL)

    monkeypatch.setattr(LocalAgent, "endpoint", endpoint)
    found = []
    for url in (None, SILENT_URL):
        switchboard = Switchboard(settings(url))
        found.append((await switchboard._find_agent(recorded=recorded)).url)
        switchboard._loop.loop.close()
    assert found == [SILENT_URL if recorded else f"{SILENT_URL}?record=false", SILENT_URL]
