"""The session configuration: every documented field, its range, and whether it may change in a call.

`SessionPatch` is what travels in `session.update`. A field left `UNSET` is not sent at all, which for
some of them (greeting, turn detection) is not the same as sending null.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

TranscriptionMode = Literal["min_latency", "balanced", "max_accuracy"]
UninterruptibleTurn = Literal["greeting", "dtmf_prompt", "tool_refused_ask"]

MAX_KEYTERMS = 100
MAX_TRANSCRIPTION_PROMPT_CHARS = 1750
MIN_SILENCE_BOUND_MS = 50
MAX_SILENCE_BOUND_MS = 10_000
MAX_INTERRUPTION_DELAY_MS = 1_000
# Defaults of the service's classic mode, for sliders: as soon as they are sent, adaptive pacing is off.
DEFAULT_VAD_THRESHOLD = 0.5
DEFAULT_MIN_SILENCE_MS = 1_000
DEFAULT_MAX_SILENCE_MS = 3_000


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of the pieces; the service forbids unknown keys in `session`."""


class AudioFormat(_Part, frozen=True, omit_defaults=False):
    """Encoding of one direction. 24 kHz for PCM, 8 kHz for G.711; the rate follows from the encoding."""

    encoding: Literal["audio/pcm", "audio/pcmu", "audio/pcma"]
    sample_rate: int | UnsetType = UNSET


class TurnDetection(_Part, frozen=True):
    """The classic turn detection. Sending it turns adaptive pacing off for the rest of the session."""

    type: Literal["server_vad", "semantic_vad"] | None | UnsetType = UNSET
    vad_threshold: float | None | UnsetType = UNSET
    min_silence: int | None | UnsetType = UNSET
    max_silence: int | None | UnsetType = UNSET
    interrupt_response: bool | None | UnsetType = UNSET
    interruption_delay: int | None | UnsetType = UNSET
    uninterruptible_turns: tuple[UninterruptibleTurn, ...] | None | UnsetType = UNSET


class InputPatch(_Part, frozen=True):
    """How the person is heard."""

    type: Literal["audio", "text"] | UnsetType = UNSET
    format: AudioFormat | UnsetType = UNSET
    keyterms: tuple[str, ...] | None | UnsetType = UNSET
    transcription_mode: TranscriptionMode | None | UnsetType = UNSET
    transcription_prompt: str | None | UnsetType = UNSET
    language_codes: tuple[str, ...] | None | UnsetType = UNSET
    voice_focus: Literal["near-field", "far-field"] | None | UnsetType = UNSET
    voice_focus_threshold: float | None | UnsetType = UNSET
    continuous_partials: bool | None | UnsetType = UNSET
    turn_detection: TurnDetection | None | UnsetType = UNSET


class OutputPatch(_Part, frozen=True):
    """How the agent is heard."""

    type: Literal["audio", "text"] | UnsetType = UNSET
    voice: str | UnsetType = UNSET
    format: AudioFormat | UnsetType = UNSET
    volume: float | None | UnsetType = UNSET


class FunctionTool(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="function"
):
    """A function the agent may call; `parameters` is a JSON schema of type object."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = msgspec.field(
        default_factory=lambda: {"type": "object", "properties": {}, "required": []}
    )
    execution_mode: Literal["interactive", "hold"] = "interactive"
    timeout_seconds: float = 120


class SessionPatch(_Part, frozen=True):
    """The `session` object of `session.update`."""

    agent_id: str | UnsetType = UNSET
    system_prompt: str | UnsetType = UNSET
    greeting: str | UnsetType = UNSET
    tools: tuple[FunctionTool, ...] | UnsetType = UNSET
    input: InputPatch | UnsetType = UNSET
    output: OutputPatch | UnsetType = UNSET
    llm: Any | UnsetType = UNSET
    pre_connect_requests: Any | UnsetType = UNSET
    webhook: Any | UnsetType = UNSET


class Mutability(Enum):
    """When a change of a field acts."""

    LIVE = "live"
    NEXT_UTTERANCE = "next utterance"
    FIXED = "next call"


MUTABILITY: dict[str, Mutability] = {
    "agent_id": Mutability.FIXED,
    "system_prompt": Mutability.LIVE,
    "greeting": Mutability.FIXED,
    "tools": Mutability.LIVE,
    "input.type": Mutability.FIXED,
    "input.format": Mutability.FIXED,
    "input.keyterms": Mutability.NEXT_UTTERANCE,
    "input.transcription_mode": Mutability.LIVE,
    "input.transcription_prompt": Mutability.LIVE,
    "input.language_codes": Mutability.NEXT_UTTERANCE,
    "input.voice_focus": Mutability.NEXT_UTTERANCE,
    "input.voice_focus_threshold": Mutability.NEXT_UTTERANCE,
    "input.continuous_partials": Mutability.LIVE,
    "input.turn_detection": Mutability.LIVE,
    "output.type": Mutability.FIXED,
    "output.voice": Mutability.FIXED,
    "output.format": Mutability.FIXED,
    "output.volume": Mutability.LIVE,
    "llm": Mutability.FIXED,
    "pre_connect_requests": Mutability.FIXED,
    "webhook": Mutability.FIXED,
}


class FieldProblem(msgspec.Struct, frozen=True):
    """Why a field can't be sent; `param` is its dotted path, `message` names the allowed range."""

    param: str
    message: str


