"""A computer for which speech recognition does not exist."""

import pytest

from tests.support.agent_client import agent_client, clip, health
from tests.support.agent_server import ScriptedBrain, running_agent
from voice.agent import models as models_module
from voice.agent.models import load_models
from voice.agent.recognizer import RecognitionUnavailable
from voice.agent.server import AgentOptions

pytestmark = pytest.mark.virtual_time


async def test_the_agent_says_that_it_cannot_hear_and_still_talks(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unavailable() -> None:
        raise RecognitionUnavailable("I cannot hear on this computer.")

    monkeypatch.setattr(models_module, "shared_recognizer", unavailable)
    deaf = load_models()
    assert "I cannot hear on this computer." in caplog.text
    async with running_agent(deaf, ScriptedBrain(), AgentOptions()) as url:
        async with agent_client(url) as client:
            await client.start(greeting="Hello.")
            assert (await client.expect("transcript.agent"))["text"] == "Hello."
            assert (await client.expect("transcript.agent"))["text"] == "I cannot hear on this computer."
            await client.expect("reply.done")
            await client.feed(clip("goforward")[:20_000])
            await client.send("reply.create")
            assert (await client.expect("transcript.agent"))["text"] == "All right."
        assert not (await health(url))["recognition"]
    deaf.shut_down()
