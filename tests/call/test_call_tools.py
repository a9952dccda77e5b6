"""A call that runs the tools its agent asks for: off the loop, answered over the socket, shown as cards."""

import asyncio
import json
import threading

from tests.call.test_call import call_to
from tests.support.fake_browser import fake_browser
from tests.support.scripted_agent import ScriptedAgent
from voice.protocol.config import SessionPatch
from voice.tools import Tool

_release = threading.Event()


def add(a: int, b: int) -> dict[str, int]:
    """Add two numbers."""
    return {"sum": a + b}


def hang() -> None:
    """Hang until the test is over."""
    _release.wait(30)


ADD, HANG = Tool(add, "Add", ":material/add:"), Tool(hang, "Hang", ":material/block:")
PATCH = SessionPatch(tools=(ADD.schema, HANG.schema))


async def ask(agent: ScriptedAgent, *calls: tuple[str, str, object]) -> None:
    """A silent reply that calls tools."""
    await agent.say("reply.started", reply_id="resp_1", item_id="fc_1")
    for call_id, name, arguments in calls:
        await agent.say("tool.call", call_id=call_id, name=name, arguments=arguments)
    await agent.say("reply.done", reply_id="resp_1", status="completed")


async def test_a_tool_is_run_its_result_sent_and_its_card_shown() -> None:
    async def script(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await ask(agent, ("c1", "add", {"a": 2, "b": 3}), ("c2", "add", {"a": "two"}), ("c3", "gone", [1]))
        await agent.end_politely()

    async with call_to(script, PATCH, [ADD, HANG]) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: [t.settled for t in view.turns] == [True] * 3)
        results = {r["call_id"]: r for r in await stage.agents[0].expect("tool.result", 3)}
    assert results["c1"] == {"type": "tool.result", "call_id": "c1", "result": '{"sum": 5}'}
    assert results["c2"]["is_error"]
    assert json.loads(results["c2"]["result"]) == {"error": "add needs the argument 'b'."}
    assert results["c3"]["is_error"]
    shown = [(turn.tool.name, turn.tool.status) for turn in watched.call.view.turns if turn.tool]
    assert shown == [("add", "done"), ("add", "failed"), ("gone", "failed")]


async def test_a_tool_that_hangs_holds_up_neither_another_tool_nor_the_end_of_the_call() -> None:
    async def script(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await ask(agent, ("c1", "hang", {}), ("c2", "add", {"a": 2, "b": 3}))
        await agent.end_politely()

    try:
        async with call_to(script, PATCH, [ADD, HANG]) as (watched, stage), fake_browser(watched.call):
            await watched.until(lambda view: [t.settled for t in view.turns] == [False, True])
            results = await stage.agents[0].expect("tool.result")
            assert [result["call_id"] for result in results] == ["c2"]
            watched.call.hang_up()
            await watched.running
    finally:
        _release.set()
    shown = [(turn.tool.name, turn.tool.status) for turn in watched.call.view.turns if turn.tool]
    assert shown == [("hang", "dropped"), ("add", "done")]
    assert watched.call.view.failure is None


async def test_a_tool_switched_off_in_the_call_is_told_to_the_agent_and_refused_from_then_on() -> None:
    switched_off = asyncio.Event()

    async def script(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.expect("session.update", 2)
        switched_off.set()
        await agent.say("session.updated", config={})
        await ask(agent, ("c1", "add", {"a": 2, "b": 3}))
        await agent.end_politely()

    async with call_to(script, PATCH, [ADD, HANG]) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")
        watched.call.want(SessionPatch(tools=(HANG.schema,)))
        await switched_off.wait()
        first, second = stage.agents[0].of_type("session.update")
        assert [tool["name"] for tool in first["session"]["tools"]] == ["add", "hang"]
        assert [tool["name"] for tool in second["session"]["tools"]] == ["hang"]
        (result,) = await stage.agents[0].expect("tool.result")
        await watched.until_now(lambda view: view.settings["tools"].status == "applied")
    assert result["is_error"]
    assert "switched off" in result["result"]


async def test_switching_the_last_tool_off_sends_an_empty_list() -> None:
    async def script(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.end_politely()

    async with call_to(script, PATCH, [ADD, HANG]) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")
        watched.call.want(SessionPatch(tools=()))
        _, second = await stage.agents[0].expect("session.update", 2)
    assert second["session"] == {"tools": []}
