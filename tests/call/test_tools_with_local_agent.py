"""The shipped tools in a call to the real local agent: asked, run, and spoken with their result."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.call.test_call import Watched
from tests.support.agent_server import running_agent
from tests.support.fake_browser import fake_browser, tone
from voice.agent.brain import RulesBrain
from voice.agent.models import Models, load_models
from voice.agent.quirks import Quirks
from voice.agent.server import AgentOptions
from voice.conversation.transcript import TurnView
from voice.protocol.config import SessionPatch
from voice.tools import catalogue, schemas

PATCH = SessionPatch(tools=schemas([tool.name for tool in catalogue()]))


@pytest.fixture(scope="module")
def models() -> Iterator[Models]:
    loaded = load_models()
    yield loaded
    loaded.shut_down()


async def ask(watched: Watched, text: str) -> tuple[TurnView, TurnView]:
    """Type a question; returns the tool's card and the answer that follows it."""
    asked = len(watched.call.view.turns)
    watched.call.say(text)
    view = await watched.until_now(
        lambda view: (
            len(view.turns) == asked + 3
            and all(turn.settled for turn in view.turns)
            and view.state == "listening"
        )
    )
    question, card, answer = view.turns[asked:]
    assert (question.text, question.typed) == (text, True)
    assert (card.speaker, answer.speaker) == ("tool", "agent")
    return card, answer


async def test_questions_lead_to_tools_and_answers_use_their_results(models: Models) -> None:
    options = AgentOptions(quirks=Quirks(tool_hold_ms=50))
    async with running_agent(models, RulesBrain(), options) as url, asyncio.timeout(120):
        watched = Watched(url, PATCH, catalogue())
        async with fake_browser(watched.call, (samples * 0 for samples in tone())):
            await watched.until(lambda view: view.state == "listening")
            time, told = await ask(watched, "What time is it in Tokyo?")
            times, product = await ask(watched, "What is 12 times 7?")
            miles, distance = await ask(watched, "Convert ten miles to kilometres.")
            note, noted = await ask(watched, "Make a note to buy milk.")
            notes, read_out = await ask(watched, "What are my notes?")
            watched.call.hang_up()
            await watched.running
    assert time.tool is not None
    assert (time.tool.name, time.tool.arguments) == ("current_time", '{"place": "Tokyo"}')
    assert time.tool.status == "done"
    assert "In Tokyo it is" in time.tool.result
    assert told.text.startswith("In Tokyo it is ")
    assert times.tool is not None
    assert (times.tool.arguments, times.tool.status) == ('{"expression": "12 * 7"}', "done")
    assert "84" in product.text
    assert miles.tool is not None
    assert miles.tool.name == "convert_units"
    assert "16.0934" in distance.text
    assert note.tool is not None
    assert note.tool.arguments == '{"text": "buy milk"}'
    assert noted.text == "Noted: buy milk."
    assert notes.tool is not None
    assert notes.tool.name == "list_notes"
    assert "buy milk" in read_out.text
