"""Changes in a running session: those that must be refused, and those that must be echoed."""

from typing import Any

from voice.probe.bench import Bench
from voice.probe.call import ProbeCall
from voice.protocol.client_events import SessionUpdate
from voice.protocol.config import InputPatch, OutputPatch, SessionPatch, TurnDetection, fields_of
from voice.protocol.server_events import SessionUpdated
from voice.protocol.voices import catalogue

_ANSWER_S = 1.5
_FIXED = "immutable_field"
_PROMPT = "You are checking a phone line. Answer in five words."
_DETECTION = TurnDetection(min_silence=900, max_silence=2500)
_VOLUME = 80.0


async def change_what_is_fixed(bench: Bench, call: ProbeCall) -> None:
    """Voice and greeting are set once; trying again must not end the session."""
    patches = {
        "voice_is_fixed": SessionPatch(output=OutputPatch(voice=catalogue()[1].id)),
        "greeting_is_fixed": SessionPatch(greeting="Another greeting."),
    }
    for row_id, patch in patches.items():
        since = await _update(call, patch)
        errors = call.errors(since)
        is_open = await call.closed(0) is None
        answer = (
            errors[0].code if errors else "session.updated" if call.all(SessionUpdated, since) else "none"
        )
        seen = f"{answer}, session {'stays open' if is_open else 'is closed'}"
        bench.check(row_id, answer == _FIXED and is_open, seen)


async def change_what_is_not(bench: Bench, call: ProbeCall) -> None:
    """A setting counts as applied only when the agent echoes it."""
    patches = {
        "prompt_changes": SessionPatch(system_prompt=_PROMPT),
        "turn_detection_changes": SessionPatch(input=InputPatch(turn_detection=_DETECTION)),
        "volume_changes": SessionPatch(output=OutputPatch(volume=_VOLUME)),
    }
    for row_id, patch in patches.items():
        since = await _update(call, patch)
        echo = next((e.config for e in call.all(SessionUpdated, since)), None)
        if echo is None:
            errors = call.errors(since)
            bench.check(row_id, False, errors[0].code if errors else "no answer")
            continue
        ((path, wanted),) = fields_of(patch).items()
        same = _holds(_at(echo, path), wanted)
        bench.check(row_id, same, "echoed" if same else "session.updated without it")


async def _update(call: ProbeCall, patch: SessionPatch) -> int:
    """Send one update and wait for its answer; gives where the answer begins."""
    since = call.mark()
    await call.send(SessionUpdate(session=patch))
    await call.until(lambda: bool(call.errors(since) or call.all(SessionUpdated, since)), _ANSWER_S)
    return since


def _at(echo: Any, path: str) -> Any:
    for name in path.split("."):
        echo = echo.get(name) if isinstance(echo, dict) else None
    return echo


def _holds(echoed: Any, wanted: Any) -> bool:
    """An echoed object may have more fields than were sent."""
    if isinstance(wanted, dict):
        return isinstance(echoed, dict) and all(echoed.get(name) == value for name, value in wanted.items())
    return bool(echoed == wanted)
