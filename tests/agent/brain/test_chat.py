import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import httpx
import pytest

from tests.agent.brain.support import agent, brain, user
from voice.agent.brain import CallTool, ChatBrain, Conversation, Message, Say, Tool
from voice.agent.brain.chat import BROKE_OFF, FAILED, MAX_SPOKEN_CHARS
from voice.agent.brain.chat_wire import MAX_LINE_BYTES, SPOKEN_STYLE

KEY = "sk-very-secret-key"
WEATHER = Tool("get_weather", "Weather", {"type": "object", "properties": {"city": {"type": "string"}}})
QUESTION = Conversation("You are Ava.", (WEATHER,), (user("what's 2 plus 2"),))
BY_RULES = [Say(FAILED), Say("2 plus 2 is 4.")]


def text(content: str, finish: str | None = None) -> bytes:
    return chunk({"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish}]})


def call(index: int, name: str | None, arguments: str | None) -> bytes:
    function = {"name": name, "arguments": arguments}
    delta = {"tool_calls": [{"index": index, "id": "c", "type": "function", "function": function}]}
    return chunk({"choices": [{"delta": delta}]})


def chunk(data: object) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


DONE = b"data: [DONE]\n\n"


class Stream(httpx.AsyncByteStream):
    """A response body whose pieces arrive when the test lets them, and which knows whether it was closed."""

    def __init__(
        self, *pieces: bytes, hold_before: int | None = None, failure: Exception | None = None
    ) -> None:
        self._pieces = pieces
        self._hold_before = hold_before
        self._failure = failure
        self.release = asyncio.Event()
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for at, piece in enumerate(self._pieces):
            if at == self._hold_before:
                await self.release.wait()
            yield piece
        if self._failure:
            raise self._failure

    async def aclose(self) -> None:
        self.closed = True


Handler = Callable[[httpx.Request], httpx.Response]


def chat(handler: Handler, key: str = KEY) -> ChatBrain:
    client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    return ChatBrain("http://127.0.0.1:9/v1/", "tiny", key, client, fallback=brain())


def streaming(*pieces: bytes) -> Handler:
    return lambda _: httpx.Response(200, stream=Stream(*pieces))


async def replies(handler: Handler, conversation: Conversation = QUESTION) -> list[Say | CallTool]:
    return [item async for item in chat(handler).reply(conversation)]


async def test_text_is_spoken_sentence_by_sentence() -> None:
    pieces = (text("It is 3"), text(".5 met"), text("ers. That"), text(" is **all**."), DONE)
    assert await replies(streaming(*pieces)) == [Say("It is 3.5 meters."), Say("That is all.")]


async def test_a_sentence_is_yielded_before_the_next_one_arrives() -> None:
    stream = Stream(text("First one. And"), text(" then."), DONE, hold_before=1)
    async with aclosing(chat(lambda _: httpx.Response(200, stream=stream)).reply(QUESTION)) as items:
        assert await anext(items) == Say("First one.")
        assert not stream.closed
        stream.release.set()
        assert [item async for item in items] == [Say("And then.")]


async def test_an_abandoned_reply_ends_its_request() -> None:
    stream = Stream(text("First one. And"), text(" then."), DONE, hold_before=1)
    async with aclosing(chat(lambda _: httpx.Response(200, stream=stream)).reply(QUESTION)) as items:
        await anext(items)
    assert stream.closed


async def test_chunks_cut_anywhere_are_put_together() -> None:
    whole = b": comment\r\n\r\nevent: x\n" + text("Caf\u00e9 au lait. ") + text("Yes.", "stop") + DONE
    assert await replies(streaming(*(whole[at : at + 1] for at in range(len(whole))))) == [
        Say("Caf\u00e9 au lait."),
        Say("Yes."),
    ]


async def test_an_endpoint_that_hangs_up_after_finishing_is_fine() -> None:
    assert await replies(streaming(text("Yes.", "stop"))) == [Say("Yes.")]


async def test_tool_calls_are_collected_from_their_pieces() -> None:
    pieces = (
        call(0, "get_weather", '{"ci'),
        call(0, None, 'ty": "Paris"}'),
        call(1, "get_weather", ""),
        DONE,
    )
    assert await replies(streaming(text("Let me see."), *pieces)) == [
        Say("Let me see."),
        CallTool("get_weather", {"city": "Paris"}),
        CallTool("get_weather", {}),
    ]


async def test_the_request_carries_the_conversation() -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, stream=Stream(text("Yes."), DONE))

    messages = (
        user("weather in Paris"),
        agent(""),
        Message("tool", "sunny", "call_9", "get_weather", arguments={"city": "Paris"}),
        Message("tool", "no", None, None, is_error=True),
        agent("It is sunny."),
        user("thanks"),
    )
    await replies(handler, Conversation("You are Ava.", (WEATHER,), messages, "Be kind."))
    assert str(sent[0].url) == "http://127.0.0.1:9/v1/chat/completions"
    assert sent[0].headers["authorization"] == f"Bearer {KEY}"
    body = json.loads(sent[0].content)
    assert (body["model"], body["stream"]) == ("tiny", True)
    assert body["tools"][0]["function"]["name"] == "get_weather"
    told = body["messages"]
    assert told[0] == {"role": "system", "content": f"You are Ava.\n\n{SPOKEN_STYLE}"}
    assert [m["role"] for m in told] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
        "tool",
        "assistant",
        "user",
        "system",
    ]
    assert told[2]["tool_calls"][0]["function"] == {"name": "get_weather", "arguments": '{"city": "Paris"}'}
    assert told[3] == {"role": "tool", "tool_call_id": "call_9", "content": "sunny"}
    assert told[4]["tool_calls"][0]["id"] == told[5]["tool_call_id"]
    assert told[5]["content"] == "Error: no"
    assert told[-1] == {"role": "system", "content": "Be kind."}
    assert sent[0].extensions["timeout"] == {"connect": 5.0, "read": 10.0, "write": 10.0, "pool": 10.0}


