"""Plays the person of a sample call into the microphone, in place of a browser's sound, at its pace.

From the microphone on, the way is that of every call. Runs on the call loop until the person says goodbye.
"""

import asyncio
from collections.abc import Callable

from voice.audio.aside import Aside
from voice.audio.microphone import Microphone
from voice.audio.reply_track import FramePacer
from voice.call.sample_person import SamplePerson, as_frame, sample_lines
from voice.conversation.state import CallState


async def play_person(microphone: Microphone, aside: Aside, state: Callable[[], CallState]) -> None:
    """Speak the whole script to the agent, and to who listens in through `aside`. Returns to be hung up."""
    person = SamplePerson(await asyncio.to_thread(sample_lines))
    pacer = FramePacer()
    loop = asyncio.get_running_loop()
    while not person.hung_up:
        await asyncio.sleep(pacer.wait_s(loop.time()))
        pacer.take(loop.time())
        samples = person.frame(state())
        microphone.on_frame(as_frame(samples))
        aside.put(samples)
