"""What waits for the listener: everything, up to a minute."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import numpy as np
import pytest

from voice.agent.dialogue import Dialogue
from voice.agent.hearing import MAX_WAITING_S, Hearing
from voice.agent.listener import Listener, ListenerEvent
from voice.agent.listener_config import ListenerConfig

pytestmark = pytest.mark.virtual_time

RATE_HZ = 8_000
CHUNK = RATE_HZ // 50


class Ears:
    """A listener that keeps what it hears."""

    words_if_done = None
    heard_ms = 0
    agent_speaking = False

    def __init__(self) -> None:
        self.heard = b""
        self.more = asyncio.Event()

    async def feed(self, pcm: bytes) -> AsyncIterator[ListenerEvent]:
        self.heard += pcm
        self.more.set()
        for nothing in cast("list[ListenerEvent]", []):
            yield nothing

    def reconfigure(self, _config: ListenerConfig) -> None:
        """Its settings don't matter."""

    async def aclose(self) -> None:
        """It has no recognition in flight."""


async def heard_of(hearing: Hearing, ears: Ears, length: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """What the ears get when the event loop comes to it."""
    while len(ears.heard) < 2 * length:
        await ears.more.wait()
        ears.more.clear()
    await hearing.stop()
    return np.frombuffer(ears.heard, "<i2")


def hearing_with(ears: Ears) -> Hearing:
    return Hearing("sess_1", cast("Listener", ears), RATE_HZ, cast("Dialogue", None), lambda *_: None)


async def test_a_backlog_in_small_chunks_is_heard_whole() -> None:
    ears = Ears()
    hearing = hearing_with(ears)
    sound = np.arange(RATE_HZ * 20).astype(np.int16)
    for start in range(0, len(sound), CHUNK):
        hearing.feed(sound[start : start + CHUNK])
    assert (await heard_of(hearing, ears, len(sound)) == sound).all()


async def test_of_more_than_a_minute_the_newest_is_heard(caplog: pytest.LogCaptureFixture) -> None:
    ears = Ears()
    hearing = hearing_with(ears)
    limit = MAX_WAITING_S * RATE_HZ
    sound = np.arange(limit + RATE_HZ // 2).astype(np.int16)
    for part in np.split(sound, 5):
        hearing.feed(part)
    assert (await heard_of(hearing, ears, limit) == sound[-limit:]).all()
    assert "0.5 s of sound came too fast" in caplog.text


async def test_sound_that_is_discarded_is_heard_as_silence_of_its_length() -> None:
    ears = Ears()
    hearing = hearing_with(ears)
    loud = np.ones(CHUNK, np.int16)
    for discard in (False, True, False):
        hearing.attend(ListenerConfig(), agent_speaking=discard, discard=discard)
        hearing.feed(loud)
    heard = await heard_of(hearing, ears, 3 * CHUNK)
    assert heard.tolist() == [1] * CHUNK + [0] * CHUNK + [1] * CHUNK
