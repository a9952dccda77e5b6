"""A call in real Chromium, measured: `python -m benchmarks.call_in_browser`, with names of measures or all.

Words: are they recognised on the way in, and is the answer intelligible on the way out? Connect: from the
click to the greeting. Latency: from the end of speech to the answer. Barge-in: from the agent's event to
silence. Cycles: connects in a row, and what they leave behind. Cost: processor and memory of one call.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray
from playwright.async_api import Browser
from playwright.async_api import TimeoutError as BrowserTimeoutError

from benchmarks.figures import print_ms
from benchmarks.tapped_agent import Tap, tapped_agent
from tests.support.dashboard import Dashboard, run_dashboard
from tests.support.speech import BROWSER_RATE_HZ, WORDS, read_clip, recognise, word_error_rate
from tests.support.talk_page import TalkPage, chromium, talk_page

REPEATS = 20
CYCLES = 50
COST_S = 30
# Without punctuation: a pause would pass for the silence after a flush.
LONG_GREETING = (
    "I will now talk for a long time without any pause so that somebody can interrupt me in the middle of "
    "this sentence which goes on and on until it is stopped or comes to its end at last"
)
# The level below which a 10 ms block counts as silence, and voiced speech as over.
AUDIBLE_RMS = 10 ** (-50 / 20)
VOICED_RMS = 10 ** (-40 / 20) * 32_768

Measure = Callable[[TalkPage, Tap, Dashboard], Awaitable[None]]


async def measure_words(page: TalkPage, _tap: Tap, _dashboard: Dashboard) -> None:
    """Every clip said once; its words on the page, and the answer as the browser received it."""
    print("clip          words in (WER)  answer out (WER)  heard / answered")
    for name, words in WORDS.items():
        await page.connect()
        await page.wait_for_turns(1, "agent")
        await page.wait_for_state("listening")
        before = len(await page.heard())
        await page.say(read_clip(name))
        (spoken, *_) = await page.wait_for_turns(1, "user")
        answer = (await page.wait_for_turns(2, "agent"))[1].text
        await page.wait_for_state("listening")
        out = recognise((await page.heard())[before:])
        print(
            f"{name:12}  {word_error_rate(words, spoken.text):14.0%}  {word_error_rate(answer, out):16.0%}"
            f"  {spoken.text!r} / {answer!r} / recognised {out!r}"
        )
        await page.hang_up()


async def measure_connect(page: TalkPage, _tap: Tap, _dashboard: Dashboard) -> None:
    """From the click on Connect, with the call before well over."""
    ready: list[float] = []
    heard: list[float] = []
    for _ in range(REPEATS):
        await asyncio.sleep(2)
        clicked = time.time() * 1000
        await page.connect()
        ready.append(time.time() * 1000 - clicked)
        heard.append(await page.wait_until_heard(loud=True, blocks=2) - clicked)
        await page.hang_up()
    print_ms("Connect → may speak", ready)
    print_ms("Connect → first audible of the greeting", heard)


async def measure_latency(page: TalkPage, tap: Tap, _dashboard: Dashboard) -> None:
    """End of speech to answer, split at the agent's commitment."""
    clip = read_clip("goforward")
    voiced_end_ms = _voiced_end_ms(clip)
    answers, endpointing, agent, own = [], [], [], []
    for _ in range(REPEATS):
        await page.connect()
        await page.wait_for_turns(1, "agent")
        await page.wait_for_state("listening")
        ended = await page.say(clip) + voiced_end_ms
        await page.wait_for_turns(2, "agent")
        heard = await page.wait_until_heard(loud=True, since_ms=ended + 100, blocks=2)
        await page.wait_for_state("listening")
        stopped = tap.last("input.speech.stopped")
        first_audio = next(m.at_ms for m in tap.passed if m.type == "reply.audio" and m.at_ms > stopped)
        answers.append(heard - ended)
        endpointing.append(stopped - ended)
        agent.append(first_audio - stopped)
        own.append(heard - first_audio)
        await page.hang_up()
    print_ms("end of voiced speech → first audible", answers)
    print_ms("  of that: end of speech → turn committed", endpointing)
    print_ms("  of that: committed → first audio message", agent)
    print_ms("  of that: first audio message → heard", own)


