"""Typed text and the record of an earlier session, as the dashboard sends them."""

import pytest

from tests.agent.conftest import UNPACED, StartAgent
from tests.support.agent_client import agent_client
from tests.support.agent_server import ScriptedBrain
from voice.agent.quirks import Quirks
from voice.agent.server import AgentOptions
from voice.protocol.earlier import earlier_part, with_earlier
from voice.protocol.typed_text import instructions_for

pytestmark = pytest.mark.virtual_time


@pytest.mark.parametrize("inject", [True, False])
async def test_a_typed_text_is_a_turn_of_the_person_and_heard_once(
    start_agent: StartAgent, inject: bool
) -> None:
    brain = ScriptedBrain()
    url = start_agent(AgentOptions(quirks=Quirks(inject_messages=inject)), brain)
    async with agent_client(url) as client:
        await client.start()
        await client.send("conversation.message", role="user", content="hello")
        await client.send("reply.create", instructions=instructions_for("hello"))
        await client.expect("reply.done")
    (conversation,) = brain.asked
    assert [(message.role, message.text) for message in conversation.messages] == [("user", "hello")]
    assert conversation.instructions is None


async def test_the_record_of_an_earlier_session_is_known_as_talk_and_not_as_prompt(
    start_agent: StartAgent,
) -> None:
    brain = ScriptedBrain()
    url = start_agent(AgentOptions(quirks=UNPACED), brain)
    prompt = with_earlier("Be kind.", earlier_part([("user", "I am Ada."), ("agent", "Hello Ada.")]))
    async with agent_client(url) as client:
        ready = await client.start(system_prompt=prompt)
        assert ready["config"]["system_prompt"] == prompt
        await client.send("reply.create", instructions=instructions_for("who am I"))
        await client.expect("reply.done")
    (conversation,) = brain.asked
    assert conversation.system_prompt == "Be kind."
    assert [(message.role, message.text) for message in conversation.messages] == [
        ("user", "I am Ada."),
        ("agent", "Hello Ada."),
        ("user", "who am I"),
    ]
