"""The browser's end of a call without a browser: a microphone, and an ear that plays the replies."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from fractions import Fraction

import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame
from numpy.typing import NDArray

from voice.call.call import Call

RATE_HZ = 48_000
FRAME_SAMPLES = 960
FRAME_S = FRAME_SAMPLES / RATE_HZ


class SpokenTrack(MediaStreamTrack):
    """Sends the frames of `speech` in real time, and ends with them."""

    kind = "audio"

    def __init__(self, speech: Iterator[NDArray[np.int16]]) -> None:
        super().__init__()
        self._speech = speech
        self._sent = 0
        self._begun = asyncio.get_running_loop().time()

    async def recv(self) -> AudioFrame:
        due = self._begun + self._sent * FRAME_S
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        samples = next(self._speech, None)
        if samples is None or self.readyState != "live":
            raise MediaStreamError
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
        frame.sample_rate = RATE_HZ
        frame.pts = self._sent * FRAME_SAMPLES
        frame.time_base = Fraction(1, RATE_HZ)
        self._sent += 1
        return frame


def tone(frames: int | None = None, frequency_hz: float = 440.0) -> Iterator[NDArray[np.int16]]:
    """A tone at -12 dBFS, without end if `frames` is not given."""
    counted = itertools.count() if frames is None else range(frames)
    for index in counted:
        t = (np.arange(FRAME_SAMPLES) + index * FRAME_SAMPLES) / RATE_HZ
        yield (8_192 * np.sin(2 * np.pi * frequency_hz * t)).astype(np.int16)


@asynccontextmanager
async def fake_browser(call: Call, speech: Iterator[NDArray[np.int16]] | None = None) -> AsyncIterator[None]:
    """Send `speech` (a tone if not given) to the call, and play what it replies."""

    async def listen() -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                await call.track.recv()

    call.sink.addTrack(SpokenTrack(speech or tone()))
    call.sink.start()
    ear = asyncio.create_task(listen())
    try:
        yield
    finally:
        call.sink.stop()
        ear.cancel()
