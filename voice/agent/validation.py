"""Which session updates the local agent refuses, in the service's codes and words.

Pure. Owns the order of the checks. It never applies anything: an update is taken whole or dropped whole.
"""

from dataclasses import dataclass
from typing import Final

from msgspec import UNSET

from voice.protocol.config import (
    InputPatch,
    OutputPatch,
    SessionPatch,
    fields_of,
    problems_of,
)
from voice.protocol.voices import catalogue, find_voice

_INLINE_LLM: Final = (
    "BYO LLM config is not allowed on session.update; define it on a stored agent via POST /v1/agents"
)
_IMMUTABLE: Final = ("greeting", "output.voice", "output.format")
_QUOTED_CHARS: Final = 80


@dataclass(frozen=True, slots=True)
class Refusal:
    """One `session.error`. A fatal one is followed by close code 1008."""

    code: str
    message: str
    param: str | None = None
    fatal: bool = False


def refusal_of_first(patch: SessionPatch) -> Refusal | None:
    """Why this first `session.update` is refused, or None. Every refusal of it ends the connection."""
    if patch.agent_id is not UNSET:
        if len(fields_of(patch)) > 1:
            mixed = "agent_id is mutually exclusive with other session fields"
            return Refusal("invalid_value", mixed, "agent_id", fatal=True)
        return Refusal("agent_not_found", "Agent not found", "agent_id", fatal=True)
    found = _refusal_of_values(patch, patch)
    return found and Refusal(found.code, found.message, found.param, fatal=True)


def refusal_of_later(patch: SessionPatch, merged: SessionPatch) -> Refusal | None:
    """Why a later update is refused, or None. The session goes on either way.

    `merged` is what the configuration would be with the update: a bound may depend on a value sent earlier.
    """
    if patch.agent_id is not UNSET:
        words = "agent_id can only be set on the first session.update"
        return Refusal("agent_id_not_first", words, "agent_id")
    for path in fields_of(patch):
        if path in _IMMUTABLE:
            return Refusal(
                "immutable_field", f"'{path}' cannot be changed after the first session.update", path
            )
    return _refusal_of_values(patch, merged)


def _refusal_of_values(patch: SessionPatch, merged: SessionPatch) -> Refusal | None:
    if patch.llm is not UNSET:
        return Refusal("invalid_value", _INLINE_LLM, "llm")
    if patch.webhook is not UNSET:
        return Refusal(
            "invalid_webhook", "The local agent delivers no webhooks; leave 'webhook' out", "webhook"
        )
    if patch.pre_connect_requests is not UNSET:
        words = "pre_connect_requests are for stored agents only"
        return Refusal("invalid_value", words, "pre_connect_requests")
    for side, part in (("input", patch.input), ("output", patch.output)):
        if isinstance(part, (InputPatch, OutputPatch)) and part.type == "text":
            words = f"'{side}.type' must be 'audio': the local agent talks in sound only"
            return Refusal("invalid_config", words, f"{side}.type")
    problems = problems_of(merged)
    if problems:
        return Refusal("invalid_value", problems[0].message, problems[0].param)
    return _voice_refusal(patch)


def _voice_refusal(patch: SessionPatch) -> Refusal | None:
    if not isinstance(patch.output, OutputPatch) or not isinstance(patch.output.voice, str):
        return None
    voice = patch.output.voice
    if find_voice(voice):
        return None
    valid = ", ".join(known.id for known in catalogue())
    words = f"Invalid voice '{voice[:_QUOTED_CHARS]}'. Must be one of: {valid}"
    return Refusal("invalid_value", words, "output.voice")
