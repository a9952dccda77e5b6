"""What the agent refuses: a wrong key, and a voice that it doesn't have."""

from voice.call.endpoint import mint_token
from voice.probe.bench import Bench
from voice.probe.call import ProbeCall
from voice.probe.target import WRONG_KEY
from voice.protocol.client_events import SessionUpdate
from voice.protocol.config import OutputPatch, SessionPatch
from voice.protocol.errors import AuthRefused, VoiceRefused, from_close_reason, from_session_error
from voice.protocol.voices import catalogue

_ANSWER_S = 2.0
_CLOSE_S = 1.0
_POLICY = 1008
_UNAUTHORIZED = "unauthorized"
_UNKNOWN_VOICE = "parley-probe-no-voice"


async def refusals(bench: Bench) -> None:
    """Three refused requests; none begins a session."""
    await bench.attempt(_wrong_key, "wrong_key_refused")
    await bench.attempt(_wrong_key_for_token, "wrong_key_no_token")
    await bench.attempt(_unknown_voice, "unknown_voice", "voices")


async def _wrong_key(bench: Bench) -> None:
    if bench.target.by_key is None:
        bench.not_applicable(bench.target.why_not, "wrong_key_refused")
        return
    async with bench.socket(bench.target.with_wrong_key(), "wrong_key") as call:
        await call.until(lambda: bool(call.errors()), _ANSWER_S)
        code = await call.closed(_CLOSE_S)
        errors = [error.code for error in call.errors()]
        # Seen both ways (2026-09): with an error first, and with the reason of the close alone.
        is_told = _UNAUTHORIZED in errors or isinstance(from_close_reason(call.close_reason), AuthRefused)
        bench.check("wrong_key_refused", is_told and code == _POLICY, f"{_said(call)}, {_close(code)}")


async def _wrong_key_for_token(bench: Bench) -> None:
    by_token = bench.target.by_token
    if by_token is None or by_token.token_url is None:
        bench.not_applicable(bench.target.why_not, "wrong_key_no_token")
        return
    try:
        await mint_token(by_token.token_url, WRONG_KEY)
    except AuthRefused:
        bench.check("wrong_key_no_token", True, "refused")
    else:
        bench.check("wrong_key_no_token", False, "a token")


async def _unknown_voice(bench: Bench) -> None:
    async with bench.socket(bench.target.endpoint, "voice") as call:
        await call.send(SessionUpdate(session=SessionPatch(output=OutputPatch(voice=_UNKNOWN_VOICE))))
        await call.until(lambda: bool(call.errors()), _ANSWER_S)
        code = await call.closed(_CLOSE_S)
        error = next(iter(call.errors()), None)
        refused = from_session_error(error) if error else None
        listed = refused.valid_voices if isinstance(refused, VoiceRefused) else ()
        is_told = bool(listed) and error is not None and error.code == "invalid_value"
        seen = f"{error.code} with {len(listed)} voices" if error else _said(call)
        bench.check("unknown_voice", is_told and code == _POLICY, f"{seen}, {_close(code)}")
    if not listed:
        bench.not_tested("no list of voices came", "voices")
        return
    ours = [voice.id for voice in catalogue() if voice.generation == "current"]
    missing = [voice for voice in ours if voice not in listed]
    known = {voice.id for voice in catalogue()}
    new = [voice for voice in listed if voice not in known]
    seen = f"missing: {', '.join(missing)}" if missing else f"all {len(ours)}"
    bench.check("voices", not missing, f"{seen}; new: {', '.join(new)}" if new else seen)


def _said(call: ProbeCall) -> str:
    errors = [error.code for error in call.errors()]
    return ", ".join(errors) if errors else f"no error (reason: {call.close_reason or 'none'})"


def _close(code: int | None) -> str:
    return "stays open" if code is None else f"close {code}"