def fields_of(patch: SessionPatch) -> dict[str, Any]:
    """The fields that a patch sets, by dotted path as in `MUTABILITY`, as plain JSON values."""
    plain: dict[str, Any] = msgspec.to_builtins(patch)
    flat: dict[str, Any] = {}
    for name, value in plain.items():
        if name in ("input", "output"):
            flat.update({f"{name}.{inner}": inner_value for inner, inner_value in value.items()})
        else:
            flat[name] = value
    return flat


def patch_of(fields: dict[str, Any]) -> SessionPatch:
    """The inverse of `fields_of`. Raises `msgspec.ValidationError` on unknown paths or wrong types."""
    nested: dict[str, Any] = {}
    for path, value in fields.items():
        head, _, tail = path.partition(".")
        if tail:
            nested.setdefault(head, {})[tail] = value
        else:
            nested[head] = value
    return msgspec.convert(nested, SessionPatch)


def live_changes(current: SessionPatch, wanted: SessionPatch) -> SessionPatch:
    """The fields of `wanted` that differ from `current` and may change within a call.

    Going back from manual to adaptive turn detection is not among them: the service has no way back
    within a session.
    """
    have = fields_of(current)
    changed = {
        path: value
        for path, value in fields_of(wanted).items()
        if MUTABILITY[path] is not Mutability.FIXED and have.get(path) != value
    }
    return patch_of(changed)


def problems_of(patch: SessionPatch) -> list[FieldProblem]:
    """Every field outside its documented range. Types are already checked by decoding."""
    found: list[FieldProblem] = []
    if isinstance(patch.input, InputPatch):
        found += _input_problems(patch.input)
    if isinstance(patch.output, OutputPatch):
        found += _output_problems(patch.output)
    if isinstance(patch.tools, tuple):
        found += _tool_problems(patch.tools)
    return found


def _input_problems(patch: InputPatch) -> Iterator[FieldProblem]:
    yield from _format_problems("input.format", patch.format)
    if isinstance(patch.keyterms, tuple) and len(patch.keyterms) > MAX_KEYTERMS:
        yield FieldProblem("input.keyterms", f"'input.keyterms' takes at most {MAX_KEYTERMS} terms")
    prompt = patch.transcription_prompt
    if isinstance(prompt, str) and len(prompt) > MAX_TRANSCRIPTION_PROMPT_CHARS:
        yield FieldProblem(
            "input.transcription_prompt",
            f"'input.transcription_prompt' takes at most {MAX_TRANSCRIPTION_PROMPT_CHARS} characters",
        )
    yield from _range("input.voice_focus_threshold", patch.voice_focus_threshold, 0.0, 1.0)
    if isinstance(patch.turn_detection, TurnDetection):
        yield from _turn_detection_problems(patch.turn_detection)


def _turn_detection_problems(patch: TurnDetection) -> Iterator[FieldProblem]:
    prefix = "input.turn_detection."
    yield from _range(f"{prefix}vad_threshold", patch.vad_threshold, 0.0, 1.0)
    yield from _range(f"{prefix}min_silence", patch.min_silence, MIN_SILENCE_BOUND_MS, MAX_SILENCE_BOUND_MS)
    yield from _range(f"{prefix}max_silence", patch.max_silence, MIN_SILENCE_BOUND_MS, MAX_SILENCE_BOUND_MS)
    yield from _range(f"{prefix}interruption_delay", patch.interruption_delay, 0, MAX_INTERRUPTION_DELAY_MS)
    low = patch.min_silence if isinstance(patch.min_silence, int) else DEFAULT_MIN_SILENCE_MS
    high = patch.max_silence if isinstance(patch.max_silence, int) else DEFAULT_MAX_SILENCE_MS
    if low >= high:
        yield FieldProblem(
            f"{prefix}min_silence", f"'{prefix}min_silence' must be strictly less than 'max_silence'"
        )


def _output_problems(patch: OutputPatch) -> Iterator[FieldProblem]:
    yield from _format_problems("output.format", patch.format)
    yield from _range("output.volume", patch.volume, 0, 100)


def _tool_problems(tools: tuple[FunctionTool, ...]) -> Iterator[FieldProblem]:
    for index, tool in enumerate(tools):
        if not isinstance(tool.parameters.get("properties", {}), dict):
            where = f"tools[{index}].parameters.properties"
            yield FieldProblem(where, f"'{where}' must be an object")
        yield from _range(f"tools[{index}].timeout_seconds", tool.timeout_seconds, 1, 300)


def _format_problems(param: str, value: AudioFormat | UnsetType) -> Iterator[FieldProblem]:
    if not isinstance(value, AudioFormat) or isinstance(value.sample_rate, UnsetType):
        return
    rate_hz = 24_000 if value.encoding == "audio/pcm" else 8_000
    if value.sample_rate != rate_hz:
        yield FieldProblem(param, f"'{param}.sample_rate' must be {rate_hz} for {value.encoding}")


def _range(param: str, value: float | None | UnsetType, low: float, high: float) -> Iterator[FieldProblem]:
    if isinstance(value, (int, float)) and not low <= value <= high:
        yield FieldProblem(param, f"'{param}' must be between {low:g} and {high:g}")
