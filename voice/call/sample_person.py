"""The person of a sample call: what they say, and when. Synthetic recordings, played 20 ms at a time.

Owns the clips and the manners: wait for the agent to finish, once talk over it, say goodbye and hang up.
Knows neither clocks nor sockets: time is counted in the frames that were asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import msgspec
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from voice.conversation.state import CallState

CLIPS = Path(__file__).parent / "sample_clips"
SAMPLE_RATE_HZ = 48_000
FRAME_MS = 20
FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MS // 1000

# As long as people let pass between two turns, so that viewers can follow.
PAUSE_S = 0.9
# Well into a sentence, and before a short answer is over.
INTERRUPT_AFTER_S = 1.5
# An agent need not greet, and may be lost for words.
GREETING_PATIENCE_S = 5.0
PATIENCE_S = 12.0
# The agent may be a real one that costs money: whatever it does, the call ends.
MAX_CALL_S = 180.0


class ScriptLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence and the clip that says it; one that `interrupts` is said while the agent speaks."""

    clip: str
    text: str
    interrupts: bool = False


@dataclass(frozen=True)
class Line:
    """Samples to say, int16 of shape (n,) at 48 kHz."""

    samples: NDArray[np.int16]
    interrupts: bool = False


def read_script() -> list[ScriptLine]:
    """The sentences of the sample call, in order."""
    return msgspec.json.decode((CLIPS / "lines.json").read_bytes(), type=list[ScriptLine])


def read_clip(name: str) -> NDArray[np.int16]:
    """The samples of a clip, 48 kHz mono. Blocks for some milliseconds."""
    with av.open(str(CLIPS / f"{name}.ogg")) as file:
        resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE_HZ)
        frames = [piece for frame in file.decode(audio=0) for piece in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])


def sample_lines() -> list[Line]:
    """All that the person says. Blocks for some milliseconds."""
    return [Line(read_clip(line.clip), line.interrupts) for line in read_script()]


class SamplePerson:
    """Says its lines to whoever answers. Ask for a frame every 20 ms until it has `hung_up`."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = list(lines)
        self._saying = np.empty(0, np.int16)
        self._patience_s = GREETING_PATIENCE_S
        self._frames = 0
        self.hung_up = False
        self._start_waiting()

    def frame(self, state: CallState) -> NDArray[np.int16]:
        """The next 20 ms, shape (960,), to an agent that is in `state`; silence while listening."""
        self._frames += 1
        if _seconds(self._frames) >= MAX_CALL_S:
            self.hung_up = True
        if not len(self._saying):
            self._listen(state)
        frame = np.zeros(FRAME_SAMPLES, np.int16)
        said, self._saying = self._saying[:FRAME_SAMPLES], self._saying[FRAME_SAMPLES:]
        frame[: len(said)] = said
        if len(said) and not len(self._saying):
            self._patience_s = PATIENCE_S
            self._start_waiting()
        return frame

    def _start_waiting(self) -> None:
        self._waited = self._quiet = self._spoken_to = 0
        self._answered = False

    def _listen(self, state: CallState) -> None:
        self._waited += 1
        self._quiet = self._quiet + 1 if state is CallState.LISTENING else 0
        self._spoken_to = self._spoken_to + 1 if state is CallState.SPEAKING else 0
        self._answered = self._answered or state is CallState.SPEAKING
        if not self._is_my_turn():
            return
        if self._lines:
            self._saying = self._lines.pop(0).samples
        else:
            self.hung_up = True

    def _is_my_turn(self) -> bool:
        if self._lines and self._lines[0].interrupts and _seconds(self._spoken_to) >= INTERRUPT_AFTER_S:
            return True
        given_up = _seconds(self._waited) >= self._patience_s
        return (self._answered or given_up) and _seconds(self._quiet) >= PAUSE_S


def as_frame(samples: NDArray[np.int16]) -> AudioFrame:
    """The samples as a browser's microphone sends them."""
    frame = AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate = SAMPLE_RATE_HZ
    return frame


def _seconds(frames: int) -> float:
    return frames * FRAME_MS / 1000
