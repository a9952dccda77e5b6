"""Works a reply out while the person is silent and the turn may be over, so that it can start at once.

Owns one guess: a conversation, the reply to it and its first sentence as sound. A guess is used only if the
conversation turns out the very same; then the reply costs no time after the end of the turn.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from voice.agent.brain.base import Brain, CallTool, Conversation, Say
from voice.agent.reply import Spoken
from voice.agent.synthesizer import sentences

Speak = Callable[[str], Awaitable[Spoken]]


@dataclass(frozen=True, slots=True)
class _Prepared:
    items: tuple[Say | CallTool, ...]
    sentence: str | None
    spoken: Spoken | None


class Rehearsal:
    """A brain and a voice that may have thought ahead. One for a session."""

    def __init__(self, brain: Brain, speak: Speak) -> None:
        self._brain = brain
        self._speak = speak
        self._conversation: Conversation | None = None
        self._task: asyncio.Task[_Prepared] | None = None
        self._ready: _Prepared | None = None

    def prepare(self, conversation: Conversation) -> None:
        """Work out the reply to this, instead of any other prepared before."""
        if conversation == self._conversation:
            return
        self.forget()
        self._conversation = conversation
        self._task = asyncio.create_task(self._rehearse(conversation))
        # A guess that nobody takes may have failed: that is no news.
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    def forget(self) -> None:
        """Give the guess up."""
        if self._task is not None:
            self._task.cancel()
        self._conversation = self._task = self._ready = None

    async def reply(self, conversation: Conversation) -> AsyncGenerator[Say | CallTool, None]:
        """The reply, as from the brain itself."""
        if self._task is not None and conversation == self._conversation:
            self._ready = await self._task
            for item in self._ready.items:
                yield item
            return
        async with aclosing(self._brain.reply(conversation)) as items:
            async for item in items:
                yield item

    async def speak(self, sentence: str) -> Spoken:
        """The sentence as sound."""
        ready, self._ready = self._ready, None
        if ready is not None and ready.spoken is not None and ready.sentence == sentence:
            return ready.spoken
        return await self._speak(sentence)

    async def _rehearse(self, conversation: Conversation) -> _Prepared:
        async with aclosing(self._brain.reply(conversation)) as replying:
            items = tuple([item async for item in replying])
        said = (sentence for item in items if isinstance(item, Say) for sentence in sentences(item.text))
        sentence = next(said, None)
        return _Prepared(items, sentence, await self._speak(sentence) if sentence else None)
