"""A call that talks over a long reply: how the cut is told, and what becomes of the words."""

import asyncio
import contextlib

from voice.probe.bench import Bench
from voice.probe.call import ProbeCall
from voice.probe.speech import WORDS, Microphone, speech
from voice.probe.words import plain_words
from voice.protocol.client_events import ReplyCreate
from voice.protocol.config import SessionPatch
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyDone,
    ReplyStarted,
    TranscriptAgent,
    TranscriptUser,
)

_PROMPT = "You are checking a phone line. Do what you are asked, without a question."
_LONG_REPLY = "Count from 1 to 30."
_STARTED_S = 2.0
# Its first sound may come 1.3 s after its start (2026-09); then a word or two must have been said.
_TALK_OVER_AFTER_S = 2.0
_SIGNAL_S = 4.0
_TOGETHER_S = 1.0
_MAX_DELAY_S = 2.5
_TURN_S = 4.0
_ANSWERED_S = 2.0
_CUT = ("barge_in_signal", "barge_in_delay", "barge_in_transcript", "barge_in_done")


async def turn(bench: Bench) -> None:
    """One call. What is said over the reply is a turn like any other."""
    samples = await asyncio.to_thread(speech)
    async with bench.session(bench.target.endpoint, "turn", SessionPatch(system_prompt=_PROMPT)) as call:
        microphone = Microphone(call, samples)
        streaming = asyncio.create_task(microphone.run())
        try:
            reply_id = await _have_it_talk(bench, call)
            if reply_id:
                await asyncio.sleep(_TALK_OVER_AFTER_S)
            began_at = await microphone.say()
            if reply_id:
                await _cut(bench, call, reply_id, began_at)
            await _heard(bench, call)
        finally:
            streaming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await streaming


async def _have_it_talk(bench: Bench, call: ProbeCall) -> str:
    asked_at = asyncio.get_running_loop().time()
    await call.send(ReplyCreate(instructions=_LONG_REPLY))
    found = await call.wait_heard(ReplyStarted, _STARTED_S)
    if found is None:
        bench.check("reply_create", False, f"none within {_STARTED_S:.0f} s")
        bench.not_tested("no reply to talk over", *_CUT)
        return ""
    started_at, reply = found
    bench.check("reply_create", True, f"after {started_at - asked_at:.2f} s")
    return reply.reply_id


async def _cut(bench: Bench, call: ProbeCall, reply_id: str, began_at: float) -> None:
    signal = await call.wait_heard(InputSpeechStarted, _SIGNAL_S)
    bench.check("barge_in_signal", signal is not None, "came" if signal else f"none within {_SIGNAL_S:.0f} s")
    if signal is None:
        bench.not_tested("no signal came", "barge_in_delay")
    else:
        delay_s = signal[0] - began_at
        bench.check("barge_in_delay", delay_s < _MAX_DELAY_S, f"{delay_s:.2f} s")
    done = await call.wait(ReplyDone, _TOGETHER_S, wanted=lambda e: e.reply_id == reply_id)
    text = await call.wait(TranscriptAgent, _TOGETHER_S, wanted=lambda e: e.reply_id == reply_id)
    told = "none came" if text is None else f"interrupted: {str(text.interrupted).lower()}"
    bench.check("barge_in_transcript", text is not None and text.interrupted, told)
    status = f"status {done.status}" if done else "none came"
    bench.check("barge_in_done", done is not None and done.status == "interrupted", status)


async def _heard(bench: Bench, call: ProbeCall) -> None:
    said = await call.wait(TranscriptUser, _TURN_S)
    stopped, final = call.place(InputSpeechStopped), call.place(TranscriptUser)
    in_order = stopped is not None and final is not None and stopped < final
    came = {"input.speech.stopped": stopped, "transcript.user": final}
    missing = [name for name, place in came.items() if place is None]
    seen = (
        f"no {', no '.join(missing)}" if missing else "in this order" if in_order else "the other way round"
    )
    bench.check("turn_end", in_order, seen)
    if said is None or final is None:
        bench.check("recognition", False, "no transcript.user")
        bench.not_tested("no turn to answer", "turn_answered")
        return
    bench.check("recognition", WORDS in plain_words(said.text), f"“{said.text}”")
    answer = await call.wait(ReplyStarted, _ANSWERED_S, since=final)
    bench.check("turn_answered", answer is not None, "came" if answer else f"none within {_ANSWERED_S:.0f} s")
