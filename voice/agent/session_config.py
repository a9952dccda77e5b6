"""The configuration of one session: merging updates, what it means for listening and speaking, its echo.

Pure. It never validates (see `validation`) and never fills in defaults that the service leaves null.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from msgspec import UNSET

from voice.agent.listener_config import ListenerConfig
from voice.protocol.config import (
    AudioFormat,
    FunctionTool,
    InputPatch,
    OutputPatch,
    SessionPatch,
    TurnDetection,
    fields_of,
    patch_of,
)
from voice.protocol.voices import LocalStyle, catalogue, find_voice

DEFAULT_VOICE: Final = "alba"
FULL_VOLUME: Final = 100.0
_NOTHING: Final = SessionPatch()
_RATE_HZ: Final = {"audio/pcm": 24_000, "audio/pcmu": 8_000, "audio/pcma": 8_000}
_INPUT_NULLS: Final = (
    "turn_detection",
    "keyterms",
    "transcription_mode",
    "continuous_partials",
    "transcription_prompt",
    "language_codes",
    "voice_focus",
    "voice_focus_threshold",
)
_TOOL_NULLS: Final = ("http", "response_instructions", "deployment_id", "session_update", "image_tag")


@dataclass(frozen=True)
class SessionConfig:
    """Everything set so far. `manual_turns` is one-way: once silences were given, pacing stays fixed."""

    patch: SessionPatch = _NOTHING
    manual_turns: bool = False

    def merged(self, update: SessionPatch) -> "SessionConfig":
        """This configuration with an update laid over it; `tools` are replaced whole."""
        before, after = fields_of(self.patch), fields_of(update)
        turns = after.get("input.turn_detection")
        if isinstance(turns, dict):
            after["input.turn_detection"] = (before.get("input.turn_detection") or {}) | turns
        return replace(
            self,
            patch=patch_of(before | after),
            # Any turn_detection object was measured to pin the fixed windows, even one without silences.
            manual_turns=self.manual_turns or isinstance(turns, dict),
        )

    @property
    def system_prompt(self) -> str:
        """The prompt; empty when none was given."""
        return self.patch.system_prompt if isinstance(self.patch.system_prompt, str) else ""

    @property
    def greeting(self) -> str:
        """Words to open with; empty when the person speaks first."""
        return self.patch.greeting if isinstance(self.patch.greeting, str) else ""

    @property
    def tools(self) -> tuple[FunctionTool, ...]:
        """The functions on offer."""
        return self.patch.tools if isinstance(self.patch.tools, tuple) else ()

    @property
    def volume(self) -> float:
        """Percent of the voice's own loudness, 0 to 100."""
        volume = self._output.volume
        return float(volume) if isinstance(volume, (int, float)) else FULL_VOLUME

    @property
    def style(self) -> LocalStyle:
        """How the chosen voice id is rendered."""
        return (find_voice(self._voice) or catalogue()[0]).local

    @property
    def input_encoding(self) -> str:
        """Encoding of `input.audio`."""
        return _encoding(self._input.format)

    @property
    def output_encoding(self) -> str:
        """Encoding of `reply.audio`."""
        return _encoding(self._output.format)

    @property
    def uninterruptible_turns(self) -> tuple[str, ...]:
        """Kinds of replies during which the person is not heard."""
        turns = self._turns.uninterruptible_turns
        return turns if isinstance(turns, tuple) else ()

    @property
    def listener(self) -> ListenerConfig:
        """What the listener should do now."""
        turns = self._turns
        base = ListenerConfig()
        mode = self._input.transcription_mode
        given = {
            "vad_threshold": turns.vad_threshold,
            "min_silence_ms": turns.min_silence,
            "max_silence_ms": turns.max_silence,
            "interruption_delay_ms": turns.interruption_delay,
            "transcription_mode": mode,
            "keyterms": self._input.keyterms,
        }
        known: dict[str, Any] = {k: v for k, v in given.items() if v is not UNSET and v is not None}
        may_interrupt = turns.interrupt_response is not False
        return replace(base, adaptive=not self.manual_turns, interrupt_response=may_interrupt, **known)

    def echo(self, session_id: str) -> dict[str, Any]:
        """The configuration as `session.ready` and `session.updated` show it."""
        sent = fields_of(self.patch)
        return {
            "id": session_id,
            "system_prompt": self.system_prompt,
            "greeting": self.patch.greeting if isinstance(self.patch.greeting, str) else None,
            "input": {
                "type": "audio",
                "format": _format_echo(self.input_encoding),
                **{name: sent.get(f"input.{name}") for name in _INPUT_NULLS},
            },
            "output": {
                "type": "audio",
                "voice": self._voice,
                "format": _format_echo(self.output_encoding),
                "volume": sent.get("output.volume"),
            },
            "tools": [_tool_echo(tool) for tool in self.tools],
            "llm": [],
            "pre_connect_requests": [],
        }

    @property
    def _input(self) -> InputPatch:
        return self.patch.input if isinstance(self.patch.input, InputPatch) else InputPatch()

    @property
    def _output(self) -> OutputPatch:
        return self.patch.output if isinstance(self.patch.output, OutputPatch) else OutputPatch()

    @property
    def _turns(self) -> TurnDetection:
        turns = self._input.turn_detection
        return turns if isinstance(turns, TurnDetection) else TurnDetection()

    @property
    def _voice(self) -> str:
        return self._output.voice if isinstance(self._output.voice, str) else DEFAULT_VOICE


def _encoding(given: object) -> str:
    return given.encoding if isinstance(given, AudioFormat) else "audio/pcm"


def _format_echo(encoding: str) -> dict[str, Any]:
    return {"encoding": encoding, "sample_rate": _RATE_HZ[encoding]}


def _tool_echo(tool: FunctionTool) -> dict[str, Any]:
    plain = {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "timeout_seconds": tool.timeout_seconds,
        "execution_mode": tool.execution_mode,
    }
    return plain | dict.fromkeys(_TOOL_NULLS)
