"""What a recording holds of a call, beside what its transcript says."""

import asyncio
import base64
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import AnyUrl

from tests.audio.recordings import RATE_HZ, read_back
from tests.call.test_call import SECOND_OF_TONE, call_to, polite
from tests.support.fake_browser import FRAME_SAMPLES, fake_browser, tone
from tests.support.scripted_agent import ScriptedAgent, scripted_agent
from voice.audio.levels import level_dbfs
from voice.call.clock import Clock
from voice.call.line import Line
from voice.call.switchboard import Switchboard
from voice.settings import Settings

# What is asked for is 50 ms; a frame of 20 ms each way is the grain of everything here.
ALIGNED_S = 0.05
LOUD = 0.05


def quiet() -> Iterator[NDArray[np.int16]]:
    return repeat(np.zeros(FRAME_SAMPLES, np.int16))


def spoken_when(asked: asyncio.Event, spoken_at: list[float], clock: Clock) -> Iterator[NDArray[np.int16]]:
    """Silence until it is asked for, half a second of a tone, and silence. Notes when the tone begins."""
    for frame in quiet():
        if asked.is_set():
            break
        yield frame
    spoken_at.append(clock())
    yield from tone(25)
    yield from quiet()


def loud_from_to(channel: NDArray[np.float32], begins_s: float = 0.0) -> tuple[float, float]:
    at = np.flatnonzero(np.abs(channel) > LOUD) / RATE_HZ
    at = at[at >= begins_s]
    return float(at.min()), float(at.max())


async def first_loud(agent: ScriptedAgent) -> None:
    async with agent.arrived:
        await agent.arrived.wait_for(lambda: is_loud(agent.received[-1]))


def is_loud(message: dict[str, str]) -> bool:
    if message["type"] != "input.audio":
        return False
    return level_dbfs(np.frombuffer(base64.b64decode(message["audio"]), "<i2").astype(np.int16)) > -30


@pytest.mark.virtual_time
async def test_recording_and_transcript_tell_the_same_times(tmp_path: Path) -> None:
    path = tmp_path / "recordings" / "call.ogg"
    asked = asyncio.Event()
    spoken_at: list[float] = []

    async def attentive(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.say("reply.started", reply_id="resp_1")
        await agent.say("reply.audio", reply_id="resp_1", data=SECOND_OF_TONE)
        await agent.say("transcript.agent", reply_id="resp_1", text="Hello.", interrupted=False)
        await agent.say("reply.done", reply_id="resp_1", status="completed")
        await first_loud(agent)
        await agent.say("input.speech.started")
        await agent.end_politely()

    async with (
        call_to(attentive, record_to=path) as (watched, _),
        fake_browser(watched.call, spoken_when(asked, spoken_at, watched.call._clock)),
    ):
        await watched.until(lambda view: view.state == "speaking")
        await watched.until_now(lambda view: view.state == "listening")
        asked.set()
        await watched.until(lambda view: view.state == "hearing")
        begun_at = watched.call.view.begun_at
        agent, person = watched.call._session.transcript.turns
        watched.call.hang_up()
        await watched.running
    assert begun_at is not None
    left, right = read_back(path)
    agent_from, agent_to = loud_from_to(right)
    person_from, _ = loud_from_to(left)
    assert (agent.speaker, person.speaker) == ("agent", "user")
    assert agent_from == pytest.approx(agent.started_at - begun_at, abs=ALIGNED_S)
    assert person_from == pytest.approx(spoken_at[0] - begun_at, abs=ALIGNED_S)
    # These two moments are told over loops that may be busy, so they may be late and never early.
    assert agent_to <= (agent.ended_at or 0.0) - begun_at + ALIGNED_S
    assert person_from <= person.started_at - begun_at + ALIGNED_S


@pytest.mark.virtual_time
async def test_what_a_barge_in_cut_is_not_in_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "call.ogg"
    heard = asyncio.Event()

    async def interrupted(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.say("reply.started", reply_id="resp_1")
        for _ in range(5):
            await agent.say("reply.audio", reply_id="resp_1", data=SECOND_OF_TONE)
        await heard.wait()
        await agent.say("input.speech.started")
        await agent.expect("input.audio", 100)
        await agent.end_politely()

    async with call_to(interrupted, record_to=path) as (watched, stage), fake_browser(watched.call, quiet()):
        await watched.until(lambda view: view.state == "speaking")
        heard.set()
        await stage.agents[0].expect("input.audio", 100)
        watched.call.hang_up()
        await watched.running
    _, right = read_back(path)
    agent_from, agent_to = loud_from_to(right)
    assert agent_to - agent_from < 1.0


@pytest.mark.parametrize(
    ("asked", "allowed", "recorded"), [(True, True, 1), (False, True, 0), (True, False, 0)]
)
async def test_a_call_is_recorded_when_it_is_asked_for_and_allowed(
    tmp_path: Path, asked: bool, allowed: bool, recorded: int
) -> None:
    async with asyncio.timeout(30), scripted_agent(polite) as stage:
        switchboard = Switchboard(
            Settings(voice_agent_url=AnyUrl(stage.url), voice_data_dir=tmp_path, voice_record=allowed)
        )
        switchboard.start()
        try:
            line = Line(switchboard)
            line.record(asked)
            line.connect()
            assert line.call is not None
            async with fake_browser(line.call):
                while not stage.agents:
                    async with stage.connected:
                        await stage.connected.wait()
                await stage.agents[0].expect("input.audio", 50)
        finally:
            await switchboard.stop()
    assert len(recordings_in(tmp_path)) == recorded


def recordings_in(data_dir: Path) -> list[Path]:
    return list(data_dir.glob("recordings/*.ogg"))


@pytest.mark.virtual_time
async def test_a_folder_nobody_may_write_in_is_told_and_the_call_goes_on(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file in the way")
    path = tmp_path / "recordings" / "call.ogg"
    async with call_to(polite, record_to=path) as (watched, stage), fake_browser(watched.call):
        view = await watched.until(lambda view: bool(view.notices))
        before = len(stage.agents[0].of_type("input.audio"))
        await stage.agents[0].expect("input.audio", before + 10)
        assert not watched.call.over
    (notice,) = view.notices
    assert notice.sentence == "This call is no longer recorded: File exists."
    assert "goes on" in notice.next_step
