"""Names, for the event log, what happened on Parley's side: clicks, media, playout, timeouts, cuts."""

import re
from typing import Any

import msgspec

from voice.call.event_log import EventLog
from voice.protocol import inputs
from voice.protocol.errors import VoiceAgentError

# The log has these as the messages they come from or lead to, or they come several times a second.
_NOTED_ELSEWHERE = frozenset({"Received", "Tick", "ConfigWanted"})
_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


def note_own(log: EventLog, happened: inputs.AnyInput) -> None:
    """Have the log note an input that came from this side; `ReplyAudible` becomes "reply audible"."""
    name = type(happened).__name__
    if name not in _NOTED_ELSEWHERE:
        detail = msgspec.to_builtins(happened, enc_hook=_plain)
        log.own(_WORD_START.sub(" ", name).lower(), detail)


def _plain(value: Any) -> Any:
    if isinstance(value, VoiceAgentError):
        return {"code": value.code, "sentence": value.sentence, "next_step": value.next_step}
    return str(value)
