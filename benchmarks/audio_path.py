"""What the audio path costs and does, each figure measured in this run.

    python -m benchmarks.audio_path

Costs are microseconds on the calling thread. Stalls and delays of the jitter buffers are counted in
packets of 20 ms as they would arrive, so they do not depend on the machine.
"""

import asyncio
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from aiortc.jitterbuffer import JitterBuffer as StockJitterBuffer
from aiortc.rtp import RtpPacket
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from voice.audio import opus_packet
from voice.audio.handover import ChunkQueue
from voice.audio.jitter_buffer import AudioJitterBuffer
from voice.audio.levels import level_dbfs
from voice.audio.microphone import Microphone
from voice.audio.reply_buffer import ReplyBuffer
from voice.audio.reply_track import FRAME_SAMPLES, ReplyTrack
from voice.audio.resample import Resampler

ROUNDS = 3000
FRAME_MS = 20
ALIAS_HZ = 13_000
LOST_INDEX = 20
PACKETS = 100

Samples = NDArray[np.int16]
Buffer = StockJitterBuffer | AudioJitterBuffer


def print_row(what: str, *figures: str) -> None:
    """Print one line of a table."""
    print(f"{what:<58}" + "".join(f"{figure:>12}" for figure in figures))


def sine(frequency_hz: float, rate_hz: int, seconds: float) -> Samples:
    """A tone at half of full scale."""
    phase = 2 * np.pi * frequency_hz * np.arange(round(rate_hz * seconds)) / rate_hz
    rounded: NDArray[np.float64] = np.rint(16_000 * np.sin(phase))
    return rounded.astype(np.int16)


def print_cost(what: str, run: Callable[[], object]) -> None:
    """Print median and 99th percentile of one step, over `ROUNDS` rounds."""
    costs_us = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        costs_us.append((time.perf_counter() - start) * 1e6)
    print_row(what, *(f"{np.percentile(costs_us, share):.0f}" for share in (50, 99)))


def stereo_frame() -> AudioFrame:
    """A frame as aiortc's Opus decoder gives it."""
    frame = AudioFrame.from_ndarray(np.repeat(sine(440, 48_000, 0.02), 2).reshape(1, -1), "s16", "stereo")
    frame.sample_rate = 48_000
    return frame


def costs() -> None:
    """Print what each step costs the thread it runs on."""
    print_row("cost, microseconds", "p50", "p99")
    frame = stereo_frame()
    microphone = Microphone(ChunkQueue(10), clock=time.monotonic)
    print_cost("microphone, one 20 ms stereo frame", lambda: microphone.on_frame(frame))

    chunk = sine(440, 24_000, 0.01).tobytes()
    replies = ReplyBuffer()
    print_cost("reply push, 10 ms", lambda: replies.push("a", chunk))
    print_cost("reply pull, 20 ms", lambda: replies.pull(FRAME_SAMPLES))

    replies = ReplyBuffer()
    replies.push("a", sine(440, 24_000, 100).tobytes())
    # Of the schedule only the cost is wanted here: on this clock every frame is due at once.
    ticks = iter(np.arange(0, 10 * ROUNDS) * FRAME_MS / 2000)
    track = ReplyTrack(replies, clock=lambda: float(next(ticks)), sleep=lambda _: asyncio.sleep(0))
    loop = asyncio.new_event_loop()
    print_cost("reply track, pull and encode 20 ms", lambda: loop.run_until_complete(track.recv()))
    loop.close()

    buffer = AudioJitterBuffer(StockJitterBuffer(capacity=16, prefetch=4))
    packets = iter([packet(index) for index in range(ROUNDS)])
    print_cost("jitter buffer, one packet", lambda: buffer.add(next(packets)))


def stock_resample(samples: Samples, in_rate_hz: int, out_rate_hz: int) -> Samples:
    """Convert with PyAV's resampler as it comes."""
    resampler = AudioResampler(format="s16", layout="mono", rate=out_rate_hz)
    frame = AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate = in_rate_hz
    parts = [
        part.to_ndarray().reshape(-1) for part in [*resampler.resample(frame), *resampler.resample(None)]
    ]
    return np.concatenate(parts).astype(np.int16)


