"""The brain that asks an OpenAI-compatible chat endpoint, and answers by rules when that fails.

Owns the request and its limits. It must never let the API key into a log, an error or a `repr`.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

import httpx

from voice.agent.brain.base import Brain, CallTool, Conversation, Say
from voice.agent.brain.chat_wire import Answer, BadStream, LineReader, request_body
from voice.agent.brain.rules import RulesBrain
from voice.agent.brain.sentences import SentenceStream
from voice.agent.brain.wording import speakable
from voice.outbound import HTTP_ERRORS

_log = logging.getLogger(__name__)

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
# The read timeout restarts with every byte, so an endpoint that trickles is cut off by this.
_MAX_REPLY_S = 60.0
# About two minutes of speech; the rest of a rambling answer is dropped.
MAX_SPOKEN_CHARS = 2000

FAILED = "I can't reach the language model right now, so I'll answer by my own rules."
BROKE_OFF = "I lost the language model in the middle of that answer."


class ChatBrain:
    """Answers through `POST {url}/chat/completions`. It holds nothing of a call, so calls may share one.

    `url` is the base address ("https://host/v1"), `api_key` may be empty, `client` is the caller's to close.
    Raises ValueError, without the key in its text, if the address or the key cannot be sent.
    """

    def __init__(
        self, url: str, model: str, api_key: str, client: httpx.AsyncClient, *, fallback: Brain | None = None
    ) -> None:
        self._url = _checked_url(url)
        self._model = model
        self._headers = _checked_headers(api_key)
        self._client = client
        self._fallback: Brain = fallback or RulesBrain()

    async def reply(self, conversation: Conversation) -> AsyncGenerator[Say | CallTool, None]:
        """Yield each sentence once it is whole, then the tool calls. Never raises for what comes back."""
        spoke = False
        try:
            # An abandoned generator is closed at the garbage collector's leisure, the request with it.
            async with aclosing(self._stream(conversation)) as items:
                async for item in items:
                    spoke = True
                    yield item
            failure = "" if spoke else "it answered nothing"
        except BadStream as error:
            failure = str(error)
        except (*HTTP_ERRORS, httpx.StreamError, TimeoutError, ValueError) as error:
            # The type says enough: some of these carry the request, and the request carries the key.
            failure = type(error).__name__
        if not failure:
            return
        _log.warning("chat endpoint failed: %s", failure)
        yield Say(BROKE_OFF if spoke else FAILED)
        if spoke:
            return
        async with aclosing(self._fallback.reply(conversation)) as items:
            async for item in items:
                yield item

    async def _stream(self, conversation: Conversation) -> AsyncGenerator[Say | CallTool, None]:
        answer, sentences = Answer(), SentenceStream()
        spoken_chars = 0
        async with aclosing(self._texts(conversation, answer)) as texts:
            async for text in texts:
                for sentence in filter(None, map(speakable, sentences.feed(text))):
                    yield Say(sentence)
                    spoken_chars += len(sentence)
                if spoken_chars > MAX_SPOKEN_CHARS:
                    return
        for sentence in filter(None, map(speakable, sentences.finish())):
            yield Say(sentence)
        for call in answer.calls(frozenset(tool.name for tool in conversation.tools)):
            yield call

    async def _texts(self, conversation: Conversation, answer: Answer) -> AsyncGenerator[str, None]:
        """Yield the pieces of text as they arrive, while `answer` collects the rest."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + _MAX_REPLY_S
        lines = LineReader()
        body = request_body(conversation, self._model)
        request = self._client.stream("POST", self._url, json=body, headers=self._headers, timeout=_TIMEOUT)
        async with request as response:
            if response.status_code != httpx.codes.OK:
                raise BadStream(f"it answered with status {response.status_code}")
            async for data in response.aiter_bytes():
                if clock() > deadline:
                    raise TimeoutError
                for line in lines.feed(data):
                    if text := answer.read(line):
                        yield text
                if answer.done:
                    return
        if not answer.finished:
            raise BadStream("the stream ended before the answer did")


def _checked_url(url: str) -> httpx.URL:
    try:
        address = httpx.URL(url.rstrip("/") + "/chat/completions")
    except httpx.InvalidURL as error:
        raise ValueError("The chat endpoint's address is no URL. Give it as https://host/v1.") from error
    if address.scheme not in {"http", "https"} or not address.host:
        raise ValueError("The chat endpoint's address must start with http:// or https:// and name a host.")
    return address


def _checked_headers(api_key: str) -> Mapping[str, str]:
    """A key that no header can carry would otherwise be shown whole in the HTTP library's error."""
    key = api_key.strip()
    if not (key.isascii() and (key.isprintable() or not key)):
        raise ValueError("The chat endpoint's API key has characters that cannot be sent. Copy it once more.")
    return {"Authorization": f"Bearer {key}"} if key else {}
