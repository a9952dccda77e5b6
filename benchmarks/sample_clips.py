"""Makes the clips of the sample call again, and checks that they are understood.

    python -m benchmarks.sample_clips

The sentences come from `voice/call/sample_clips/lines.json`. Prints, for each clip, its length, its size
and the words that the local agent's recogniser finds in it.
"""

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from voice.agent.recognizer import MoonshineRecognizer
from voice.agent.synthesizer import OUTPUT_RATE_HZ, Synthesizer, VoiceStyle, sentences
from voice.audio.resample import Resampler
from voice.call.sample_person import CLIPS, SAMPLE_RATE_HZ, read_clip, read_script

# Deeper than any voice that the local agent takes by itself, so that two people are heard.
VOICE = VoiceStyle(pitch=0.8, speed=1.05)
BIT_RATE = 32_000
RECOGNIZER_RATE_HZ = 16_000


def main() -> None:
    """Write every clip and say what is heard in it."""
    synthesizer, recognizer = Synthesizer(), MoonshineRecognizer()
    for line in read_script():
        spoken = np.concatenate([synthesizer.synthesize(part, VOICE).pcm24k for part in sentences(line.text)])
        path = CLIPS / f"{line.clip}.ogg"
        write_clip(str(path), at_rate(spoken, OUTPUT_RATE_HZ, SAMPLE_RATE_HZ))
        samples = read_clip(line.clip)
        heard = recognizer.transcribe(at_rate(samples, SAMPLE_RATE_HZ, RECOGNIZER_RATE_HZ))
        print(f"{line.clip:8} {len(samples) / SAMPLE_RATE_HZ:5.2f} s {path.stat().st_size:6} bytes  {heard}")


def write_clip(path: str, samples: NDArray[np.int16]) -> None:
    """Write 48 kHz mono samples as Opus in Ogg."""
    with av.open(path, "w", format="ogg") as file:
        stream = file.add_stream("libopus", rate=SAMPLE_RATE_HZ, layout="mono")
        assert isinstance(stream, AudioStream)
        stream.bit_rate = BIT_RATE
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def at_rate(samples: NDArray[np.int16], from_hz: int, to_hz: int) -> NDArray[np.int16]:
    """The whole of `samples` at another rate."""
    resampler = Resampler(from_hz, to_hz)
    return np.concatenate([resampler.process(samples), resampler.flush()])


if __name__ == "__main__":
    main()
