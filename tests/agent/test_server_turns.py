"""Turns of a person, with real speech through the real models."""

import asyncio

import numpy as np
import pytest

from tests.agent.conftest import StartAgent
from tests.support.agent_client import Samples, agent_client, clip, silence
from tests.support.agent_server import ScriptedBrain
from voice.agent.brain import Say
from voice.agent.g711 import encode_alaw, encode_ulaw
from voice.agent.server import AgentOptions

pytestmark = pytest.mark.virtual_time

LONG = "One two three four five six seven eight nine ten eleven twelve."
TURN_TYPES = (
    "input.speech.started",
    "input.speech.stopped",
    "transcript.user",
    "reply.started",
    "transcript.agent",
    "reply.done",
)


def utterance(name: str, rate_hz: int = 24_000) -> Samples:
    """A clip with silence enough behind it to end the turn in any mode."""
    return np.concatenate([clip(name, rate_hz), silence(2800, rate_hz)])


async def test_a_turn_runs_in_the_documented_order(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start()
        await client.talk(utterance("goforward"))
        await client.expect("reply.done")
        assert tuple(k for k in client.kinds() if k in TURN_TYPES) == TURN_TYPES
        final = client.of("transcript.user")[0]
        assert "go forward ten met" in final["text"].lower()
        deltas = client.of("transcript.user.delta")
        assert {delta["item_id"] for delta in deltas} == {final["item_id"]}
        assert len(deltas) > 1
        sizes = [len(delta["text"]) for delta in deltas]
        assert sizes[0] < sizes[-1]
        stopped = client.kinds().index("input.speech.stopped")
        assert "transcript.user.delta" not in client.kinds()[stopped:]


@pytest.mark.parametrize(("encoding", "encode"), [("audio/pcmu", encode_ulaw), ("audio/pcma", encode_alaw)])
async def test_telephone_sound_is_understood(agent_url: str, encoding: str, encode: object) -> None:
    assert callable(encode)
    async with agent_client(agent_url) as client:
        ready = await client.start(input={"format": {"encoding": encoding}})
        assert ready["config"]["output"]["format"]["encoding"] == "audio/pcm"
        await client.feed(utterance("goforward", 8000), encode=encode)
        assert "forward" in (await client.expect("transcript.user"))["text"].lower()


async def test_speech_cuts_the_agent_with_three_events_in_a_row(start_agent: StartAgent) -> None:
    brain = ScriptedBrain(lambda _: [Say("Understood.")])
    async with agent_client(start_agent(brain=brain)) as client:
        await client.start(greeting=LONG)
        await client.until_spoken("two")
        await client.feed(utterance("cards_005"))
        started = await client.expect("input.speech.started")
        index = client.events.index(started)
        final, done = await client.expect("transcript.agent"), await client.expect("reply.done")
        assert client.events[index : index + 3] == [started, final, done]
        assert (final["interrupted"], done["status"]) == (True, "interrupted")
        assert LONG.startswith(final["text"])
        assert final["text"] not in ("", LONG)
        sent_ms = len(client.reply_bytes(done["reply_id"])) / 48
        heard = [w for w in client.of("transcript.agent.delta") if w["start_ms"] < sent_ms]
        assert final["text"] == "".join(w["delta"] for w in heard).strip()
        await client.expect("transcript.user")
        assert (await client.expect("transcript.agent"))["text"] == "Understood."
        late = [e for e in client.events[index + 3 :] if e.get("reply_id") == done["reply_id"]]
        assert late == []
    assert next((m.role, m.text) for m in brain.asked[0].messages) == ("agent", final["text"])


async def test_an_agent_that_may_not_be_interrupted_finishes_first(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start(greeting=LONG, input={"turn_detection": {"interrupt_response": False}})
        await client.until_spoken("two")
        await client.feed(utterance("goforward")[: 24 * 2800])
        assert (await client.expect("transcript.agent"))["text"] == LONG
        assert (await client.expect("reply.done"))["status"] == "completed"
        assert "input.speech.started" not in client.kinds()
        await client.feed(silence(3500))
        assert "forward" in (await client.expect("transcript.user"))["text"].lower()
        assert (await client.expect("transcript.agent"))["text"] == "All right."


PROTECTED = {"turn_detection": {"uninterruptible_turns": ["greeting"]}}


async def test_what_is_said_over_a_protected_greeting_is_discarded(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start(greeting=LONG, input=PROTECTED)
        await client.until_spoken("two")
        await client.talk(clip("goforward"))
        assert (await client.expect("transcript.agent"))["text"] == LONG
        assert (await client.expect("reply.done"))["status"] == "completed"
        await client.talk(silence(3500))
        assert "input.speech.started" not in client.kinds()
        await client.talk(utterance("cards_005"))
        words = (await client.expect("transcript.user"))["text"].lower()
        assert "spades" in words
        assert "forward" not in words
        assert len(client.of("input.speech.started")) == 1


async def test_who_goes_on_after_a_protected_greeting_is_heard_from_there(agent_url: str) -> None:
    whole = utterance("goforward")
    between_words = 24 * 1175  # "go forward", "ten meters"
    async with agent_client(agent_url) as client:
        await client.start(greeting=LONG, input=PROTECTED)
        await client.until_spoken("eleven")
        await client.feed(whole[:between_words])
        await client.expect("transcript.agent")
        await client.talk(whole[between_words:])
        words = (await client.expect("transcript.user"))["text"].lower()
        assert "meters" in words
        assert "forward" not in words


async def test_replies_behind_a_protected_greeting_can_be_interrupted(start_agent: StartAgent) -> None:
    brain = ScriptedBrain(lambda _: [Say(LONG)])
    async with agent_client(start_agent(brain=brain)) as client:
        await client.start(greeting="Hello.", input=PROTECTED)
        await client.expect("reply.done")
        await client.send("reply.create")
        await client.until_spoken("two")
        await client.feed(utterance("cards_005"))
        assert (await client.expect("reply.done"))["status"] == "interrupted"


async def test_speech_between_the_last_word_and_reply_done_starts_a_turn(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start(greeting="Hello.")
        await client.expect("transcript.agent")
        whole = utterance("goforward")
        await client.feed(whole[: 24 * 1200])
        await client.expect("input.speech.started")
        assert (await client.expect("reply.done"))["status"] == "completed"
        await client.talk(whole[24 * 1200 :])
        assert "forward" in (await client.expect("transcript.user"))["text"].lower()
        assert not any(event["interrupted"] for event in client.of("transcript.agent"))


@pytest.mark.parametrize("stall_s", [1.4, 20.0])
async def test_a_backlog_after_a_stall_is_understood_whole(start_agent: StartAgent, stall_s: float) -> None:
    whole = np.concatenate([silence(500), utterance("goforward")])
    if stall_s > 10:
        whole = np.concatenate([silence(int(stall_s - 2) * 1000), whole])
    before, backlog = 24 * 1000, 24 * int(stall_s * 1000)
    async with agent_client(start_agent(AgentOptions())) as client:
        await client.start()
        await client.talk(whole[:before])
        await asyncio.sleep(stall_s)
        await client.feed(whole[before : before + backlog])
        await client.talk(whole[before + backlog :])
        assert "go forward ten met" in (await client.expect("transcript.user"))["text"].lower()
        await client.expect("reply.done")
        assert client.of("session.error") == []


async def test_a_backlog_from_a_lost_connection_is_understood(start_agent: StartAgent) -> None:
    url = start_agent(AgentOptions())
    async with agent_client(url) as client:
        session_id = (await client.start())["session_id"]
        client.socket.transport.abort()
    await asyncio.sleep(5)
    async with agent_client(url) as client:
        await client.send("session.resume", session_id=session_id)
        await client.expect("session.ready")
        await client.feed(clip("goforward"))
        await client.talk(silence(2800))
        assert "go forward ten met" in (await client.expect("transcript.user"))["text"].lower()
        assert client.of("session.error") == []


async def test_the_input_format_may_change_within_a_session(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start()
        for encoding, rate_hz, encode in (
            ("audio/pcmu", 8_000, encode_ulaw),
            ("audio/pcm", 24_000, Samples.tobytes),
            ("audio/pcma", 8_000, encode_alaw),
        ):
            await client.send("session.update", session={"input": {"format": {"encoding": encoding}}})
            config = (await client.expect("session.updated"))["config"]
            assert config["input"]["format"] == {"encoding": encoding, "sample_rate": rate_hz}
            await client.feed(utterance("goforward", rate_hz), encode=encode)
            assert "forward" in (await client.expect("transcript.user"))["text"].lower()
            await client.expect("reply.done")


async def test_a_word_shorter_than_the_interruption_delay_does_not_interrupt(agent_url: str) -> None:
    # The first word of the clip, "go", lasts about a quarter of a second.
    whole = clip("goforward")
    loud = np.flatnonzero(np.abs(whole) > 1500)[0]
    word = whole[loud : loud + 24 * 260]
    for delay_ms, status in ((1000, "completed"), (0, "interrupted")):
        async with agent_client(agent_url) as client:
            turns = {"interruption_delay": delay_ms}
            await client.start(greeting="One two three four five six seven.", input={"turn_detection": turns})
            await client.until_spoken("two")
            await client.feed(np.concatenate([silence(200), word, silence(600)]))
            assert (await client.expect("reply.done"))["status"] == status


async def test_patience_can_be_changed_within_a_turn(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start(input={"turn_detection": {"min_silence": 9000, "max_silence": 10000}})
        await client.talk(np.concatenate([clip("goforward"), silence(1200)]))
        await client.expect("transcript.user.delta")
        assert "input.speech.stopped" not in client.kinds()
        turns = {"min_silence": 100, "max_silence": 300}
        await client.send("session.update", session={"input": {"turn_detection": turns}})
        await client.expect("session.updated")
        await client.feed(silence(100))
        await client.expect("input.speech.stopped")


async def test_keyterms_act_on_the_next_words(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start()
        await client.send("session.update", session={"input": {"keyterms": ["Foreword"]}})
        await client.expect("session.updated")
        await client.feed(utterance("goforward"))
        assert "Foreword" in (await client.expect("transcript.user"))["text"]


async def test_two_people_talk_at_the_same_time(start_agent: StartAgent) -> None:
    url = start_agent(brain=ScriptedBrain(lambda c: [Say(c.messages[-1].text)]))

    async def call(name: str) -> str:
        async with agent_client(url) as client:
            await client.start()
            await client.talk(utterance(name))
            heard = await client.expect("transcript.user")
            said = await client.expect("transcript.agent")
            assert said["text"] == heard["text"]
            return str(heard["text"]).lower()

    one, other = await asyncio.gather(call("goforward"), call("cards_005"))
    assert "forward" in one
    assert "spades" in other


async def test_noise_without_words_gets_no_reply(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start()
        noise = np.random.default_rng(1).normal(0, 3000, 24 * 600).astype(np.int16)
        await client.feed(np.concatenate([noise, silence(3000)]))
        await client.feed(utterance("goforward"))
        assert "forward" in (await client.expect("transcript.user"))["text"].lower()
        await client.expect("reply.done")
        assert len(client.of("reply.started")) == 1
