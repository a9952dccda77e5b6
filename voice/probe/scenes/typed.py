"""A call that types: whether a message is taken, and by which way its text reaches the model."""

import re

from voice.probe.bench import Bench
from voice.probe.call import ProbeCall
from voice.probe.words import plain_words
from voice.protocol.client_events import ConversationMessage, ReplyCreate
from voice.protocol.config import SessionPatch
from voice.protocol.server_events import ReplyStarted, TranscriptAgent, TranscriptAgentDelta
from voice.protocol.typed_text import instructions_for

_PROMPT = "You are a calculator. Answer with the number only."
_STARTED_S = 2.0
# An agent that did not get the question may say more than a number.
_SPOKEN_S = 6.0
# Two questions, so that the second answer can't be the first again.
_MESSAGE = ("What is twelve times seven?", re.compile(r"\b(84|eighty four)\b"))
_TYPED = ("What is nine times seven?", re.compile(r"\b(63|sixty three)\b"))


async def typed(bench: Bench) -> None:
    """One call with two questions."""
    async with bench.session(bench.target.endpoint, "typed", SessionPatch(system_prompt=_PROMPT)) as call:
        question, answer = _MESSAGE
        await call.send(ConversationMessage(role="user", content=question))
        reply = await _reply(call, ReplyCreate())
        errors = [error.code for error in call.errors()]
        bench.check("message_taken", not errors, errors[0] if errors else "accepted")
        bench.check("message_reaches_model", bool(answer.search(plain_words(reply))), _quoted(reply))
        question, answer = _TYPED
        reply = await _reply(call, ReplyCreate(instructions=instructions_for(question)))
        bench.check("instructions_reach_model", bool(answer.search(plain_words(reply))), _quoted(reply))


async def _reply(call: ProbeCall, request: ReplyCreate) -> str:
    """The words of the reply that was asked for; empty when none came."""
    since = call.mark()
    await call.send(request)
    started = await call.wait(ReplyStarted, _STARTED_S, since)
    if started is None:
        return ""
    await call.until(call.is_quiet, _SPOKEN_S)
    words = [e.delta.strip() for e in call.all(TranscriptAgentDelta, since) if e.reply_id == started.reply_id]
    texts = [e.text for e in call.all(TranscriptAgent, since) if e.text and e.reply_id == started.reply_id]
    return texts[0] if texts else " ".join(words)


def _quoted(reply: str) -> str:
    return f"“{reply.strip()}”" if reply else "no words came"
