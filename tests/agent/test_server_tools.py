"""Tool calls: their events, their answers, their time limits, and being held."""

import json

import pytest

from tests.agent.conftest import UNPACED, StartAgent
from tests.agent.test_server_turns import utterance
from tests.support.agent_client import AgentClient, Event, agent_client
from tests.support.agent_server import ScriptedBrain, TurnableClock
from voice.agent.brain import CallTool, Conversation, Say
from voice.agent.quirks import Quirks
from voice.agent.server import AgentOptions

pytestmark = pytest.mark.virtual_time

TOOL = {"type": "function", "name": "weather", "description": "Weather of a place."}
OTHER = {"type": "function", "name": "clock"}


def script(conversation: Conversation) -> list[Say | CallTool]:
    """Call the tools named in the instructions; speak results; name errors."""
    if conversation.instructions:
        return [CallTool(name, {"place": "Rome"}) for name in conversation.instructions.split()]
    results = [m for m in conversation.messages if m.role == "tool"]
    if results:
        return [Say(" ".join("It failed." if m.is_error else f"{m.text}." for m in results))]
    return [Say("Nothing to tell.")]


async def called(client: AgentClient, tools: str = "weather") -> list[Event]:
    """Have these tools called; returns their calls once the pre-amble is done."""
    await client.send("reply.create", instructions=tools)
    await client.expect("reply.done")
    return client.of("tool.call")


async def answer(client: AgentClient, call: Event, result: str, *, is_error: bool = False) -> None:
    await client.send("tool.result", call_id=call["call_id"], result=result, is_error=is_error)


async def test_a_tool_turn_is_a_silent_preamble_then_the_answer(start_agent: StartAgent) -> None:
    brain = ScriptedBrain(script)
    async with agent_client(start_agent(brain=brain)) as client:
        await client.start(tools=[TOOL])
        (call,) = await called(client)
        assert (call["name"], call["arguments"]) == ("weather", {"place": "Rome"})
        assert "args" not in call
        assert call["call_id"].startswith("chatcmpl-tool-")
        assert "transcript.agent" not in client.kinds()
        preamble = client.of("reply.started")[0]["reply_id"]
        assert not any(client.reply_bytes(preamble))
        await answer(client, call, "Sunny")
        assert (await client.expect("transcript.agent"))["text"] == "Sunny."
    result = brain.asked[-1].messages[-1]
    assert (result.tool_name, result.call_id, result.is_error) == ("weather", call["call_id"], False)
    assert brain.asked[0].tools[0].name == "weather"


async def test_the_answer_waits_for_the_last_of_several_results(start_agent: StartAgent) -> None:
    async with agent_client(start_agent(brain=ScriptedBrain(script))) as client:
        await client.start(tools=[TOOL, OTHER])
        first, second = await called(client, "weather clock")
        await answer(client, second, "Noon")
        await client.send("conversation.message", role="user", content="still here")
        await client.send("session.update", session={"output": {"volume": 50}})
        await client.expect("session.updated")
        assert len(client.of("reply.started")) == 1
        await answer(client, first, "Sunny")
        assert (await client.expect("transcript.agent"))["text"] == "Sunny. Noon."


async def test_an_early_result_ends_the_hold(start_agent: StartAgent) -> None:
    # The hold is longer than the client waits for anything.
    options = AgentOptions(quirks=Quirks(tool_hold_ms=60_000))
    async with agent_client(start_agent(options, ScriptedBrain(script))) as client:
        await client.start(tools=[TOOL])
        await client.send("reply.create", instructions="weather")
        await answer(client, await client.expect("tool.call"), "Early")
        await client.expect("reply.done")
        assert (await client.expect("transcript.agent"))["text"] == "Early."


async def test_a_result_for_no_call_or_twice_is_refused(start_agent: StartAgent) -> None:
    async with agent_client(start_agent(brain=ScriptedBrain(script))) as client:
        await client.start(tools=[TOOL])
        await client.send("tool.result", call_id="made-up", result="x")
        assert (await client.expect("session.error"))["param"] == "call_id"
        (call,) = await called(client)
        await answer(client, call, "Once")
        await answer(client, call, "Twice")
        assert (await client.expect("session.error"))["param"] == "call_id"
        assert (await client.expect("transcript.agent"))["text"] == "Once."


async def test_a_result_must_be_text(start_agent: StartAgent) -> None:
    async with agent_client(start_agent(brain=ScriptedBrain(script))) as client:
        await client.start(tools=[TOOL])
        (call,) = await called(client)
        await client.send("tool.result", call_id=call["call_id"], result={"sky": "blue"})
        assert (await client.expect("session.error"))["code"] == "invalid_format"
        await answer(client, call, json.dumps({"sky": "blue"}))
        await client.expect("transcript.agent")


async def test_errors_reach_the_brain_as_errors(start_agent: StartAgent) -> None:
    async with agent_client(start_agent(brain=ScriptedBrain(script))) as client:
        await client.start(tools=[TOOL])
        (call,) = await called(client)
        await answer(client, call, "broken", is_error=True)
        assert (await client.expect("transcript.agent"))["text"] == "It failed."


async def test_a_tool_that_never_answers_is_given_up(start_agent: StartAgent) -> None:
    clock = TurnableClock()
    options = AgentOptions(clock=clock, quirks=UNPACED)
    async with agent_client(start_agent(options, ScriptedBrain(script))) as client:
        await client.start(tools=[TOOL | {"timeout_seconds": 5}])
        (call,) = await called(client)
        clock.advance(5.1)
        assert (await client.expect("transcript.agent"))["text"] == "It failed."
        await answer(client, call, "too late")
        await client.send("session.update", session={})
        await client.expect("session.updated")
        assert client.of("session.error") == []


async def test_results_for_an_interrupted_reply_are_dropped(start_agent: StartAgent) -> None:
    options = AgentOptions(quirks=Quirks(tool_hold_ms=60_000))
    brain = ScriptedBrain(script)
    async with agent_client(start_agent(options, brain)) as client:
        await client.start(tools=[TOOL])
        await client.send("reply.create", instructions="weather")
        call = await client.expect("tool.call")
        await client.send("reply.cancel", reply_id=client.of("reply.started")[0]["reply_id"])
        assert (await client.expect("reply.done"))["status"] == "interrupted"
        await answer(client, call, "late")
        await client.send("reply.create")
        assert (await client.expect("reply.done"))["status"] == "completed"
        assert client.of("session.error") == []
    assert all(m.role != "tool" for m in brain.asked[-1].messages)


async def test_while_held_the_agent_keeps_quiet_and_catches_up_after(start_agent: StartAgent) -> None:
    brain = ScriptedBrain(script)
    async with agent_client(start_agent(brain=brain)) as client:
        await client.start(tools=[TOOL | {"execution_mode": "hold"}])
        (call,) = await called(client)
        await client.feed(utterance("goforward"))
        await client.expect("input.speech.stopped")
        assert "transcript.user" not in client.kinds()
        await answer(client, call, "Sunny")
        assert "forward" in (await client.expect("transcript.user"))["text"].lower()
        assert (await client.expect("transcript.agent"))["text"] == "Sunny."
        assert "transcript.user.delta" not in client.kinds()
        assert len(client.of("reply.started")) == 2