def resampling() -> None:
    """Print how clean the change of rate is, and what it holds back."""
    print_row("\nresampling", "ours", "av default")
    tone = sine(ALIAS_HZ, 48_000, 1)
    edge = 500
    ours = Resampler(48_000, 24_000).process(tone)[edge:]
    stock = stock_resample(tone, 48_000, 24_000)[edge:-edge]
    print_row(
        "13 kHz left after 48 to 24 kHz, dB (floor -91)",
        *(f"{level_dbfs(out) - level_dbfs(tone):.0f}" for out in (ours, stock)),
    )
    for in_rate_hz, out_rate_hz in ((48_000, 24_000), (24_000, 48_000), (22_050, 24_000)):
        ready = len(Resampler(in_rate_hz, out_rate_hz).process(sine(440, in_rate_hz, 1)))
        print_row(
            f"held back, {in_rate_hz} to {out_rate_hz} Hz, ms", f"{1000 * (1 - ready / out_rate_hz):.1f}"
        )


def packet(index: int) -> RtpPacket:
    """Packet number `index` of a stream of 20 ms Opus packets."""
    made = RtpPacket(payload_type=96, sequence_number=index % 0x10000, timestamp=index * FRAME_SAMPLES)
    made.payload = b"\xf8" + index.to_bytes(4, "big")
    # The stock buffer reads what aiortc's receiver leaves here.
    made._data = made.payload  # type: ignore[attr-defined]  # noqa: SLF001
    return made


def behaviour(make: Callable[[], Buffer], arriving: list[int]) -> list[str]:
    """Return first delay, longest stall and last delay (ms), and packets that came but never played."""
    buffer = make()
    newest_by_arrival: dict[int, int] = {}
    played: set[int] = set()
    for now, index in enumerate(arriving):
        frame = buffer.add(packet(index))[1]
        if frame is not None:
            first = frame.timestamp // FRAME_SAMPLES
            after = first + opus_packet.packet_samples(frame.data) // FRAME_SAMPLES
            played.update(range(first, after))
            newest_by_arrival[max(arriving[: now + 1])] = after - 1
    delays = [arrived - newest for arrived, newest in newest_by_arrival.items()]
    stall = max(later - earlier for earlier, later in pairwise(newest_by_arrival))
    unplayed = {index for index in arriving if index <= max(played)} - played
    return [
        f"{delays[LOST_INDEX // 2] * FRAME_MS}",
        f"{stall * FRAME_MS}",
        f"{delays[-1] * FRAME_MS}",
        f"{len(unplayed)}",
    ]


def jitter() -> None:
    """Print what each buffer does with the same packets."""
    print_row("\njitter buffer, ms", "delay", "stall", "delay after", "not played")
    in_order = list(range(PACKETS))
    swapped = [*in_order[:LOST_INDEX], LOST_INDEX + 1, LOST_INDEX, *in_order[LOST_INDEX + 2 :]]
    cases = {
        "one packet lost": [index for index in in_order if index != LOST_INDEX],
        "three packets lost": [index for index in in_order if not 0 <= index - LOST_INDEX < 3],
        "one pair swapped": swapped,
    }
    makers: dict[str, Callable[[], Buffer]] = {
        "aiortc 16/4": lambda: StockJitterBuffer(capacity=16, prefetch=4),
        "aiortc 4/1": lambda: StockJitterBuffer(capacity=4, prefetch=1),
        "ours": lambda: AudioJitterBuffer(StockJitterBuffer(capacity=16, prefetch=4)),
    }
    for case, arriving in cases.items():
        for name, make in makers.items():
            print_row(f"{case}, {name}", *behaviour(make, arriving))


def main() -> None:
    """Print all tables."""
    costs()
    resampling()
    jitter()


if __name__ == "__main__":
    main()
