"""What is kept of a call, as everybody outside the store sees it. Data only.

Owns the shapes; the JSON export is made of them, so a field may be added with a default and never renamed.
Times are in seconds since the epoch. All text in here is untrusted, both speakers' and the agent's.
"""

from typing import Any, Literal

import msgspec

from voice.protocol.stored_sessions import Timeline

HowEnded = Literal["hung_up", "agent_ended", "failed", "cut_short", "idle", "cap", "running"]
Agent = Literal["assemblyai", "local", "other"]
Speaker = Literal["user", "agent", "tool"]
MarkKind = Literal["error", "reconnect", "interruption", "notice"]
Direction = Literal["sent", "received", "own"]
Order = Literal["newest", "oldest", "longest", "most_turns", "slowest", "most_interrupted", "dearest", "best"]

MAX_TITLE_CHARS = 200
MAX_NOTE_CHARS = 10_000
MAX_RATING = 5


class CallRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `ended_at` is None while it runs.

    `rating` is 1 to `MAX_RATING`, or None. `config` is the configuration it began with, by dotted path.
    `failure` is the sentence that a failed call ended with. `has_recording`: its file is there now.
    `median_latency_ms` is None where no spoken answer was measured, `cost_usd` where nobody can say.
    `agent_url` is where the agent was, without credentials; empty for the local one, whose place changes.
    `session_id` is the last of its sessions. `imported`: it came from a file, maybe of somebody else's call.
    """

    id: str
    owner: str
    started_at: float
    ended_at: float | None = None
    how_ended: HowEnded = "running"
    title: str = ""
    rating: int | None = None
    note: str = ""
    voice: str = ""
    persona: str = ""
    agent: Agent = "other"
    agent_url: str = ""
    session_id: str = ""
    cost_usd: float | None = None
    median_latency_ms: int | None = None
    interruptions: int = 0
    turn_count: int = 0
    sample: bool = False
    has_recording: bool = False
    config: dict[str, Any] = {}
    failure: str = ""
    imported: bool = False


class TurnRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One turn; `number` tells its place in the call, from 1 and ascending, maybe with gaps.

    `text` is what was heard, `rest` the words of a cut reply that were not. `latency` has the fields of
    `voice.conversation.latency.ReplyLatency`, `tool` those of `voice.conversation.transcript.ToolView`.
    """

    call_id: str
    number: int
    speaker: Speaker
    text: str
    started_at: float
    ended_at: float | None = None
    rest: str = ""
    interrupted: bool = False
    typed: bool = False
    latency: dict[str, Any] | None = None
    tool: dict[str, Any] | None = None


class ConfigChange(msgspec.Struct, frozen=True):
    """The agent has these values from `at` on, by dotted path."""

    at: float
    fields: dict[str, Any]


class EventRecord(msgspec.Struct, frozen=True):
    """An event of the log, without secrets; `text` is its JSON, which may have been cut short."""

    at: float
    direction: Direction
    type: str
    text: str


class Mark(msgspec.Struct, frozen=True):
    """Something that happened at one moment of the call, in words for a person."""

    at: float
    kind: MarkKind
    text: str = ""


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A session that the call had with its agent; `number` is its place among them, from 1.

    `timeline` is what the agent's service kept of it, brought in at `brought_at`; None before, or where there
    was none. `has_sound`: the service's recording was brought in too, and its file is there now.
    """

    number: int
    id: str
    began_at: float
    brought_at: float | None = None
    timeline: Timeline | None = None
    has_sound: bool = False


class FullCall(msgspec.Struct, frozen=True):
    """All that is kept of one call; everything in the order in which it happened."""

    call: CallRecord
    turns: tuple[TurnRecord, ...] = ()
    changes: tuple[ConfigChange, ...] = ()
    events: tuple[EventRecord, ...] = ()
    marks: tuple[Mark, ...] = ()
    sessions: tuple[SessionRecord, ...] = ()


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a call must be to be listed: one of the values, where there are any.

    `since` and `until` bound the start of the call; a call that starts at `until` is not listed.
    """

    how_ended: tuple[HowEnded, ...] = ()
    voices: tuple[str, ...] = ()
    personas: tuple[str, ...] = ()
    agents: tuple[Agent, ...] = ()
    since: float | None = None
    until: float | None = None


class FoundCall(msgspec.Struct, frozen=True):
    """A call of a list; without words to find, `snippet` is empty. Its pieces are `(text, marked)`."""

    call: CallRecord
    snippet: list[tuple[str, bool]] = []


class Found(msgspec.Struct, frozen=True):
    """One page of a list, and how many calls there are on all pages."""

    rows: list[FoundCall]
    total: int


class Choices(msgspec.Struct, frozen=True):
    """What there is to filter by among one owner's calls, in alphabetical order."""

    voices: tuple[str, ...] = ()
    personas: tuple[str, ...] = ()


class HistoryProblem(Exception):
    """The store can't do what it was asked for; both are sentences for a person.

    `passing`: the same may well work later, once its cause is gone.
    """

    def __init__(self, sentence: str, next_step: str = "", *, passing: bool = False) -> None:
        super().__init__(f"{sentence} {next_step}".strip())
        self.sentence = sentence
        self.next_step = next_step
        self.passing = passing
