"""Sessions with real speech over a real socket, and what is kept of them."""

import asyncio
import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.agent.archive.support import (
    artifact,
    finished,
    hung_up,
    sessions_api,
    since_start,
    timeline_of,
)
from tests.agent.conftest import UNPACED, StartAgent
from tests.agent.test_server_tools import TOOL, answer, called, script
from tests.agent.test_server_turns import utterance
from tests.audio.recordings import RATE_HZ as DECODED_HZ
from tests.audio.recordings import read_back
from tests.support.agent_client import AgentClient, agent_client, clip, silence, until_health
from tests.support.agent_server import ScriptedBrain, TurnableClock
from voice.agent.brain import CallTool, Say
from voice.agent.g711 import encode_ulaw
from voice.agent.line_format import LineFormat
from voice.agent.models import Models
from voice.agent.quirks import Quirks
from voice.agent.reply import Spoken
from voice.agent.server import AgentOptions
from voice.protocol.voices import LocalStyle

pytestmark = pytest.mark.virtual_time

COUNTING = "One two three four five six seven eight nine ten eleven twelve."
# Of a sound in the recording and the timeline's word for it: 10 ms of the measure and 20 ms of a lane.
ALIGNED_MS = 35


def heard_ms(channel: NDArray[np.float32]) -> NDArray[np.int64]:
    """The hundredths of a second that are not silent, as their beginnings in ms."""
    steps = channel[: len(channel) // 480 * 480].reshape(-1, 480)
    found: NDArray[np.int64] = np.flatnonzero(np.abs(steps).max(axis=1) > 0.02) * 10
    return found


async def sound_of(client: AgentClient, url: str) -> tuple[dict[str, float], NDArray[np.float32]]:
    """End the session; how long it was and what its recording says, shape (2, n)."""
    session_id = await hung_up(client)
    async with sessions_api(url) as http:
        session = await finished(http, session_id)
        return session, read_back(io.BytesIO((await artifact(http, session, "audio")).content))


async def test_a_cut_reply_is_told_and_recorded_as_it_was_heard(start_agent: StartAgent) -> None:
    url = start_agent(AgentOptions())
    async with agent_client(url) as client, sessions_api(url) as http:
        await client.start(greeting=COUNTING)
        await client.talk(silence(800))
        await client.talk(utterance("goforward"))
        await client.expect("reply.done")
        session, (left, right) = await sound_of(client, url)
        timeline = await timeline_of(http, str(session["id"]))
    greeting, turn = timeline["turns"]
    assert (greeting["trigger"], greeting["status"]) == ("greeting", "interrupted")
    assert greeting["agent_text"].startswith("One two")
    assert not greeting["agent_text"].endswith("twelve.")
    assert (turn["trigger"], turn["status"], turn["agent_text"]) == ("user_speech", "completed", "All right.")
    assert "forward" in turn["user_transcript"].lower()
    assert turn["item_id"] == client.of("transcript.user")[0]["item_id"]
    assert turn["turn_id"] == client.of("reply.started")[1]["reply_id"]
    assert timeline["ended"]["reason"] == "user_initiated"
    assert "config_changes" not in timeline
    assert "tool_calls" not in turn

    def at_ms(turn: dict[str, Any], moment: str) -> int:
        return since_start(timeline, turn, moment)

    spoken, said = heard_ms(right), heard_ms(left)
    gap = spoken[np.argmax(np.diff(spoken))], spoken[np.argmax(np.diff(spoken)) + 1]
    assert gap[0] <= at_ms(greeting, "interrupted_at_ms") + ALIGNED_MS
    answered_ms = at_ms(turn, "user_speech_ended_at_ms") + turn["time_to_first_audio_ms"]
    assert gap[1] == pytest.approx(answered_ms, abs=ALIGNED_MS)
    assert spoken[0] == pytest.approx(
        at_ms(greeting, "agent_reply_started_at_ms") + greeting["time_to_first_audio_ms"], abs=ALIGNED_MS
    )
    # The detector takes three frames of 32 ms for a beginning, and may find the breath before it.
    assert said[0] == pytest.approx(at_ms(turn, "user_speech_started_at_ms"), abs=200)
    assert said[-1] < at_ms(turn, "user_speech_ended_at_ms")
    assert left.shape == right.shape
    assert len(left) / DECODED_HZ == pytest.approx(session["duration_seconds"], abs=0.1)


async def test_narrow_lines_are_recorded_too(start_agent: StartAgent) -> None:
    url = start_agent(AgentOptions())
    line = {"format": {"encoding": "audio/pcmu", "sample_rate": 8000}}
    async with agent_client(url) as client:
        await client.start(greeting="Hello there.", input=line, output=line)
        await client.expect("reply.audio")
        await client.audio(encode_ulaw(clip("goforward", 8_000)[:8_000]))
        await client.expect("reply.done")
        _, (left, right) = await sound_of(client, url)
    assert len(heard_ms(left)) > 20
    assert len(heard_ms(right)) > 30


async def test_audio_sent_in_a_burst_is_recorded_at_its_pace_up_to_the_cut(start_agent: StartAgent) -> None:
    # A tool's result is waited for, so the reply stays open when all of it was sent.
    quirks = Quirks(burst_audio=True, tool_hold_ms=60_000)
    brain = ScriptedBrain(lambda _conversation: [*[Say(COUNTING)] * 4, CallTool("weather", {})])
    url = start_agent(AgentOptions(quirks=quirks), brain)
    async with agent_client(url) as client, sessions_api(url) as http:
        await client.start(tools=[TOOL])
        await client.send("reply.create")
        await client.expect("tool.call")
        reply_id = client.of("reply.started")[0]["reply_id"]
        await client.talk(silence(1_000))
        sent_ms = len(client.reply_bytes(reply_id)) / 48
        await client.send("reply.cancel", reply_id=reply_id)
        await client.expect("reply.done")
        await client.talk(silence(1_000))
        session, (_, right) = await sound_of(client, url)
        timeline = await timeline_of(http, str(session["id"]))
    (turn,) = timeline["turns"]
    cut_ms = since_start(timeline, turn, "interrupted_at_ms")
    assert since_start(timeline, turn, "agent_reply_started_at_ms") + sent_ms > cut_ms + 500, (
        "more was sent than was heard"
    )
    # Half a second holds more than any pause between two words.
    assert cut_ms - 500 < heard_ms(right)[-1] <= cut_ms + ALIGNED_MS


async def test_a_late_sentence_is_recorded_where_it_was_heard(
    start_agent: StartAgent, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak = models.speak

    async def speak_late(sentence: str, *, style: LocalStyle, line: LineFormat) -> Spoken:
        if sentence.startswith("Three"):
            await asyncio.sleep(3)
        return await speak(sentence, style=style, line=line)

    monkeypatch.setattr(models, "speak", speak_late)
    url = start_agent(AgentOptions())
    async with agent_client(url) as client, sessions_api(url) as http:
        await client.start(greeting="One two. Three four.")
        begun = await client.expect("reply.started")
        await client.expect("reply.done")
        at_ms = [(frame["timestamp"] - begun["timestamp"]) * 1000 for frame in client.of("reply.audio")]
        session, (_, right) = await sound_of(client, url)
        timeline = await timeline_of(http, str(session["id"]))
    (turn,) = timeline["turns"]
    went_on_ms = at_ms[np.argmax(np.diff(at_ms)) + 1]
    assert went_on_ms == pytest.approx(3_000, abs=10)
    spoken = heard_ms(right) - since_start(timeline, turn, "agent_reply_started_at_ms")
    assert spoken[spoken < went_on_ms - 1_000][-1] < 2_000
    # A sentence begins with 20 ms of next to nothing.
    assert spoken[spoken > 2_000][0] == pytest.approx(went_on_ms + 20, abs=ALIGNED_MS)


async def test_a_tool_turn_tells_its_calls_and_their_fate(start_agent: StartAgent) -> None:
    clock = TurnableClock()
    url = start_agent(AgentOptions(clock=clock, quirks=UNPACED), ScriptedBrain(script))
    async with agent_client(url) as client, sessions_api(url) as http:
        await client.start(tools=[TOOL | {"timeout_seconds": 5}])
        (call,) = await called(client)
        await answer(client, call, "Sunny", is_error=False)
        await client.expect("reply.done")
        await client.send("session.update", session={"output": {"volume": 50}})
        await client.send("session.update", session={"output": {"voice": "nobody"}})
        _, second = await called(client)
        clock.advance(5.1)
        await client.expect("transcript.agent")
        session_id = await hung_up(client)
        clock.advance(1)
        timeline = await timeline_of(http, session_id)
    calling, telling, calling_again, failing = timeline["turns"]
    (taken,), (late,) = calling["tool_calls"], calling_again["tool_calls"]
    assert (taken["call_id"], taken["name"]) == (call["call_id"], "weather")
    assert (taken["arguments"], taken["result"]) == ({"place": "Rome"}, "Sunny")
    assert taken["dispatched_at_ms"] <= taken["result_received_at_ms"]
    assert (late["call_id"], late["timed_out"], late["is_error"]) == (second["call_id"], True, True)
    assert (calling["trigger"], calling["requested_instructions"]) == ("reply_create", "weather")
    assert calling["time_to_first_audio_ms"] is None
    assert (telling["trigger"], failing["trigger"]) == ("tool_result", "tool_result")
    assert telling["agent_reply_started_at_ms"] is telling["time_to_first_audio_ms"] is None
    assert telling["agent_reply_ended_at_ms"] >= taken["result_received_at_ms"]
    (change,) = timeline["config_changes"]
    assert change["changes"] == {"output": {"volume": 50}}, "what was refused is no change"


async def test_a_resumed_session_is_one_with_a_silent_gap(start_agent: StartAgent) -> None:
    url = start_agent(AgentOptions())
    async with agent_client(url) as client:
        session_id = (await client.start(greeting=COUNTING))["session_id"]
        await client.until_spoken("two")
        client.socket.transport.abort()
    await until_health(url, connected=0)
    await asyncio.sleep(0.5)  # the gap itself
    async with agent_client(url) as client, sessions_api(url) as http:
        await client.send("session.resume", session_id=session_id)
        await client.expect("session.ready")
        await client.send("reply.create")
        await client.expect("reply.done")
        session, (_, right) = await sound_of(client, url)
        assert [found["id"] for found in (await http.get("/v1/sessions")).json()["sessions"]] == [session_id]
        timeline = await timeline_of(http, str(session["id"]))
    before, after = timeline["turns"]
    cut_ms = since_start(timeline, before, "interrupted_at_ms")
    went_on_ms = since_start(timeline, after, "agent_reply_started_at_ms")
    assert (before["status"], after["status"]) == ("interrupted", "completed")
    spoken = heard_ms(right)
    quiet = spoken[(spoken > cut_ms + ALIGNED_MS)]
    assert quiet[0] >= went_on_ms
    assert went_on_ms - cut_ms >= 500


async def test_a_session_that_nobody_came_back_to_ends_as_one_that_was_left(start_agent: StartAgent) -> None:
    clock = TurnableClock()
    url = start_agent(AgentOptions(clock=clock))
    async with agent_client(url) as client:
        session_id = (await client.start())["session_id"]
    await until_health(url, connected=0)  # the half minute begins when the server sees the drop
    clock.advance(31)
    await until_health(url, sessions=0)  # until the next sweep
    clock.advance(1)
    async with sessions_api(url) as http:
        timeline = await timeline_of(http, session_id)
    assert timeline["ended"] == {
        "reason": "participant_disconnected",
        "public_reason": "client_end",
        "duration_seconds": 31.0,
    }
