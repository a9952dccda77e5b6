"""A call without a browser, against the real local agent: recorded speech in, words and an answer out."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.call.test_call import Watched
from tests.support.agent_server import running_agent
from tests.support.breakable_wire import breakable_wire
from tests.support.fake_browser import FRAME_SAMPLES, fake_browser
from tests.support.speech import WORDS, read_clip, word_error_rate
from voice.agent.brain import RulesBrain
from voice.agent.models import Models, load_models
from voice.agent.quirks import Quirks
from voice.agent.server import AgentOptions
from voice.protocol.config import OutputPatch, SessionPatch

pytestmark = pytest.mark.virtual_time


@pytest.fixture(scope="module")
def models() -> Iterator[Models]:
    loaded = load_models()
    yield loaded
    loaded.shut_down()


def speech_after(ready: asyncio.Event, clip: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    """Silence until `ready`, then the clip, then silence."""
    silence = np.zeros(FRAME_SAMPLES, np.int16)
    while not ready.is_set():
        yield silence
    whole = len(clip) // FRAME_SAMPLES * FRAME_SAMPLES
    yield from clip[:whole].reshape(-1, FRAME_SAMPLES)
    while True:
        yield silence


async def test_a_spoken_sentence_is_understood_and_answered(models: Models) -> None:
    greeted = asyncio.Event()
    async with running_agent(models, RulesBrain(), AgentOptions()) as url, asyncio.timeout(60):
        watched = Watched(url)
        async with fake_browser(watched.call, speech_after(greeted, read_clip("goforward"))):
            await watched.until(lambda view: view.state == "speaking")
            await watched.until_now(lambda view: view.state == "listening")
            greeted.set()
            view = await watched.until(lambda view: len(view.turns) == 3 and view.turns[2].settled)
            growing = [v.turns[1].text for v in watched.views if len(v.turns) == 2 and not v.turns[1].settled]
            watched.call.hang_up()
            await watched.running
    greeting, spoken, answer = view.turns
    assert (greeting.speaker, greeting.text) == ("agent", "Hello.")
    assert spoken.speaker == "user"
    assert word_error_rate(WORDS["goforward"], spoken.text) <= 0.25
    assert len(set(filter(None, growing))) >= 2, "the words did not grow while they were spoken"
    assert answer.speaker == "agent"
    assert "go forward ten" in answer.text.lower()
    assert watched.call.view.state == "ended"


async def asked(watched: Watched, text: str) -> str:
    """Type `text`; gives the agent's answer once it has been heard."""
    before = len(watched.call.view.turns)
    watched.call.say(text)
    view = await watched.until_now(
        lambda view: len(view.turns) == before + 2 and view.turns[-1].settled and view.state == "listening"
    )
    typed, answer = view.turns[-2:]
    assert (typed.speaker, typed.text, typed.typed) == ("user", text, True)
    assert answer.speaker == "agent"
    return answer.text


async def test_a_typed_question_is_answered_once_and_remembered(models: Models) -> None:
    async with running_agent(models, RulesBrain(), AgentOptions()) as url, asyncio.timeout(60):
        watched = Watched(url)
        async with fake_browser(watched.call, speech_after(asyncio.Event(), read_clip("goforward"))):
            await watched.until(lambda view: view.state == "speaking")
            await watched.until_now(lambda view: view.state == "listening")
            assert await asked(watched, "what is two plus two") == "2 plus 2 is 4."
            assert "Ada" in await asked(watched, "my name is Ada")
            assert "Ada" in await asked(watched, "what is my name?")
            watched.call.hang_up()
            await watched.running


async def test_a_broken_socket_is_replaced_and_the_conversation_goes_on(models: Models) -> None:
    back = asyncio.Event()
    async with (
        running_agent(models, RulesBrain(), AgentOptions()) as url,
        asyncio.timeout(60),
        breakable_wire(url) as wire,
    ):
        watched = Watched(wire.url)
        async with fake_browser(watched.call, speech_after(back, read_clip("goforward"))):
            await watched.until(lambda view: view.state == "speaking")
            await watched.until_now(lambda view: view.state == "listening")
            await asked(watched, "my name is Ada")
            wire.cut()
            await watched.until(lambda view: view.state == "reconnecting")
            await watched.until_now(lambda view: view.state == "listening")
            assert "Ada" in await asked(watched, "what is my name?")
            back.set()
            view = await watched.until_now(lambda view: len(view.turns) == 7 and view.turns[6].settled)
            watched.call.hang_up()
            await watched.running
    assert wire.connections == 2
    assert word_error_rate(WORDS["goforward"], view.turns[5].text) <= 0.25
    assert watched.call.view.failure is None


# As the service was seen to refuse each resume.
FORGETFUL = AgentOptions(quirks=Quirks(resume_window_s=-1.0))
KEYED = AgentOptions(api_keys=("canary-key",))


@pytest.mark.parametrize(
    ("options", "connections", "told"),
    [
        (KEYED, 2, "Reconnected. The agent heard nothing for"),
        (FORGETFUL, 4, "Reconnected in a new session that continues the conversation."),
    ],
    ids=["resumed by its token", "in a new session"],
)
async def test_a_broken_socket_costs_no_word_of_the_conversation(
    models: Models, options: AgentOptions, connections: int, told: str
) -> None:
    async with (
        running_agent(models, RulesBrain(), options) as url,
        asyncio.timeout(60),
        breakable_wire(url) as wire,
    ):
        watched = Watched(wire.url)
        async with fake_browser(watched.call, speech_after(asyncio.Event(), read_clip("goforward"))):
            await watched.until(lambda view: view.state == "speaking")
            await watched.until_now(lambda view: view.state == "listening")
            await asked(watched, "my name is Ada")
            first = watched.call.view.session_id
            wire.cut()
            await watched.until(lambda view: view.state == "reconnecting")
            view = await watched.until_now(lambda view: view.state == "listening")
            assert view.notices[-1].sentence.startswith(told)
            assert (view.session_id == first) is (options is KEYED)
            assert "Ada" in await asked(watched, "what is my name?")
            assert [turn.text for turn in watched.call.view.turns].count("Hello.") == 1
            watched.call.hang_up()
            await watched.running
    assert wire.connections == connections
    assert watched.call.view.failure is None


async def test_a_restarted_session_knows_what_was_said_and_does_not_greet_again(models: Models) -> None:
    async with running_agent(models, RulesBrain(), AgentOptions()) as url, asyncio.timeout(60):
        watched = Watched(url)
        async with fake_browser(watched.call, speech_after(asyncio.Event(), read_clip("goforward"))):
            await watched.until(lambda view: view.state == "speaking")
            await watched.until_now(lambda view: view.state == "listening")
            await asked(watched, "my name is Ada")
            first = watched.call.view.session_id
            watched.call.want(
                SessionPatch(system_prompt="Be brief.", greeting="Ahoy.", output=OutputPatch(voice="eve"))
            )
            watched.call.restart()
            view = await watched.until_now(
                lambda view: view.state == "listening" and view.session_id not in (None, first)
            )
            assert {status.status for status in view.settings.values()} == {"applied"}
            assert "Ada" in await asked(watched, "what is my name?")
            assert [turn.text for turn in watched.call.view.turns].count("Ahoy.") == 0
            watched.call.hang_up()
            await watched.running
