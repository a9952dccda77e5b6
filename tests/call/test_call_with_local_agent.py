"""A call without a browser, against the real local agent: recorded speech in, words and an answer out."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.call.test_call import Watched
from tests.support.agent_server import running_agent
from tests.support.fake_browser import FRAME_SAMPLES, fake_browser
from tests.support.speech import WORDS, read_clip, word_error_rate
from voice.agent.brain import RulesBrain
from voice.agent.models import Models, load_models
from voice.agent.server import AgentOptions


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
    with running_agent(models, RulesBrain(), AgentOptions()) as url:
        async with asyncio.timeout(60):
            watched = Watched(url)
            async with fake_browser(watched.call, speech_after(greeted, read_clip("goforward"))):
                await watched.until(lambda view: view.state == "speaking")
                await watched.until_now(lambda view: view.state == "listening")
                greeted.set()
                view = await watched.until(lambda view: len(view.turns) == 3 and view.turns[2].settled)
                growing = [
                    v.turns[1].text for v in watched.views if len(v.turns) == 2 and not v.turns[1].settled
                ]
                watched.call.hang_up()
                await watched.running
    greeting, spoken, answer = view.turns
    assert (greeting.speaker, greeting.text) == ("agent", "Hello.")
    assert spoken.speaker == "user"
    assert word_error_rate(WORDS["goforward"], spoken.text) <= 0.25
    assert len(set(filter(None, growing))) >= 2, "the words did not grow while they were spoken"
    assert answer.speaker == "agent"
    assert "ten meters" in answer.text.lower()
    assert watched.call.view.state == "ended"
