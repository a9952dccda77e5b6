"""Thinking ahead while the person is silent."""

import asyncio

import numpy as np

from tests.support.agent_server import ScriptedBrain
from voice.agent.brain import CallTool, Conversation, Message, Say
from voice.agent.rehearsal import Rehearsal
from voice.agent.reply import Spoken


def heard(text: str) -> Conversation:
    return Conversation("", (), (Message("user", text),))


def repeat(conversation: Conversation) -> list[Say | CallTool]:
    return [Say(f"{conversation.messages[-1].text} First."), Say("Second.")]


class Voice:
    """Notes what it is asked to speak."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def speak(self, sentence: str) -> Spoken:
        self.asked.append(sentence)
        return Spoken(np.zeros(len(self.asked), np.int16), ())


async def said(rehearsal: Rehearsal, conversation: Conversation) -> list[str]:
    items = [item async for item in rehearsal.reply(conversation)]
    return [item.text for item in items if isinstance(item, Say)]


async def test_a_right_guess_is_neither_thought_nor_spoken_again() -> None:
    brain, voice = ScriptedBrain(repeat), Voice()
    rehearsal = Rehearsal(brain, voice.speak)
    rehearsal.prepare(heard("Hi."))
    rehearsal.prepare(heard("Hi."))
    assert await said(rehearsal, heard("Hi.")) == ["Hi. First.", "Second."]
    assert (len(brain.asked), voice.asked) == (1, ["Hi."])
    assert len((await rehearsal.speak("Hi.")).samples) == 1
    assert voice.asked == ["Hi."]
    await rehearsal.speak("Hi.")
    assert voice.asked == ["Hi.", "Hi."]


async def test_a_wrong_guess_is_not_used() -> None:
    brain, voice = ScriptedBrain(repeat), Voice()
    rehearsal = Rehearsal(brain, voice.speak)
    rehearsal.prepare(heard("Hi."))
    assert await said(rehearsal, heard("Bye.")) == ["Bye. First.", "Second."]
    await rehearsal.speak("Bye.")
    assert "Bye." in voice.asked


async def test_a_newer_guess_replaces_the_older() -> None:
    brain, voice = ScriptedBrain(repeat), Voice()
    rehearsal = Rehearsal(brain, voice.speak)
    rehearsal.prepare(heard("Hi."))
    rehearsal.prepare(heard("Hi there."))
    assert await said(rehearsal, heard("Hi there.")) == ["Hi there. First.", "Second."]
    assert voice.asked == ["Hi there."]


async def test_a_guess_that_failed_in_vain_is_no_news() -> None:
    def fail(_conversation: Conversation) -> list[Say | CallTool]:
        raise RuntimeError("no reply today")

    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
    rehearsal = Rehearsal(ScriptedBrain(fail), Voice().speak)
    rehearsal.prepare(heard("Hi."))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rehearsal.forget()
    assert complaints == []
