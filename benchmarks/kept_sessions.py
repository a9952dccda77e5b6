"""What it costs the local agent to keep a session: CPU, memory, and whether speech is later for it.

    python -m benchmarks.kept_sessions

Takes two minutes. Speech is measured at a client, with and without recording in turn.
"""

import asyncio
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import print_ms
from tests.support.agent_client import agent_client, clip, silence
from tests.support.agent_server import ScriptedBrain, running_agent
from voice.agent.archive.encoder import ROUND_S, Encoder
from voice.agent.archive.journal import Journal, Start
from voice.agent.archive.recording import Recording
from voice.agent.brain import Say
from voice.agent.line_format import FORMATS
from voice.agent.models import load_models
from voice.agent.server import AgentOptions

RATE_HZ = 24_000
FRAME = 240
MINUTES = 5
LOOP_S = 10.0
TICK_S = 0.005
ROUNDS = 4
COUNTING = " ".join(["One two three four five six seven eight nine ten."] * 2)
LINE = FORMATS["audio/pcm"]


def main() -> None:
    """Print every figure."""
    measure_cost("of talk", clip("goforward"))
    measure_cost("of silence", silence(1_000))
    measure_hand_over()
    for sessions in (0, 1, 16):
        asyncio.run(measure_loop(sessions))
    asyncio.run(measure_speech())


def measure_cost(label: str, sound: NDArray[np.int16]) -> None:
    """Both speakers in turn, in frames of 10 ms, encoded five times a second as in a process that runs."""
    sound = sound[: len(sound) // FRAME * FRAME]
    quiet = np.zeros(FRAME, np.int16)
    made = Recording(begun_at=0.0, person_rate_hz=RATE_HZ, agent_rate_hz=RATE_HZ)
    frames = MINUTES * 60 * 100
    rounds: list[float] = []
    begun = time.process_time()
    for number in range(frames):
        start = number * FRAME % len(sound)
        said = sound[start : start + FRAME]
        mine = (number * FRAME // len(sound)) % 2 == 0
        made.heard((number + 1) / 100, said if mine else quiet)
        made.spoke(number / 100, quiet if mine else said)
        if number % round(ROUND_S * 100) == 0:
            encoding = time.perf_counter()
            made.encode(number / 100)
            rounds.append((time.perf_counter() - encoding) * 1000)
    spent_s = time.process_time() - begun
    print(f"{f'CPU of recording a session {label}':46} {spent_s / MINUTES / 60:.2%} of a core")
    print(f"{f'memory of a minute {label}':46} {made.size / MINUTES / 1000:.0f} kB")
    print_ms(f"a round of {ROUND_S} s {label}", rounds)


def measure_hand_over() -> None:
    """What the event loop pays for a frame of either side, following included."""
    made = Recording(begun_at=0.0, person_rate_hz=RATE_HZ, agent_rate_hz=RATE_HZ)
    journal = Journal(1, Start("sess_1", "local", {}, LINE, LINE, 0.0), made, time.monotonic)
    samples = np.zeros(FRAME, np.int16)
    data = samples.tobytes()
    acts: dict[str, Callable[[], None]] = {
        "heard": lambda: journal.heard(samples),
        "sent": lambda: journal.spoke(data, time.monotonic()),
    }
    for label, act in acts.items():
        begun = time.perf_counter()
        for _ in range(1_000):
            act()
        print(f"{f'handing over a frame that was {label}':46} {(time.perf_counter() - begun) * 1000:.1f} µs")
        with made._lock:  # noqa: SLF001 - a full queue would be cheaper
            made._waiting.clear()  # noqa: SLF001 - see above


async def measure_loop(sessions: int) -> None:
    """How late an event loop wakes while the encoder works for so many sessions."""
    encoder = Encoder()
    encoder.start()
    loop = asyncio.get_running_loop()
    made = [
        Recording(begun_at=loop.time(), person_rate_hz=RATE_HZ, agent_rate_hz=RATE_HZ)
        for _ in range(sessions)
    ]
    for recording in made:
        encoder.add(recording)
    noise = np.random.default_rng(1).normal(0, 3_000, FRAME).astype(np.int16)
    late: list[float] = []
    begun = due = loop.time()
    while due < begun + LOOP_S:
        due += TICK_S
        await asyncio.sleep(due - loop.time())
        late.append(max(0.0, loop.time() - due) * 1000)
        if len(late) % 2:
            for recording in made:
                recording.heard(loop.time(), noise)
    await encoder.close()
    print_ms(f"the loop wakes late, {sessions} sessions recorded", late)


async def measure_speech() -> None:
    """Reply frames at a client against their pace, and how soon the first audible one comes."""
    models = load_models()
    options = AgentOptions()
    late: dict[bool, list[float]] = {True: [], False: []}
    first: dict[bool, list[float]] = {True: [], False: []}
    brain = ScriptedBrain(lambda _conversation: [Say(COUNTING)])
    async with running_agent(models, brain, options) as url:
        for number in range(2 * ROUNDS):
            kept = number % 2 == 0
            frames, soon = await _spoken(url if kept else f"{url}?record=false")
            late[kept] += frames
            first[kept].append(soon)
    models.shut_down()
    for kept, label in ((True, "recorded"), (False, "not recorded")):
        print_ms(f"reply frames behind their pace, {label}", late[kept])
        print_ms(f"reply asked for to audible, {label}", first[kept])


async def _spoken(url: str) -> tuple[list[float], float]:
    async with agent_client(url) as client:
        await client.start()
        asked = asyncio.get_running_loop().time()
        await client.send("reply.create")
        talking = asyncio.create_task(client.talk(silence(4_000)))
        await client.expect("reply.done")
        await talking
        frames = [
            (arrival, event["data"])
            for event, arrival in zip(client.events, client.arrivals, strict=True)
            if event["type"] == "reply.audio"
        ]
        await client.send("session.end")
        await client.closed()
    begun = min(arrival - number / 100 for number, (arrival, _) in enumerate(frames))
    late = [(arrival - begun - number / 100) * 1000 for number, (arrival, _) in enumerate(frames)]
    silent = frames[0][1]
    audible = next(arrival for arrival, data in frames if data != silent)
    return late, (audible - asked) * 1000


if __name__ == "__main__":
    main()