async def test_without_a_key_no_authorization_is_sent() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        return httpx.Response(200, stream=Stream(text("Yes."), DONE))

    assert [item async for item in chat(handler, key="").reply(QUESTION)] == [Say("Yes.")]


def _refusing(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"refused with {request.headers['authorization']}", request=request)


def _slow(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too slow", request=request)


@pytest.mark.parametrize(
    "handler",
    [
        _refusing,
        _slow,
        lambda _: httpx.Response(401, text=f"bad key {KEY}"),
        lambda _: httpx.Response(302, headers={"location": "http://127.0.0.1:9/elsewhere"}),
        lambda _: httpx.Response(500, text="oops"),
        lambda _: httpx.Response(200, text="<html>no stream</html>"),
        streaming(DONE),
        streaming(b"data: {not json}\n\n", DONE),
        streaming(b"data: [1]\n\n", DONE),
        streaming(b"data: \xff\xfe\n\n", DONE),
        streaming(chunk({"error": {"message": f"quota of {KEY}"}}), DONE),
        streaming(chunk({"choices": []}), chunk({"choices": [{"delta": None}]}), DONE),
        streaming(call(0, "format_disk", "{}"), DONE),
        streaming(call(0, "get_weather", "{broken"), DONE),
        streaming(call(0, "get_weather", "[]"), DONE),
        streaming(*(call(at, "get_weather", "{}") for at in range(20)), DONE),
        streaming(b"data: " + b"x" * (MAX_LINE_BYTES + 1)),
    ],
)
async def test_a_failure_is_said_in_one_sentence_and_the_rules_answer(
    handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert await replies(handler) == BY_RULES
    assert "chat endpoint failed" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "stream",
    [
        lambda: Stream(text("It is sunny. And"), failure=httpx.ReadError("gone")),
        lambda: Stream(text("It is sunny. And")),
        lambda: Stream(text("It is sunny. And"), b"data: {\n\n"),
    ],
)
async def test_an_answer_that_breaks_off_is_told_and_not_answered_twice(stream: Callable[[], Stream]) -> None:
    assert await replies(lambda _: httpx.Response(200, stream=stream())) == [
        Say("It is sunny."),
        Say(BROKE_OFF),
    ]


async def test_a_rambling_answer_is_cut_off() -> None:
    endless = Stream(*[text("This goes on and on. ")] * 5000, DONE)
    said = await replies(lambda _: httpx.Response(200, stream=endless))
    spoken_chars = sum(len(item.text) for item in said if isinstance(item, Say))
    assert MAX_SPOKEN_CHARS < spoken_chars < MAX_SPOKEN_CHARS + 100
    assert endless.closed


async def test_a_prompt_that_no_request_can_carry_falls_back() -> None:
    assert (
        await replies(streaming(text("Yes."), DONE), Conversation("\ud800", (), (user("what's 2 plus 2"),)))
    ) == BY_RULES


@pytest.mark.parametrize("url", ["", "ftp://host/v1", "host/v1", "http://", "http://host:port"])
def test_an_address_that_cannot_work_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="chat endpoint's address"):
        ChatBrain(url, "tiny", KEY, httpx.AsyncClient())


@pytest.mark.parametrize("key", ["sk-secret\u2026", "sk-secret\nX-Evil: 1", "sk-\x00secret"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ValueError, match="Copy it once more") as refused:
        ChatBrain("http://127.0.0.1:9", "tiny", key, httpx.AsyncClient())
    assert "secret" not in str(refused.value)


def test_the_key_does_not_show_in_a_repr() -> None:
    assert KEY not in repr(chat(streaming(DONE)))
