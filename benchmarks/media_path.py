"""Parley's own part of the delay, in real Chromium: `python -m benchmarks.media_path`.

A scripted agent takes the place of the real one, so that both ends of each path are in this process or in
the browser, on one clock: a sound into the microphone until it is in a message at the agent; a sound in a
message until the browser has it; words in a message until they are on the page.
"""

import asyncio
import base64
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import print_ms
from tests.support.dashboard import run_dashboard
from tests.support.scripted_agent import ScriptedAgent, scripted_agent
from tests.support.talk_page import TalkPage, chromium, talk_page

REPEATS = 30
PAUSE_S = 0.4
AGENT_RATE_HZ = 24_000
LOUD = 1_000
WATCH_WORDS = """() => {
    window.wordsAt = {};
    const roots = [...document.querySelectorAll('*')].map(host => host.shadowRoot).filter(Boolean);
    const log = roots.map(root => root.querySelector('[role=log]')).find(Boolean);
    new MutationObserver(() => {
        const found = log.textContent.match(/word-\\d+/g) ?? [];
        for (const word of found) window.wordsAt[word] ??= performance.timeOrigin + performance.now();
    }).observe(log, { childList: true, subtree: true, characterData: true });
}"""


def burst(rate_hz: int, ms: int = 100) -> NDArray[np.int16]:
    """A loud tone that begins at its peak, so that its onset is exact."""
    t = np.arange(rate_hz * ms // 1000) / rate_hz
    return (16_000 * np.cos(2 * np.pi * 1000 * t)).astype(np.int16)


class Ear:
    """Notes when a message with sound arrives at the agent, epoch ms."""

    def __init__(self) -> None:
        self.onsets: list[float] = []
        self._loud = False

    def hear(self, text: str) -> None:
        """Take one message of the dashboard."""
        message = json.loads(text)
        if message["type"] != "input.audio":
            return
        samples = np.frombuffer(base64.b64decode(message["audio"]), "<i2")
        loud = bool(np.max(np.abs(samples)) > LOUD)
        if loud and not self._loud:
            # The onset lies within the message; what matters is when the whole message was here.
            self.onsets.append(time.time() * 1000)
        self._loud = loud


async def measure_up(page: TalkPage, ear: Ear) -> list[float]:
    """Sound into the microphone until it is at the agent."""
    delays = []
    for _ in range(REPEATS):
        before = len(ear.onsets)
        began = await page.say(burst(48_000))
        await asyncio.sleep(PAUSE_S)
        delays += [onset - began for onset in ear.onsets[before : before + 1]]
    return delays


async def measure_down(page: TalkPage, agent: ScriptedAgent) -> list[float]:
    """Sound in a message until the browser has it."""
    delays = []
    audio = base64.b64encode(burst(AGENT_RATE_HZ).tobytes()).decode()
    for index in range(REPEATS):
        reply_id = f"resp_{index}"
        await agent.say("reply.started", reply_id=reply_id, item_id="")
        sent = time.time() * 1000
        await agent.say("reply.audio", reply_id=reply_id, data=audio)
        await agent.say("reply.done", reply_id=reply_id, status="completed")
        delays.append(await page.wait_until_heard(loud=True, since_ms=sent - 20, blocks=2) - sent)
        await asyncio.sleep(PAUSE_S)
    return delays


async def measure_words(page: TalkPage, agent: ScriptedAgent) -> list[float]:
    """Words in a message until they are on the page."""
    await page.page.evaluate(WATCH_WORDS)
    sent = {}
    for index in range(REPEATS):
        word = f"word-{index}"
        sent[word] = time.time() * 1000
        await agent.say("transcript.user.delta", item_id="msg_1", text=word)
        await asyncio.sleep(PAUSE_S / 2)
    seen = await page.page.evaluate("window.wordsAt")
    return [seen[word] - at for word, at in sent.items()]


async def main() -> None:
    """Print the three delays."""
    ear = Ear()

    async def listening(agent: ScriptedAgent) -> None:
        agent.on_text = ear.hear
        await agent.get_ready()
        await agent.end_politely()

    with tempfile.TemporaryDirectory() as folder:
        async with (
            scripted_agent(listening) as stage,
            chromium() as browser,
            run_dashboard(Path(folder), {"VOICE_AGENT_URL": stage.url}) as dashboard,
            talk_page(browser, dashboard.url) as page,
        ):
            await page.connect()
            agent = stage.agents[0]
            await agent.expect("input.audio", 50)
            print_ms("microphone → message at the agent", await measure_up(page, ear))
            print_ms("message of the agent → browser has it", await measure_down(page, agent))
            print_ms("message of the agent → words on the page", await measure_words(page, agent))
            await page.hang_up()


if __name__ == "__main__":
    asyncio.run(main())
