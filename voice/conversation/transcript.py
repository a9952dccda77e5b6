"""The turns of a call in speaking order, immutable.

A slot is reserved when somebody begins to speak and filled when the words come, so the order of arrival
does not matter. Slots with nothing to show stay in `slots` and are left out of `turns`. A tool that the
agent calls has a slot too, though nobody speaks in it. How slots are filled is told in `user_turns`,
`agent_turns` and `tool_turns`; nothing else may make or change a turn.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal

import msgspec

from voice.conversation.heard import TimedWord, Word, timed

Speaker = Literal["user", "agent", "tool"]
ToolStatus = Literal["running", "done", "failed", "dropped"]


class ToolView(msgspec.Struct, frozen=True):
    """What the page shows of a tool's call.

    `arguments` and `result` are JSON text, cut to a bounded length. `dropped`: the reply that asked for it
    was interrupted, so the result did not go to the agent. `took_ms` is None while it runs, and of a
    dropped call.
    """

    name: str
    status: ToolStatus
    arguments: str
    result: str = ""
    took_ms: int | None = None


# About six minutes of speech in one reply: its words beyond are shown, but not lit as they are spoken.
MAX_TIMED_WORDS = 1_000


class TurnView(msgspec.Struct, frozen=True):
    """What the page shows of a turn; `rest` are the words of a cut reply that were not heard.

    `words` are the agent's words that came with a time, as `(text, start_ms, end_ms)` from the first sample
    of the reply's audio; empty for a person, and at most `MAX_TIMED_WORDS`. `latency_ms` is how long after
    the end of the person's speech, or their typed message, a reply was first heard.
    """

    id: str
    speaker: Speaker
    text: str
    settled: bool
    interrupted: bool
    rest: str
    tool: ToolView | None = None
    words: tuple[TimedWord, ...] = ()
    typed: bool = False
    latency_ms: int | None = None


class Turn(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One turn.

    `text` is what to show: of an interrupted reply only what was heard. `generated` is all the agent
    meant to say. `settled` means that the text is final on the agent's side; an interruption may still
    shorten it until `ended_at` is set. Times are in seconds of the caller's clock.
    """

    id: str
    speaker: Speaker
    started_at: float
    ended_at: float | None = None
    text: str = ""
    rest: str = ""
    generated: str = ""
    settled: bool = False
    interrupted: bool = False
    words: tuple[Word, ...] = ()
    item_id: str = ""
    reply_id: str = ""
    # The rest is what a reply's text is worked out from.
    spoken: str = ""
    full: str | None = None
    trimmed: str | None = None
    played_ms: float | None = None
    audible: bool = False
    # Of a tool's slot.
    call_id: str = ""
    tool: ToolView | None = None
    typed: bool = False
    latency_ms: int | None = None

    @cached_property
    def visible(self) -> bool:
        """A person shows as soon as they are heard, an agent when there is a word of it, a tool always."""
        return bool(self.text) or self.tool is not None or (self.speaker == "user" and not self.settled)

    @cached_property
    def line(self) -> TurnView:
        """Made once for each state of the turn, so that views can be compared by identity."""
        return TurnView(
            id=self.id,
            speaker=self.speaker,
            text=self.text,
            settled=self.settled,
            interrupted=self.interrupted,
            rest=self.rest,
            tool=self.tool,
            words=timed(self.words[:MAX_TIMED_WORDS]),
            typed=self.typed,
            latency_ms=self.latency_ms,
        )


class Transcript(msgspec.Struct, frozen=True, dict=True):
    """All slots in speaking order, and how many were ever reserved."""

    slots: tuple[Turn, ...] = ()
    reserved: int = 0

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The turns with something to show."""
        return tuple(turn for turn in self.slots if turn.visible)

    @cached_property
    def lines(self) -> tuple[TurnView, ...]:
        """The same for the page."""
        return tuple(turn.line for turn in self.slots if turn.visible)

    def last(self, matches: Callable[[Turn], bool]) -> Turn | None:
        """The latest slot that matches."""
        return next((turn for turn in reversed(self.slots) if matches(turn)), None)

    def first(self, matches: Callable[[Turn], bool]) -> Turn | None:
        """The earliest slot that matches."""
        return next((turn for turn in self.slots if matches(turn)), None)

    def reserve(
        self, speaker: Speaker, now: float, *, index: int | None = None, **fields: Any
    ) -> "Transcript":
        """A new slot at `index`, by default last. Ids are counted here: those of the wire may repeat."""
        number = self.reserved + 1
        turn = Turn(id=f"{speaker}-{number}", speaker=speaker, started_at=now, **fields)
        place = len(self.slots) if index is None else index
        return Transcript((*self.slots[:place], turn, *self.slots[place:]), number)

    def put(self, turn: Turn) -> "Transcript":
        """The same transcript with `turn` in place of the slot of the same id."""
        place = self.place(turn)
        if self.slots[place] == turn:
            return self
        return Transcript((*self.slots[:place], turn, *self.slots[place + 1 :]), self.reserved)

    def put_last(self, turn: Turn) -> "Transcript":
        """The same transcript with `turn` moved behind all others."""
        others = tuple(slot for slot in self.slots if slot.id != turn.id)
        return Transcript((*others, turn), self.reserved)

    def place(self, turn: Turn) -> int:
        """Index of the slot with this turn's id, looked for from the end, where the call is."""
        for place in range(len(self.slots) - 1, -1, -1):
            if self.slots[place].id == turn.id:
                return place
        raise KeyError(turn.id)
