"""A session that is dropped: which credential gets it back, and how a refusal is told.

A refused resume is no failure: Parley then opens a new session that carries the conversation on.
"""

from dataclasses import dataclass

from voice.call.endpoint import Endpoint
from voice.probe.bench import Bench, CutShortError, told
from voice.protocol.client_events import SessionResume
from voice.protocol.config import SessionPatch
from voice.protocol.errors import VoiceAgentError
from voice.protocol.server_events import SessionReady

_PATCH = SessionPatch(system_prompt="You are checking a phone line.")
_ANSWER_S = 2.0
_UNKNOWN_ID = f"sess_{0:032x}"
_NOT_FOUND = "session_not_found"
_RESUMES = ("resume_by_resume_token", "resume_by_key", "resume_by_token")


async def resume(bench: Bench) -> None:
    """One session is dropped and asked for again; two more are opened."""
    target = bench.target
    ready = await _opens(bench, "key_opens", "first", target.by_key or target.endpoint, drop=True)
    if target.by_key is None:
        bench.not_applicable(bench.target.why_not, "key_opens")
    if ready is None:
        bench.not_tested("no session to resume", *_RESUMES)
    else:
        await _resume_each(bench, ready)
    await bench.attempt(_unknown, "resume_refused")
    await _opens(bench, "opens_after_refusal", "fresh", target.endpoint)
    if target.by_token is None:
        bench.not_applicable(bench.target.why_not, "token_opens")
    else:
        await _opens(bench, "token_opens", "fresh", target.by_token)


async def _opens(
    bench: Bench, row_id: str, kind: str, endpoint: Endpoint, *, drop: bool = False
) -> SessionReady | None:
    try:
        async with bench.session(endpoint, kind, _PATCH) as call:
            bench.check(row_id, True, "opened")
            if drop:
                await call.drop()
            return call.all(SessionReady)[0]
    except (CutShortError, VoiceAgentError) as problem:
        bench.check(row_id, False, told(problem))
    return None


async def _resume_each(bench: Bench, ready: SessionReady) -> None:
    """Try every credential; the session is dropped again after each that works but the last."""
    target, token = bench.target, ready.resume_token or None
    ways = {
        "resume_by_resume_token": (target.endpoint if token else None, token),
        "resume_by_key": (target.by_key, None),
        "resume_by_token": (target.by_token, None),
    }
    usable = [(row_id, endpoint, token) for row_id, (endpoint, token) in ways.items() if endpoint]
    bench.dropped()
    for row_id, endpoint, resume_token in usable:
        is_last = row_id == usable[-1][0]
        attempt = _Attempt(row_id, endpoint, ready.session_id, resume_token, drop=not is_last)
        if await _resumes(bench, attempt):
            bench.resumed()
            if not is_last:
                bench.dropped()
    for row_id in ways.keys() - {row_id for row_id, _, _ in usable}:
        why = "none was given" if row_id == "resume_by_resume_token" else target.why_not
        bench.not_applicable(why, row_id)


@dataclass(frozen=True)
class _Attempt:
    row_id: str
    endpoint: Endpoint
    session_id: str
    resume_token: str | None
    drop: bool


async def _resumes(bench: Bench, attempt: _Attempt) -> bool:
    try:
        async with bench.socket(attempt.endpoint, "resume", attempt.resume_token) as call:
            await call.send(SessionResume(session_id=attempt.session_id))
            await call.until(lambda: bool(call.errors() or call.all(SessionReady)), _ANSWER_S)
            ready = next(iter(call.all(SessionReady)), None)
            error = next(iter(call.errors()), None)
            seen = "resumed" if ready else error.code if error else "no answer"
            if attempt.drop:
                await call.drop()
    except (CutShortError, VoiceAgentError) as problem:
        ready, seen = None, told(problem)
    return bench.check(attempt.row_id, ready is not None and ready.session_id == attempt.session_id, seen)


async def _unknown(bench: Bench) -> None:
    async with bench.socket(bench.target.endpoint, "unknown") as call:
        await call.send(SessionResume(session_id=_UNKNOWN_ID))
        await call.until(lambda: bool(call.errors() or call.all(SessionReady)), _ANSWER_S)
        code = call.errors()[0].code if call.errors() else "no error"
        bench.check("resume_refused", code == _NOT_FOUND, code)
