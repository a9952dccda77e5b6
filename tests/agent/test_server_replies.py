"""What a reply looks like on the wire: its order, pace, format, loudness, and what cuts it."""

import asyncio
import itertools
import re

import numpy as np
import pytest

from tests.agent.conftest import UNPACED, StartAgent
from tests.support.agent_client import AgentClient, Event, agent_client
from tests.support.agent_server import ScriptedBrain
from voice.agent.brain import CallTool, Conversation, Say
from voice.agent.g711 import decode_alaw, decode_ulaw
from voice.agent.line_format import LineFormat
from voice.agent.models import Models
from voice.agent.quirks import Quirks
from voice.agent.reply import Spoken
from voice.agent.server import AgentOptions
from voice.protocol.voices import LocalStyle

pytestmark = pytest.mark.virtual_time

GREETING = "Hello there, how are you?"
LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen."


async def spoken(client: AgentClient) -> bytes:
    """The audio of the next reply, once it is done."""
    done = await client.expect("reply.done")
    return client.reply_bytes(done["reply_id"])


def level(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> float:
    return float(np.sqrt(np.mean(np.square(samples.astype(np.float64)))))


def words_of(client: AgentClient, reply_id: str) -> list[Event]:
    return [e for e in client.of("transcript.agent.delta") if e["reply_id"] == reply_id]


async def test_a_session_opens_in_the_services_order(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        ready = await client.start(greeting=GREETING, system_prompt="Be kind.")
        await client.expect("reply.done")
        kinds = [kind for kind, _ in itertools.groupby(client.kinds(without=()))]
        assert kinds[:4] == ["session.updated", "session.ready", "reply.started", "reply.audio"]
        assert kinds[-2:] == ["transcript.agent", "reply.done"]
        assert re.fullmatch(r"sess_[0-9a-f]{32}", ready["session_id"])
        assert ready["expires_at"] - ready["timestamp"] == pytest.approx(10_800, abs=2)
        assert all(isinstance(event["timestamp"], float) for event in client.events)


async def test_ready_shows_the_whole_configuration(agent_url: str) -> None:
    tool = {"type": "function", "name": "look_up", "description": "Looks up."}
    async with agent_client(agent_url) as client:
        ready = await client.start(system_prompt="Be kind.", tools=[tool], output={"voice": "vera"})
    pcm = {"encoding": "audio/pcm", "sample_rate": 24000}
    assert ready["config"] == {
        "id": ready["session_id"],
        "system_prompt": "Be kind.",
        "greeting": None,
        "input": {
            "type": "audio",
            "format": pcm,
            "turn_detection": None,
            "keyterms": None,
            "transcription_mode": None,
            "continuous_partials": None,
            "transcription_prompt": None,
            "language_codes": None,
            "voice_focus": None,
            "voice_focus_threshold": None,
        },
        "output": {"type": "audio", "voice": "vera", "format": pcm, "volume": None},
        "tools": [
            tool
            | {
                "parameters": {"type": "object", "properties": {}, "required": []},
                "timeout_seconds": 120,
                "execution_mode": "interactive",
                "http": None,
                "response_instructions": None,
                "deployment_id": None,
                "session_update": None,
                "image_tag": None,
            }
        ],
        "llm": [],
        "pre_connect_requests": [],
    }


async def test_a_greeting_is_spoken_word_for_word(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start(greeting=GREETING)
        started = await client.expect("reply.started")
        audio = await spoken(client)
        final = client.of("transcript.agent")[0]
        assert (final["text"], final["interrupted"]) == (GREETING, False)
        assert {started["reply_id"]} == {e["reply_id"] for e in client.events if "reply_id" in e}
        words = words_of(client, started["reply_id"])
        assert "".join(word["delta"] for word in words).split() == GREETING.split()
        starts = [word["start_ms"] for word in words]
        assert starts == sorted(starts)
        assert words[-1]["end_ms"] <= len(audio) / 48


async def test_words_lie_where_they_sound(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start(greeting=GREETING)
        audio = await spoken(client)
        samples = np.frombuffer(audio, "<i2")
        first, *_, last = client.of("transcript.agent.delta")
        before = samples[: first["start_ms"] * 24]
        within = samples[first["start_ms"] * 24 : last["end_ms"] * 24]
        assert level(before) < 0.1 * level(within)


async def test_frames_are_ten_milliseconds_and_never_ahead_of_real_time(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start(greeting=GREETING)
        begun = await client.expect("reply.started")
        await client.expect("reply.done")
        frames = client.of("reply.audio")
        assert {len(frame["data"]) for frame in frames} == {640}  # base64 of 480 bytes
        # By the server's own stamps, so that a slow test machine cannot blur them.
        since_ms = [(frame["timestamp"] - begun["timestamp"]) * 1000 for frame in frames]
        assert all(n * 10 - elapsed < 10 for n, elapsed in enumerate(since_ms))


async def test_burst_audio_comes_at_once_but_can_still_be_cut(start_agent: StartAgent) -> None:
    url = start_agent(AgentOptions(quirks=Quirks(burst_audio=True)))
    async with agent_client(url) as client:
        await client.start(greeting=LONG)
        await client.until_spoken("fifteen")
        started = client.of("reply.started")[0]
        await client.send("reply.cancel", reply_id=started["reply_id"])
        final = await client.expect("transcript.agent")
        assert final["interrupted"]
        assert LONG.startswith(final["text"])
        assert final["text"] != LONG


@pytest.mark.parametrize("lead_in_ms", [0, 400])
async def test_a_reply_begins_with_the_silence_asked_for(start_agent: StartAgent, lead_in_ms: int) -> None:
    url = start_agent(AgentOptions(quirks=Quirks(lead_in_ms=lead_in_ms, burst_audio=True)))
    async with agent_client(url) as client:
        await client.start(greeting="Yes.")
        samples = np.frombuffer(await spoken(client), "<i2")
        assert not samples[: lead_in_ms * 24].any()
        assert client.of("transcript.agent.delta")[0]["start_ms"] >= lead_in_ms


@pytest.mark.parametrize(("encoding", "decode"), [("audio/pcmu", decode_ulaw), ("audio/pcma", decode_alaw)])
async def test_telephone_formats_carry_the_same_speech(agent_url: str, encoding: str, decode: object) -> None:
    assert callable(decode)
    async with agent_client(agent_url) as client:
        ready = await client.start(greeting=GREETING, output={"format": {"encoding": encoding}})
        assert ready["config"]["output"]["format"]["sample_rate"] == 8000
        assert ready["config"]["input"]["format"]["sample_rate"] == 24000
        audio = await spoken(client)
        assert {len(event["data"]) for event in client.of("reply.audio")} == {400}  # 300 bytes
        samples = decode(audio)
        first, *_, last = client.of("transcript.agent.delta")
        assert level(samples[first["start_ms"] * 8 : last["end_ms"] * 8]) > 1500
        assert last["end_ms"] <= len(samples) / 8


async def test_volume_acts_on_the_audio_that_follows(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start()
        levels = {}
        for volume in (100, 25, 0):
            await client.send("session.update", session={"output": {"volume": volume}})
            await client.send("reply.create")
            levels[volume] = level(np.frombuffer(await spoken(client), "<i2"))
        assert levels[25] == pytest.approx(levels[100] / 4, rel=0.1)
        assert levels[0] == 0


async def test_reply_create_takes_the_place_of_the_greeting(start_agent: StartAgent) -> None:
    brain = ScriptedBrain(lambda c: [Say(f"So: {c.instructions}.")])
    async with agent_client(start_agent(brain=brain)) as client:
        await client.start(greeting=LONG)
        await client.until(lambda e: e["type"] == "transcript.agent.delta")
        await client.send("reply.create", instructions="say hello")
        assert (await client.expect("reply.done"))["status"] == "interrupted"
        assert (await client.expect("transcript.agent"))["text"] == "So: say hello."
        greeting = client.of("transcript.agent")[0]
        assert greeting["interrupted"]
        assert greeting["text"] != LONG


async def test_reply_create_right_after_the_greeting_leaves_it_completed(start_agent: StartAgent) -> None:
    brain = ScriptedBrain(lambda c: [Say(f"So: {c.instructions}.")])
    async with agent_client(start_agent(brain=brain)) as client:
        await client.start(greeting="Hello.")
        await client.expect("transcript.agent")
        await client.send("reply.create", instructions="say hello")
        assert (await client.expect("reply.done"))["status"] == "completed"
        assert (await client.expect("transcript.agent"))["text"] == "So: say hello."
        assert [event["text"] for event in client.of("transcript.agent")] == ["Hello.", "So: say hello."]


async def test_done_follows_the_transcript_as_on_the_service(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start(greeting=GREETING)
        final, done = await client.expect("transcript.agent"), await client.expect("reply.done")
        *_, last = client.of("reply.audio")
        assert done["timestamp"] - final["timestamp"] == pytest.approx(0.3, abs=0.01)
        assert final["timestamp"] - last["timestamp"] == pytest.approx(0.01, abs=0.01)


async def test_reply_create_waits_for_another_reply_and_the_newest_wins(start_agent: StartAgent) -> None:
    brain = ScriptedBrain(lambda c: [Say(f"{c.instructions}.")])
    async with agent_client(start_agent(brain=brain)) as client:
        await client.start()
        for name in ("first", "second", "third"):
            await client.send("reply.create", instructions=name)
        assert (await client.expect("transcript.agent"))["text"] == "first."
        assert (await client.expect("transcript.agent"))["text"] == "third."
        assert len(client.of("reply.started")) == 2


async def test_a_reply_can_be_cancelled_by_its_id(start_agent: StartAgent) -> None:
    brain = ScriptedBrain(lambda _: [Say(LONG)])
    async with agent_client(start_agent(brain=brain)) as client:
        await client.start()
        await client.send("reply.cancel", reply_id="resp_unknown")
        assert (await client.expect("session.error"))["param"] == "reply_id"
        await client.send("reply.create")
        started = await client.expect("reply.started")
        await client.until(lambda e: e["type"] == "transcript.agent.delta")
        await client.send("reply.cancel", reply_id=started["reply_id"])
        done = await client.expect("reply.done")
        cut_at = client.events.index(done)
        await client.send("reply.create")
        await client.expect("reply.started")
        late = [e for e in client.events[cut_at + 1 :] if e.get("reply_id") == started["reply_id"]]
        assert (done["status"], late) == ("interrupted", [])


async def test_the_prompt_and_messages_reach_the_next_reply(start_agent: StartAgent) -> None:
    brain = ScriptedBrain()
    async with agent_client(start_agent(brain=brain)) as client:
        await client.start(system_prompt="You are Ann.", greeting="Hi.")
        await client.expect("reply.done")
        await client.send("session.update", session={"system_prompt": "You are Bob."})
        await client.send("conversation.message", role="user", content="I like tea.")
        await client.send("conversation.message", role="system", content="It rains.")
        await client.send("reply.create")
        await client.expect("reply.done")
    asked = brain.asked[-1]
    assert asked.system_prompt == "You are Bob.\n\nIt rains."
    assert [(m.role, m.text) for m in asked.messages] == [("agent", "Hi."), ("user", "I like tea.")]


async def test_messages_can_be_made_ineffective_as_observed(start_agent: StartAgent) -> None:
    brain = ScriptedBrain()
    url = start_agent(AgentOptions(quirks=Quirks(inject_messages=False)), brain)
    async with agent_client(url) as client:
        await client.start()
        await client.send("conversation.message", role="user", content="I like tea.")
        await client.send("reply.create")
        await client.expect("reply.done")
    assert brain.asked[-1].messages == ()


async def test_a_brain_that_fails_is_told_and_the_session_goes_on(
    start_agent: StartAgent, caplog: pytest.LogCaptureFixture
) -> None:
    failures = iter([True, False])

    def script(_conversation: Conversation) -> list[Say | CallTool]:
        if next(failures):
            raise RuntimeError("no reply today")
        return [Say("Better now.")]

    brain = ScriptedBrain(script)
    async with agent_client(start_agent(brain=brain)) as client:
        await client.start()
        await client.send("reply.create")
        assert (await client.expect("reply.error"))["code"] == "internal_error"
        await client.expect("reply.done")
        await client.send("reply.create")
        assert (await client.expect("transcript.agent"))["text"] == "Better now."
    assert "no reply today" in caplog.text


async def test_the_first_sentence_plays_while_the_next_is_made(
    start_agent: StartAgent, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak = models.speak

    async def speak_slowly(sentence: str, *, style: LocalStyle, line: LineFormat) -> Spoken:
        spoken = await speak(sentence, style=style, line=line)
        await asyncio.sleep(0.2)  # in virtual time synthesis would take none
        return spoken

    monkeypatch.setattr(models, "speak", speak_slowly)
    brain = ScriptedBrain(lambda _: [Say(f"Short. {LONG} {LONG}")])
    async with agent_client(start_agent(brain=brain)) as client:
        await client.start()
        await client.send("reply.create")
        short = await client.expect("transcript.agent.delta")
        await client.expect("reply.audio")
        next_word = await client.expect("transcript.agent.delta")
        assert (short["delta"], next_word["delta"]) == ("Short. ", "One ")
        between = client.events[client.events.index(short) : client.events.index(next_word)]
        assert [e["type"] for e in between].count("reply.audio") > 0


async def test_a_client_that_does_not_read_stalls_its_reply_only(start_agent: StartAgent) -> None:
    quirks = Quirks(burst_audio=True, enforce_audio_rate=UNPACED.enforce_audio_rate)
    brain = ScriptedBrain(lambda _: [Say(" ".join([LONG] * 12))])
    url = start_agent(AgentOptions(quirks=quirks), brain)
    async with agent_client(url) as slow, agent_client(url) as other:
        await slow.start()
        slow.socket.transport.pause_reading()
        await slow.send("reply.create")
        await other.start(greeting="Yes.")
        assert (await other.expect("transcript.agent"))["text"] == "Yes."
        slow.socket.transport.resume_reading()
        await slow.until(lambda e: e["type"] == "transcript.agent.delta")
        await asyncio.wait_for(slow.expect("reply.audio"), 5)
