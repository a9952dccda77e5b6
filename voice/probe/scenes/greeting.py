"""A call that greets: its first update, what may and may not be changed, how it speaks and ends."""

import re
from typing import Any

import numpy as np

from voice.audio.levels import first_audible
from voice.audio.microphone import AGENT_RATE_HZ
from voice.probe.bench import Bench
from voice.probe.call import ProbeCall
from voice.probe.scenes.changes import change_what_is_fixed, change_what_is_not
from voice.probe.words import plain_words
from voice.protocol.client_events import SessionEnd
from voice.protocol.config import OutputPatch, SessionPatch
from voice.protocol.server_events import (
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    SessionEnded,
    SessionReady,
    SessionUpdated,
    TranscriptAgent,
    TranscriptAgentDelta,
)
from voice.protocol.voices import catalogue

GREETING = "Hello, this is a short check."
_PROMPT = "You are checking a phone line. Answer in one short sentence."
_STARTED_S = 2.0
_SPOKEN_S = 6.0
_TOGETHER_S = 0.5
_END_S = 1.5
_MAX_LEAD_IN_S = 2.0
_NORMAL = 1000
_SHAPE = re.compile(r"(sess|resp|msg)_[0-9a-f]{32}")


async def greeting(bench: Bench) -> None:
    """One call. The changes are tried while the greeting is spoken."""
    voice = catalogue()[0].id
    patch = SessionPatch(system_prompt=_PROMPT, greeting=GREETING, output=OutputPatch(voice=voice))
    async with bench.session(bench.target.endpoint, "greeting", patch) as call:
        ready = call.all(SessionReady)[0]
        bench.greeted = ready.session_id
        _first_update(bench, call, patch)
        started = await call.wait(ReplyStarted, _STARTED_S)
        await change_what_is_fixed(bench, call)
        await change_what_is_not(bench, call)
        _ids(bench, ready, started)
        if started is None:
            bench.check("greeting_audio", False, "no reply.started")
        else:
            await call.until(call.is_quiet, _SPOKEN_S)
            await call.wait(TranscriptAgent, _TOGETHER_S)
            _spoken(bench, call, started.reply_id)
        await _end(bench, call)


def _first_update(bench: Bench, call: ProbeCall, patch: SessionPatch) -> None:
    updated, ready = call.place(SessionUpdated), call.place(SessionReady)
    in_order = updated is not None and ready is not None and updated < ready
    bench.check("first_update", in_order, "in this order" if in_order else "session.ready only")
    events: list[SessionUpdated | SessionReady] = [*call.all(SessionUpdated), *call.all(SessionReady)]
    echo: dict[str, Any] = next((event.config for event in events if event.config), {})
    output = echo.get("output")
    seen = {
        "prompt": echo.get("system_prompt") == patch.system_prompt,
        "greeting": echo.get("greeting") == patch.greeting,
        "voice": isinstance(output, dict) and output.get("voice") == catalogue()[0].id,
    }
    wrong = [name for name, same in seen.items() if not same]
    bench.check("config_echo", not wrong, f"not as sent: {', '.join(wrong)}" if wrong else "as sent")


def _ids(bench: Bench, ready: SessionReady, started: ReplyStarted | None) -> None:
    ids = [ready.session_id, *((started.reply_id, started.item_id) if started else ())]
    odd = [id_ for id_ in ids if not _SHAPE.fullmatch(id_)]
    seen = f"such as {odd[0] or 'an empty one'}" if odd else "of this form"
    bench.check("ids", started is not None and not odd, seen if started else "no reply to look at")


def _spoken(bench: Bench, call: ProbeCall, reply_id: str) -> None:
    samples = np.frombuffer(call.audio(reply_id)[: len(call.audio(reply_id)) // 2 * 2], "<i2").astype(
        np.int16
    )
    audible = first_audible(samples, AGENT_RATE_HZ // 100)
    bench.check("greeting_audio", audible is not None, f"{len(samples) / AGENT_RATE_HZ:.1f} s of sound")
    if audible is None:
        bench.not_tested("no sound came", "lead_in")
    else:
        lead_in_s = audible / AGENT_RATE_HZ
        bench.check("lead_in", lead_in_s < _MAX_LEAD_IN_S, f"{lead_in_s:.2f} s")
    _words(bench, [e for e in call.all(TranscriptAgentDelta) if e.reply_id == reply_id])
    text = next((e.text for e in call.all(TranscriptAgent) if e.reply_id == reply_id), None)
    bench.check("greeting_text", plain_words(text or "") == plain_words(GREETING), text or "none came")
    _order(bench, call)


def _words(bench: Bench, words: list[TranscriptAgentDelta]) -> None:
    starts = [word.start_ms for word in words if word.start_ms is not None and word.end_ms is not None]
    are_all = bool(words) and len(starts) == len(words) and starts == sorted(starts)
    said = plain_words(" ".join(word.delta for word in words))
    seen = f"{len(words)} words, {len(starts)} with times" if words else "no words"
    bench.check("word_times", are_all and said == plain_words(GREETING), seen)


def _order(bench: Bench, call: ProbeCall) -> None:
    steps = {
        "started": call.place(ReplyStarted),
        "audio": call.place(ReplyAudio),
        "transcript": call.place(TranscriptAgent),
        "done": call.place(ReplyDone, lambda done: done.status == "completed"),
    }
    came = sorted((place, name) for name, place in steps.items() if place is not None)
    seen = [name for _, name in came]
    bench.check("reply_order", seen == list(steps), ", ".join(seen))


async def _end(bench: Bench, call: ProbeCall) -> None:
    await call.send(SessionEnd())
    ended = await call.wait(SessionEnded, _END_S)
    code = await call.closed(_END_S)
    seen = "session.ended" if ended else "no session.ended"
    closing = "stays open" if code is None else f"close {code}"
    bench.check("session_end", ended is not None and code == _NORMAL, f"{seen}, {closing}")
