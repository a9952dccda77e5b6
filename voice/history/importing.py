"""Reading a call from an exported file that anybody may have written: checked, limited, told in sentences.

Owns what is accepted. Keeps nothing: the store gives the call its owner and a free id.
"""

import json
import math
import re
from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from voice.conversation.latency import ReplyLatency
from voice.conversation.transcript import ToolView
from voice.history.export.json_file import FORMAT, VERSION, Exported, Head
from voice.history.export.words import clean, one_line
from voice.history.records import (
    MAX_NOTE_CHARS,
    MAX_RATING,
    MAX_TITLE_CHARS,
    CallRecord,
    FullCall,
    HistoryProblem,
    SessionRecord,
    TurnRecord,
)

# An hour with all its events takes about 3 MB, and three times that where its text is not English. The server
# takes no larger upload: see `maxUploadSize` in `.streamlit/config.toml`.
MAX_IMPORT_BYTES = 25_000_000
MAX_TURNS = 20_000
MAX_OTHERS = 20_000
MAX_SESSIONS = 100
MAX_NAME_CHARS = 200
# The year 2100; a date beyond can't be shown by every system.
_LATEST = 4_102_444_800.0
_MAX_COUNT = 1_000_000
_MAX_USD = 1_000_000.0

# A NUL, which no database keeps in a text; an even number of backslashes before it are letters of their own.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_PLACE = re.compile(r"at `\$((?:\.\w+|\[\.\.\.\]|\[\d+\])*)`")


def from_json(content: bytes) -> FullCall:
    """The call in an exported file; it has no owner and no recording.

    Raises:
        HistoryProblem: it is too large, none of ours, of a newer version, or damaged.
    """
    if len(content) > MAX_IMPORT_BYTES:
        raise HistoryProblem(
            f"This file is larger than {MAX_IMPORT_BYTES // 1_000_000} MB, and no exported call is.",
            "Choose a .json file made by Export.",
        )
    text = _text_of(content)
    _check_head(text)
    try:
        exported = msgspec.json.decode(_NUL.sub(r"\1", text), type=Exported)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _damaged(_place_in(str(error))) from None
    _check(exported)
    return _plain(exported)


def _text_of(content: bytes) -> str:
    """Editors save JSON again in UTF-16, or with a byte order mark."""
    try:
        return content.decode(json.detect_encoding(content))
    except UnicodeDecodeError:
        raise _not_ours() from None


def _check_head(text: str) -> None:
    try:
        head = msgspec.json.decode(text, type=Head)
    except (msgspec.DecodeError, RecursionError):
        raise _not_ours() from None
    if head.format != FORMAT:
        raise _not_ours()
    if head.version > VERSION:
        raise HistoryProblem("This call was exported by a newer Parley.", "Update this one, then import it.")
    if head.version < 1:
        raise _damaged("version")


def _not_ours() -> HistoryProblem:
    return HistoryProblem("This file is no call that Parley exported.", "Choose a .json file made by Export.")


def _place_in(message: str) -> str:
    """Where it is wrong. Not the rest of the message, which quotes the file."""
    found = _PLACE.search(message)
    return found.group(1).removeprefix(".") if found else ""


def _damaged(place: str) -> HistoryProblem:
    at = f" at {place}" if place else ""
    return HistoryProblem(f"This exported call is damaged{at}.", "Export it again.")


def _check(exported: Exported) -> None:
    call = exported.call
    if len(exported.turns) > MAX_TURNS:
        raise _damaged("turns: there are too many")
    for name in ("changes", "events", "marks"):
        if len(getattr(exported, name)) > MAX_OTHERS:
            raise _damaged(f"{name}: there are too many")
        _check_times(name, (each.at for each in getattr(exported, name)))
    _check_sessions(exported.sessions)
    _check_times("call.started_at", [call.started_at])
    _check_times("call.ended_at", [call.ended_at])
    _check_numbers(call)
    for index, turn in enumerate(exported.turns):
        _check_turn(f"turns[{index}]", turn)


def _check_sessions(sessions: Sequence[SessionRecord]) -> None:
    if len(sessions) > MAX_SESSIONS:
        raise _damaged("sessions: there are too many")
    for index, session in enumerate(sessions):
        _check_times(f"sessions[{index}]", [session.began_at, session.brought_at])
        if session.timeline is not None and len(session.timeline.turns) > MAX_TURNS:
            raise _damaged(f"sessions[{index}].timeline: there are too many turns")


def _check_times(place: str, times: Iterable[float | None]) -> None:
    for at in times:
        if at is not None and not 0.0 <= at <= _LATEST:
            raise _damaged(place)


def _check_numbers(call: CallRecord) -> None:
    counts = {
        "interruptions": call.interruptions,
        "turn_count": call.turn_count,
        "median_latency_ms": call.median_latency_ms or 0,
    }
    wrong = next((name for name, count in counts.items() if not 0 <= count <= _MAX_COUNT), None)
    if wrong is not None:
        raise _damaged(f"call.{wrong}")
    if call.rating is not None and not 1 <= call.rating <= MAX_RATING:
        raise _damaged("call.rating")
    cost = call.cost_usd
    if cost is not None and not (math.isfinite(cost) and 0 <= cost <= _MAX_USD):
        raise _damaged("call.cost_usd")


def _check_turn(place: str, turn: TurnRecord) -> None:
    _check_times(f"{place}.started_at", [turn.started_at])
    _check_times(f"{place}.ended_at", [turn.ended_at])
    try:
        if turn.tool is not None:
            msgspec.convert(turn.tool, ToolView)
        if turn.latency is not None:
            msgspec.convert(turn.latency, ReplyLatency)
    except msgspec.ValidationError:
        raise _damaged(place) from None


def _plain(exported: Exported) -> FullCall:
    """Within the limits of what is typed here, without control characters, turns numbered in their order."""
    call = exported.call
    names = {
        name: one_line(getattr(call, name))[:MAX_NAME_CHARS]
        for name in ("voice", "persona", "session_id", "agent_url")
    }
    turns = tuple(
        replace(turn, call_id=call.id, number=number, text=clean(turn.text), rest=clean(turn.rest))
        for number, turn in enumerate(exported.turns, 1)
    )
    own = replace(
        call,
        owner="",
        has_recording=False,
        # An earlier version may have kept a call during which the clock was set back.
        ended_at=None if call.ended_at is None else max(call.started_at, call.ended_at),
        title=one_line(call.title)[:MAX_TITLE_CHARS],
        note=clean(call.note)[:MAX_NOTE_CHARS],
        failure=clean(call.failure),
        **names,
    )
    return FullCall(own, turns, exported.changes, exported.events, exported.marks, _sessions(exported, own))


def _sessions(exported: Exported, call: CallRecord) -> tuple[SessionRecord, ...]:
    if not exported.sessions and call.session_id:
        # Earlier versions kept the last one only.
        return (SessionRecord(number=1, id=call.session_id, began_at=call.started_at),)
    return tuple(
        replace(session, number=number, id=one_line(session.id)[:MAX_NAME_CHARS], has_sound=False)
        for number, session in enumerate(exported.sessions, 1)
    )
