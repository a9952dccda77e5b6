"""What the probe says: a clip of the sample call, at the pace of a microphone, with silence around it."""

import asyncio

import numpy as np
from numpy.typing import NDArray

from voice.audio.levels import first_audible
from voice.audio.microphone import AGENT_RATE_HZ
from voice.audio.resample import Resampler
from voice.call.sample_person import SAMPLE_RATE_HZ, read_clip
from voice.probe.call import ProbeCall
from voice.protocol.client_events import InputAudio

CLIP = "time"
# The clip's last words. Its first ones, "Okay, okay", are written in many ways.
WORDS = "what time is it"
_CHUNK_MS = 50
_CHUNK_SAMPLES = AGENT_RATE_HZ * _CHUNK_MS // 1000
_WINDOW = AGENT_RATE_HZ // 100


def speech() -> NDArray[np.int16]:
    """The clip from its first sound on, shape (n,), in the agent's rate. Blocks for some milliseconds."""
    resampler = Resampler(SAMPLE_RATE_HZ, AGENT_RATE_HZ)
    samples = np.concatenate([resampler.process(read_clip(CLIP)), resampler.flush()])
    return samples[first_audible(samples, _WINDOW) or 0 :]


class Microphone:
    """Streams silence until it is told to say something, and silence again; to be cancelled at the end."""

    def __init__(self, call: ProbeCall, samples: NDArray[np.int16]) -> None:
        self._call = call
        self._samples = samples
        self._saying: NDArray[np.int16] = np.empty(0, np.int16)
        self._began = asyncio.get_running_loop().create_future()

    async def say(self) -> float:
        """Begin to speak; gives the moment at which the voice begins."""
        self._saying = self._samples
        return float(await self._began)

    async def run(self) -> None:
        """Send a chunk whenever one is due."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            await self._call.send(InputAudio(audio=self._next_chunk(loop.time()).tobytes()))
            due += _CHUNK_MS / 1000
            await asyncio.sleep(due - loop.time())

    def _next_chunk(self, now: float) -> NDArray[np.int16]:
        chunk = np.zeros(_CHUNK_SAMPLES, np.int16)
        said, self._saying = self._saying[:_CHUNK_SAMPLES], self._saying[_CHUNK_SAMPLES:]
        chunk[: len(said)] = said
        if len(said) and not self._began.done():
            self._began.set_result(now)
        return chunk
