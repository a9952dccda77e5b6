"""A sample call against a scripted agent: the recorded person's sound takes the microphone's way."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError
from av import CodecContext, Packet
from av.audio.codeccontext import AudioCodecContext

from tests.call.test_call import PATCH
from tests.support.fake_browser import tone
from tests.support.scripted_agent import ScriptedAgent, Stage, scripted_agent
from voice.call import sample_call, sample_person
from voice.call.call import Call
from voice.call.endpoint import Endpoint
from voice.call.sample_person import Line
from voice.conversation.view import CallView
from voice.tools import ToolRunner
from voice.tools.context import ToolContext

pytestmark = pytest.mark.virtual_time

SPOKEN = np.concatenate(list(tone(20)))
LOUD = 1_000


async def polite(agent: ScriptedAgent) -> None:
    await agent.get_ready()
    await agent.end_politely()


class SampleCall:
    """A sample call that runs, with its views."""

    def __init__(self, stage: Stage) -> None:
        self.views: list[CallView] = []

        async def find() -> Endpoint:
            return Endpoint(stage.url, "ws://agent.test")

        loop = asyncio.get_running_loop()
        self.call = Call(
            PATCH,
            find_agent=find,
            on_view=self.views.append,
            loop=loop,
            tools=ToolRunner((), ToolContext()),
            sample=True,
        )
        self.running = asyncio.create_task(self.call.run())

    async def listen_in(self) -> list[Packet]:  # type: ignore[type-arg]
        """What the browser is sent until the call is over."""
        packets = []
        with contextlib.suppress(MediaStreamError):
            while True:
                packets.append(await self.call.track.recv())
        return packets


@pytest.fixture
async def agent(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(sample_call, "sample_lines", lambda: [Line(SPOKEN)])
    for patience in ("GREETING_PATIENCE_S", "PATIENCE_S", "PAUSE_S"):
        monkeypatch.setattr(sample_person, patience, 0.1)
    async with asyncio.timeout(30), scripted_agent(polite) as stage:
        yield stage


async def test_the_agent_hears_the_person_and_the_call_ends_by_itself(agent: Stage) -> None:
    sample = SampleCall(agent)
    sample.call.media_playing()
    await sample.running
    (heard,) = (connection.of_type("input.audio") for connection in agent.agents)
    sound = np.concatenate([np.frombuffer(base64.b64decode(m["audio"]), "<i2") for m in heard])
    assert np.max(np.abs(sound)) > LOUD
    assert agent.agents[0].of_type("session.end")
    assert sample.call.view.state == "ended"
    assert all(view.sample for view in sample.views)


async def test_who_watches_hears_the_person_too_and_it_does_not_count_as_the_agents(agent: Stage) -> None:
    sample = SampleCall(agent)
    listening = asyncio.create_task(sample.listen_in())
    sample.call.media_playing()
    await sample.running
    assert loudest(await listening) > LOUD
    assert sample.call.playout is None
    assert [turn for view in sample.views for turn in view.turns if turn.speaker == "agent"] == []


async def test_the_person_waits_until_the_browser_plays(agent: Stage) -> None:
    sample = SampleCall(agent)
    async with agent.connected:
        await agent.connected.wait_for(lambda: bool(agent.agents))
    await agent.agents[0].expect("session.update")
    assert sample.call.view.state == "connecting"
    assert not agent.agents[0].of_type("input.audio")
    sample.call.media_playing()
    await agent.agents[0].expect("input.audio")
    await sample.running


def loudest(packets: list[Packet]) -> int:  # type: ignore[type-arg]
    """The largest sample of Opus packets."""
    decoder = CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    frames = [frame for packet in packets for frame in decoder.decode(packet)]
    return max(int(np.max(np.abs(frame.to_ndarray()))) for frame in frames)
