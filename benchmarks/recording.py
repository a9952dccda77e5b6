"""What recording a call costs, how well it keeps time, and what a killed process loses.

    python -m benchmarks.recording

Takes three minutes. Alignment is that of clicks handed over in real time, 20 ms at a time, with the jitter
that threads and networks have, and now and then a stall that ends in a burst.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import print_ms
from tests.audio.recordings import click, clicks_s, read_back
from tests.support.speech import read_clip
from voice.audio.ogg_opus import FRAME_SAMPLES, OggOpusWriter
from voice.audio.recorder import Recorder
from voice.history.peaks import peaks

RATE_HZ = 48_000
MIC_RATE_HZ = 24_000
PIECE_S = 0.02
MINUTES = 10
ALIGNED_S = 40
KILLS = 25
JITTER_S = 0.015
STALL_S = 0.3


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        measure_cost(folder)
        measure_hand_over(folder)
        measure_alignment(folder)
        measure_kills(folder)


def measure_cost(folder: Path) -> None:
    """Encoding and drawing of two people who speak in turn without a pause."""
    path = folder / "cost.ogg"
    clip = read_clip("austen_0880")
    clip = clip[: len(clip) // FRAME_SAMPLES * FRAME_SAMPLES]
    silence = np.zeros_like(clip)
    turns = MINUTES * 60 * RATE_HZ // len(clip)
    begun = time.process_time()
    with path.open("wb", buffering=0) as file:
        writer = OggOpusWriter(file)
        for turn in range(turns):
            writer.write(*((clip, silence) if turn % 2 else (silence, clip)))
        writer.close()
    minutes = turns * len(clip) / RATE_HZ / 60
    print(f"{'CPU of a recorded minute':46} {(time.process_time() - begun) / minutes:.2f} s")
    print(f"{'size of a recorded minute':46} {path.stat().st_size / minutes / 1000:.0f} kB")
    for label in ("first", "next"):
        begun = time.process_time()
        peaks(path, 1_000)
        print(f"{f'waveform of {MINUTES} minutes, {label} time':46} {time.process_time() - begun:.4f} s")


def measure_hand_over(folder: Path) -> None:
    """What the thread that carries the media pays for a piece."""
    recorder = Recorder(folder / "hand.ogg", begun_at=time.monotonic(), on_failed=print)
    piece = np.zeros(FRAME_SAMPLES, np.int16)
    begun = time.perf_counter()
    for _ in range(500):
        recorder.played(piece)
    print(f"{'handing over a piece of 20 ms':46} {(time.perf_counter() - begun) / 500 * 1e6:.1f} µs")


def measure_alignment(folder: Path) -> None:
    """Clicks in both channels against the moments at which they were handed over."""
    chance = random.Random(1)  # noqa: S311 - jitter, not a secret
    path = folder / "aligned.ogg"
    begun = time.monotonic()
    recorder = Recorder(path, begun_at=begun, on_failed=print)
    recorder.start()
    expected: list[float] = []
    for number in range(round(ALIGNED_S / PIECE_S)):
        due = begun + number * PIECE_S
        clicks = number % 50 == 25
        stalled = STALL_S if number % 400 == 200 else 0.0
        time.sleep(max(0.0, due + chance.uniform(0, JITTER_S) + stalled - time.monotonic()))
        if clicks:
            expected.append(number * PIECE_S)
        recorder.played(_sound(RATE_HZ, clicks))
        recorder.heard(_sound(MIC_RATE_HZ, clicks))
    recorder.stop()
    recorder.join(10)
    for name, channel, late_s in zip(("left", "right"), read_back(path), (-PIECE_S, 0.0), strict=True):
        found = clicks_s(channel)
        off = [abs(at - due - late_s) * 1000 for at, due in zip(found, expected, strict=True)]
        print_ms(f"{name} channel off the clock", off)


def _sound(rate_hz: int, clicks: bool) -> NDArray[np.int16]:
    return click(rate_hz) if clicks else np.zeros(round(rate_hz * PIECE_S), np.int16)


def measure_kills(folder: Path) -> None:
    """The end of a recording that a killed process did not write."""
    chance = random.Random(2)  # noqa: S311 - moments, not secrets
    lost = []
    for number in range(KILLS):
        path = folder / f"killed-{number}.ogg"
        command = [sys.executable, "-m", "tests.audio.recorder_that_dies", str(path)]
        last = chance.uniform(1.5, 4)
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own file
            assert process.stdout is not None
            spoken = 0.0
            while spoken < last:
                spoken = float(process.stdout.readline())
            process.kill()
        lost.append((spoken - read_back(path).shape[1] / RATE_HZ) * 1000)
    print_ms("lost by a killed process", lost)


if __name__ == "__main__":
    main()
