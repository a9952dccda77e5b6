"""A call as JSON: everything that is kept of it but its sound and its owner, to be brought in again. Pure."""

from typing import Any

import msgspec
from msgspec.structs import replace

from voice.history.export.words import json_text
from voice.history.records import (
    CallRecord,
    ConfigChange,
    EventRecord,
    FullCall,
    Mark,
    SessionRecord,
    TurnRecord,
)

FORMAT = "parley-call"
# To be raised when an older Parley would misread the file.
VERSION = 1


class Head(msgspec.Struct):
    """What tells a file of ours, and whether it can be read; the rest is not looked at."""

    format: str
    version: int


class Exported(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """The file. Fields it does not know come from a newer version that this one still reads."""

    format: str
    version: int
    call: CallRecord
    turns: tuple[TurnRecord, ...] = ()
    changes: tuple[ConfigChange, ...] = ()
    events: tuple[EventRecord, ...] = ()
    marks: tuple[Mark, ...] = ()
    sessions: tuple[SessionRecord, ...] = ()


def to_json(full: FullCall) -> bytes:
    """The file's content."""
    # Who owns it is nobody else's business, and no recording comes along.
    call = replace(full.call, owner="", has_recording=False, imported=False)
    sessions = tuple(replace(session, has_sound=False) for session in full.sessions)
    exported = Exported(FORMAT, VERSION, call, full.turns, full.changes, full.events, full.marks, sessions)
    plain: Any = msgspec.to_builtins(exported)
    return (json_text(plain) + "\n").encode()