async def measure_barge_in(page: TalkPage, tap: Tap, _dashboard: Dashboard) -> None:
    """Talk over the greeting; from the agent's `input.speech.started` to silence in what the browser got."""
    clip = read_clip("austen_0880")
    await page.page.get_by_label("Greeting").fill(LONG_GREETING)
    await page.page.keyboard.press("Enter")
    silences, decisions = [], []
    for index in range(REPEATS):
        await page.connect()
        # Each time at another place of the sentence.
        await page.wait_until_heard(loud=True, blocks=5)
        await asyncio.sleep(0.05 * index)
        began = await page.say(clip)
        silent = await page.wait_until_heard(loud=False, since_ms=began, blocks=30)
        event = next(m.at_ms for m in tap.passed if m.type == "input.speech.started" and m.at_ms > began)
        silences.append(_silent_from(await page.loudness(), event) - event)
        decisions.append(event - began)
        assert silent >= began
        await page.hang_up()
    print_ms("person starts → the agent's event", decisions)
    print_ms("the agent's event → silence in the browser", silences)


async def measure_cycles(page: TalkPage, _tap: Tap, dashboard: Dashboard) -> None:
    """Connects in a row: how many were live, and what stayed behind in the dashboard's process."""
    process = psutil.Process(dashboard.process.pid)
    live = 0
    for cycle in range(CYCLES + 1):
        try:
            await page.connect()
            await page.wait_until_heard(loud=True, blocks=2)
        except BrowserTimeoutError:
            print(
                f"cycle {cycle} was dead:", await page.page.get_by_role("alert").all_inner_texts(), flush=True
            )
        else:
            live += cycle > 0
            await page.hang_up()
        if cycle == 0:
            await asyncio.sleep(3)
            print("after the first:", _leftovers(process))
    await asyncio.sleep(3)
    print(f"after {CYCLES} more:", _leftovers(process))
    print(f"live: {live} of {CYCLES}")


async def measure_cost(page: TalkPage, tap: Tap, dashboard: Dashboard) -> None:
    """Processor and memory while one person talks half of the time."""
    await page.connect()
    await page.wait_for_turns(1, "agent")
    processes = {"dashboard": psutil.Process(dashboard.process.pid), "agent": psutil.Process(tap.pid)}
    before = {name: sum(p.cpu_times()[:2]) for name, p in processes.items()}
    started = time.monotonic()
    while time.monotonic() - started < COST_S:
        await page.say(read_clip("goforward"))
        await page.wait_for_state("speaking")
        await page.wait_for_state("listening")
    elapsed = time.monotonic() - started
    for name, process in processes.items():
        cores = (sum(process.cpu_times()[:2]) - before[name]) / elapsed
        print(f"{name:10} {cores:5.2f} cores  {process.memory_info().rss / 2**20:6.0f} MiB")
    await page.hang_up()


def _leftovers(process: psutil.Process) -> str:
    memory_mib = process.memory_info().rss / 2**20
    return f"{process.num_threads()} threads, {process.num_fds()} files, {memory_mib:.0f} MiB"


def _voiced_end_ms(clip: NDArray[np.int16]) -> float:
    block = BROWSER_RATE_HZ // 100
    blocks = clip[: len(clip) // block * block].reshape(-1, block).astype(np.float64)
    voiced = np.flatnonzero(np.sqrt(np.mean(blocks**2, axis=1)) > VOICED_RMS)
    return float((voiced[-1] + 1) * 10)


def _silent_from(rows: NDArray[np.float64], since_ms: float) -> float:
    later = rows[rows[:, 0] > since_ms]
    quiet = np.convolve(later[:, 1] > AUDIBLE_RMS, np.ones(10), "valid") == 0
    return float(later[np.argmax(quiet), 0] - 10)


MEASURES: dict[str, Measure] = {
    "words": measure_words,
    "connect": measure_connect,
    "latency": measure_latency,
    "barge_in": measure_barge_in,
    "cycles": measure_cycles,
    "cost": measure_cost,
}


async def main(names: list[str]) -> None:
    """Run the named measures, each on a page of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            tapped_agent() as tap,
            chromium() as browser,
            run_dashboard(Path(folder), {"VOICE_AGENT_URL": tap.url}) as dashboard,
        ):
            for name in names or MEASURES:
                print(f"\n{name}: {(MEASURES[name].__doc__ or '').strip()}", flush=True)
                await _measure(MEASURES[name], browser, tap, dashboard)


async def _measure(measure: Measure, browser: Browser, tap: Tap, dashboard: Dashboard) -> None:
    async with talk_page(browser, dashboard.url) as page:
        await measure(page, tap, dashboard)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
