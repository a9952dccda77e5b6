"""What the server refuses, in which words, and whether the connection lives on."""

import json
from typing import Any

import pytest

from tests.agent.conftest import StartAgent
from tests.support.agent_client import AgentClient, agent_client, silence
from voice.agent.server import AgentOptions
from voice.protocol.voices import catalogue

pytestmark = pytest.mark.virtual_time

TOOL = {"type": "function", "name": "look_up"}


async def refused(client: AgentClient, **session: Any) -> tuple[str, str, str | None]:
    await client.send("session.update", session=session)
    error = await client.expect("session.error")
    return error["code"], error["message"], error.get("param")


async def still_open(client: AgentClient) -> bool:
    await client.send("session.update", session={"system_prompt": "Go on."})
    config = (await client.expect("session.updated"))["config"]
    return bool(config["system_prompt"] == "Go on.")


@pytest.mark.parametrize(
    ("session", "code", "message", "param"),
    [
        ({"agent_id": "agent_1"}, "agent_not_found", "Agent not found", "agent_id"),
        (
            {"agent_id": "agent_1", "greeting": "Hi."},
            "invalid_value",
            "agent_id is mutually exclusive with other session fields",
            "agent_id",
        ),
        (
            {"llm": [{"base_url": "https://example.com"}]},
            "invalid_value",
            "BYO LLM config is not allowed on session.update; "
            "define it on a stored agent via POST /v1/agents",
            "llm",
        ),
        (
            {"input": {"turn_detection": {"min_silence": 700, "max_silence": 700}}},
            "invalid_value",
            "'input.turn_detection.min_silence' must be strictly less than 'max_silence'",
            "input.turn_detection.min_silence",
        ),
        (
            {"tools": [TOOL | {"parameters": {"properties": []}}]},
            "invalid_value",
            "'tools[0].parameters.properties' must be an object",
            "tools[0].parameters.properties",
        ),
        ({"input": {"format": "pcm"}}, "invalid_value", "Audio format must be a JSON object", "format"),
    ],
)
async def test_a_refused_first_update_ends_the_connection(
    agent_url: str, session: dict[str, Any], code: str, message: str, param: str
) -> None:
    async with agent_client(agent_url) as client:
        assert await refused(client, **session) == (code, message, param)
        assert await client.closed() == 1008


async def test_an_unknown_voice_is_refused_with_the_ids_that_are_valid(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        code, message, param = await refused(client, output={"voice": "nobody"})
        assert (code, param) == ("invalid_value", "output.voice")
        assert message.startswith("Invalid voice 'nobody'. Must be one of: alba, ")
        assert all(voice.id in message for voice in catalogue())
        assert await client.closed() == 1008


@pytest.mark.parametrize("voice", ["estelle", "ivy"])
async def test_both_generations_of_voices_are_accepted(agent_url: str, voice: str) -> None:
    async with agent_client(agent_url) as client:
        assert (await client.start(output={"voice": voice}))["config"]["output"]["voice"] == voice


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("{not json", "Invalid JSON format."),
        ('{"type": "session.invent"}', "Unknown message type: session.invent"),
        ('{"type": "input.audio"}', "Invalid message format for type 'input.audio'"),
        (
            '{"type": "session.update", "session": {"greeting": null}}',
            "Invalid message format for type 'session.update'",
        ),
        (
            '{"type": "session.update", "session": {"surprise": 1}}',
            "Invalid message format for type 'session.update'",
        ),
        (
            '{"type": "reply.create"}',
            "The first message must be session.update or session.resume",
        ),
    ],
)
async def test_a_malformed_message_leaves_the_connection_open(
    agent_url: str, message: str, words: str
) -> None:
    async with agent_client(agent_url) as client:
        await client.socket.send(message)
        error = await client.expect("session.error")
        assert (error["code"], error["message"]) == ("invalid_format", words)
        assert "param" not in error
        await client.start()


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": "x"},
        {"role": "user"},
        {"content": "x"},
        {"role": "user", "content": 5},
        {"role": "user", "text": "x"},
    ],
)
async def test_odd_conversation_messages_are_refused(agent_url: str, message: dict[str, Any]) -> None:
    async with agent_client(agent_url) as client:
        await client.start()
        await client.send("conversation.message", **message)
        assert (await client.expect("session.error"))["code"] == "invalid_format"
        assert await still_open(client)


