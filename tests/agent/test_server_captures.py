"""The local agent beside captures of the service: the same events, order, fields and words."""

from typing import Any

import numpy as np
import pytest

from tests.agent.conftest import StartAgent
from tests.agent.test_server_tools import answer
from tests.protocol.replay import captured_events
from tests.support.agent_client import AgentClient, Event, agent_client, clip, silence
from tests.support.agent_server import ScriptedBrain
from voice.agent.brain import CallTool, Conversation, Say

pytestmark = pytest.mark.virtual_time

TOOL = {"type": "function", "name": "weather"}
LONG = "It is sunny and twenty four degrees, with a light breeze from the north, and so it stays all day."
# How much sound and how many words there are depends on what is said.
VARYING = ("reply.audio", "transcript.agent.delta", "transcript.user.delta")


def order(events: list[Event]) -> list[str]:
    return [event["type"] for event in events if event["type"] not in VARYING]


def fields(events: list[Event]) -> dict[str, set[str]]:
    """The keys of each type of event, those of a configuration included."""
    found: dict[str, set[str]] = {}
    for event in events:
        names = set(event)
        for side in ("config", "config.input", "config.output"):
            part: Any = event
            for name in side.split("."):
                part = part.get(name) or {}
            names |= {f"{side}.{name}" for name in part}
        found.setdefault(event["type"], names)
    return found


def script(conversation: Conversation) -> list[Say | CallTool]:
    """Look the weather up, tell it, and say goodbye to whatever comes next."""
    if any(message.role == "tool" for message in conversation.messages):
        told = any(message.role == "agent" and "sunny" in message.text for message in conversation.messages)
        return [Say("You're welcome!" if told else LONG)]
    return [CallTool("weather", {"city": "Lisbon"})]


async def test_a_whole_call_runs_as_a_captured_one(start_agent: StartAgent) -> None:
    theirs = captured_events("call")
    async with agent_client(start_agent(brain=ScriptedBrain(script))) as client:
        await client.start(greeting="Hello, how can I help?", system_prompt="Be brief.", tools=[TOOL])
        await client.expect("reply.done")
        await client.talk(np.concatenate([clip("goforward"), silence(2800)]))
        call = await client.expect("tool.call")
        await client.expect("reply.done")
        await answer(client, call, "Sunny")
        await client.until_spoken("sunny")
        await client.talk(np.concatenate([clip("cards_005"), silence(2800)]))
        await client.until(lambda event: event.get("text") == "You're welcome!")
        await client.expect("reply.done")
        await client.send("session.end")
        await client.expect("session.ended")
        assert await client.closed() == 1000
    assert order(client.events) == order(theirs)
    assert fields(client.events) == fields(theirs)


TURNS = {"input": {"turn_detection": {"min_silence": 700, "max_silence": 700}}}
# What to send, on a fresh connection or in a session, and what the service was seen to answer.
PROVOKED = [
    (False, {"type": "session.update", "session": {"agent_id": "agent_1"}}, "agent_not_found", "agent_id"),
    (
        False,
        {"type": "session.update", "session": {"agent_id": "agent_1", "greeting": "Hi."}},
        "invalid_value",
        "agent_id",
    ),
    (False, {"type": "session.update", "session": {"llm": [{}]}}, "invalid_value", "llm"),
    (
        False,
        {"type": "session.update", "session": TURNS},
        "invalid_value",
        "input.turn_detection.min_silence",
    ),
    (
        False,
        {"type": "session.update", "session": {"tools": [TOOL | {"parameters": {"properties": []}}]}},
        "invalid_value",
        "tools[0].parameters.properties",
    ),
    (
        False,
        {"type": "session.update", "session": {"input": {"format": "pcm"}}},
        "invalid_value",
        "format",
    ),
    (True, {"type": "session.update", "session": {"agent_id": "agent_1"}}, "agent_id_not_first", "agent_id"),
    (
        True,
        {"type": "session.update", "session": {"output": {"voice": "eve"}}},
        "immutable_field",
        "output.voice",
    ),
    (True, {"type": "input.audio", "audio": "AA=A"}, "invalid_audio", None),
    (True, {"type": "input.audio"}, "invalid_format", None),
    (True, {"type": "x"}, "invalid_format", None),
]


async def provoked(client: AgentClient, message: dict[str, Any], *, in_session: bool) -> Event:
    if in_session:
        await client.start()
    await client.send(**{"kind": message.pop("type"), **message})
    return await client.expect("session.error")


@pytest.mark.parametrize(("in_session", "message", "code", "param"), PROVOKED)
async def test_a_refusal_has_the_services_words(
    agent_url: str, in_session: bool, message: dict[str, Any], code: str, param: str | None
) -> None:
    async with agent_client(agent_url) as client:
        ours = await provoked(client, dict(message), in_session=in_session)
    assert (ours["code"], ours.get("param")) == (code, param)
    words = {theirs["message"]: set(theirs) for theirs in captured_events("errors") if theirs["code"] == code}
    assert ours["message"] in words
    assert set(ours) == words[ours["message"]]