@pytest.mark.parametrize(
    ("session", "path"),
    [
        ({"greeting": "Hi."}, "greeting"),
        ({"output": {"voice": "alba"}}, "output.voice"),
        ({"output": {"voice": "nobody"}}, "output.voice"),
        ({"output": {"format": {"encoding": "audio/pcm"}}}, "output.format"),
    ],
)
async def test_what_is_fixed_stays_fixed(agent_url: str, session: dict[str, Any], path: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start()
        words = f"'{path}' cannot be changed after the first session.update"
        assert await refused(client, **session) == ("immutable_field", words, path)
        assert await still_open(client)


async def test_later_mistakes_drop_the_update_whole(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start(system_prompt="First.")
        assert (await refused(client, agent_id="agent_1"))[0] == "agent_id_not_first"
        half_wrong = {"system_prompt": "Second.", "input": {"turn_detection": {"vad_threshold": 2}}}
        assert (await refused(client, **half_wrong))[0] == "invalid_value"
        await client.send("session.update", session={"output": {"volume": 40}})
        config = (await client.expect("session.updated"))["config"]
        assert (config["system_prompt"], config["output"]["volume"]) == ("First.", 40)


async def test_a_bound_is_checked_against_what_was_sent_before(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start(input={"turn_detection": {"min_silence": 500, "max_silence": 5000}})
        await client.send("session.update", session={"input": {"turn_detection": {"min_silence": 4000}}})
        turns = (await client.expect("session.updated"))["config"]["input"]["turn_detection"]
        assert turns == {"min_silence": 4000, "max_silence": 5000}


async def test_sound_before_ready_is_refused(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.audio(b"\0\0")
        assert (await client.expect("session.error"))["code"] == "invalid_format"
        await client.start()


@pytest.mark.parametrize("audio", ["!!!", "AAA="[:3], "AA=="])
async def test_sound_that_is_no_sound_is_refused(agent_url: str, audio: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start()
        await client.send("input.audio", audio=audio)
        error = await client.expect("session.error")
        assert (error["code"], error["message"]) == ("invalid_audio", "Invalid audio data")
        assert await still_open(client)


async def test_sound_faster_than_real_time_is_cut_and_told_once_a_second(start_agent: StartAgent) -> None:
    async with agent_client(start_agent(AgentOptions())) as client:
        await client.start()
        await client.feed(silence(900))
        assert await still_open(client)
        assert not client.of("session.error")
        await client.feed(silence(3000))
        assert (await client.expect("session.error"))["code"] == "audio_rate_violation"
        assert await still_open(client)
        assert len(client.of("session.error")) == 1


async def test_one_session_too_many_is_told_so(start_agent: StartAgent) -> None:
    url = start_agent(AgentOptions(max_sessions=1))
    async with agent_client(url) as first, agent_client(url) as second:
        await first.start()
        await second.send("session.update", session={})
        assert (await second.expect("session.error"))["code"] == "at_capacity"
        assert await second.closed() == 1008


async def test_a_message_beyond_the_size_limit_closes_the_socket(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await client.start()
        await client.socket.send(json.dumps({"type": "input.audio", "audio": "A" * 2_000_000}))
        assert await client.closed() == 1009


async def test_the_server_is_silent_until_spoken_to(agent_url: str) -> None:
    async with agent_client(agent_url) as client:
        await (await client.socket.ping())  # whatever was sent on open is here before the pong
        assert client.events == []
