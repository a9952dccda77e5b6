"""How long each reply took to be heard, and where the time went. Pure; the times are passed in.

A reply's time runs from the end of the person's voice, as our own microphone heard it, to the first
sample of the reply that is not silence. What the network between browser and server adds is not in it.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

# About as many replies as an hour holds; the oldest are forgotten.
MAX_TURNS = 500
# No reply that is heard so late answers what was asked.
MAX_WAIT_S = 60.0
# No agent waits so long for the end of a turn: a pause that old belongs to something else.
MAX_ENDPOINTING_S = 10.0
_MAX_OPEN_REPLIES = 16

Asked = Literal["speech", "typed", "tool"]


class ReplyLatency(msgspec.Struct, frozen=True, kw_only=True):
    """One reply: `total_ms` is the sum of the parts.

    `asked` says what it answers: speech, a typed message, or the result of a tool after a reply that was
    already heard. `endpointing_ms`: end of the voice → the agent commits the turn; None where nobody spoke,
    or the end of the voice is not known, and then the time runs from the commit. `agent_ms`: commit → first
    audio, without `tool_ms`, in which the agent waited for a tool of ours. `lead_in_ms`: silence that the
    reply's audio begins with. `own_ms`: the rest, in which the audio waited here to be played.
    """

    turn_id: str
    asked: Asked
    total_ms: int
    agent_ms: int
    lead_in_ms: int
    own_ms: int
    tool_ms: int = 0
    endpointing_ms: int | None = None

    @property
    def is_measured(self) -> bool:
        """Whether it is known from the end of a voice on, as the percentiles need it."""
        return self.asked == "speech" and self.endpointing_ms is not None


class Summary(msgspec.Struct, frozen=True):
    """Percentiles of the total over the `count` spoken turns whose latency was measured."""

    count: int
    p50_ms: int | None
    p95_ms: int | None


class _Question(msgspec.Struct, frozen=True):
    asked: Asked
    at: float
    spoke_until: float | None = None


class _ToolRun(msgspec.Struct, frozen=True):
    called_at: float
    answered_at: float | None = None


class Latencies(msgspec.Struct, frozen=True):
    """The ledger of a call. `turns` are the replies heard so far; the rest is what is known meanwhile."""

    turns: tuple[ReplyLatency, ...] = ()
    voice_at: float | None = None
    paused_at: float | None = None
    committed_at: float | None = None
    question: _Question | None = None
    tool: _ToolRun | None = None
    first_audio: tuple[tuple[str, float], ...] = ()

    def voice_heard(self, at: float) -> "Latencies":
        """The person's voice began at `at`."""
        return replace(self, voice_at=at)

    def voice_paused(self, at: float) -> "Latencies":
        """The person's voice ended at `at`, for now."""
        return replace(self, paused_at=at)

    def committed(self, now: float) -> "Latencies":
        """The agent takes the person's turn as ended."""
        question = _Question("speech", now, self._spoke_until(now))
        return replace(self, question=question, committed_at=now, tool=None)

    def typed(self, now: float) -> "Latencies":
        """A typed message went to the agent."""
        return replace(self, question=_Question("typed", now), tool=None)

    def dismissed(self) -> "Latencies":
        """The turn was a noise: nothing will answer it."""
        return replace(self, question=None)

    def tool_called(self, now: float) -> "Latencies":
        """The agent wants a tool's result; with several at once, the first."""
        if self.tool is not None and self.tool.answered_at is None:
            return self
        question = self.question or _Question("tool", now)
        return replace(self, tool=_ToolRun(self.tool.called_at if self.tool else now), question=question)

    def tool_answered(self, now: float) -> "Latencies":
        """A result went to the agent; with several, the last counts."""
        return replace(self, tool=replace(self.tool, answered_at=now)) if self.tool else self

    def audio_came(self, reply_id: str, now: float) -> "Latencies":
        """Audio of a reply arrived; only the first of each is of interest."""
        if any(known == reply_id for known, _ in self.first_audio):
            return self
        return replace(self, first_audio=(*self.first_audio, (reply_id, now))[-_MAX_OPEN_REPLIES:])

    def heard(self, reply_id: str, turn_id: str, at: float, lead_in_ms: float) -> "Latencies":
        """A reply became audible at `at`, after `lead_in_ms` of silence of its own.

        A reply that nobody asked for, like a greeting, has no latency.
        """
        question = self.question
        audio_at = next((came for known, came in self.first_audio if known == reply_id), at)
        tool = self.tool
        follows = tool is not None and tool.called_at >= audio_at
        following = _Question("tool", tool.called_at) if tool is not None and follows else None
        after = replace(self, question=following, tool=tool if follows else None)
        if question is None or at - question.at > MAX_WAIT_S:
            return after
        latency = _split(question, tool, turn_id, audio_at, at, lead_in_ms)
        return replace(after, turns=(*self.turns, latency)[-MAX_TURNS:])

    def _spoke_until(self, now: float) -> float | None:
        """End of the voice whose turn is committed now; None when it goes on, or has no pause of its own."""
        paused_at, before = self.paused_at, self.committed_at
        if paused_at is None or (self.voice_at is not None and self.voice_at > paused_at):
            return None
        is_older_turns = before is not None and paused_at <= before
        return None if is_older_turns or not 0 <= now - paused_at <= MAX_ENDPOINTING_S else paused_at


def latency_of(turns: Sequence[ReplyLatency], turn_id: str) -> int | None:
    """What a turn's bubble says: from the end of the voice, or from the typed message, to the first sound."""
    found = next((turn for turn in reversed(turns) if turn.turn_id == turn_id), None)
    return found.total_ms if found and (found.is_measured or found.asked == "typed") else None


def summary_of(turns: Iterable[ReplyLatency]) -> Summary:
    """The percentiles of a call, each a latency that really occurred."""
    totals = sorted(turn.total_ms for turn in turns if turn.is_measured)
    return Summary(len(totals), _percentile(totals, 0.5), _percentile(totals, 0.95))


def _percentile(ordered: Sequence[int], share: float) -> int | None:
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None


def _split(
    question: _Question, tool: _ToolRun | None, turn_id: str, audio_at: float, at: float, lead_in_ms: float
) -> ReplyLatency:
    # A reply may begin before the turn is committed, and clocks of two threads may differ by a moment: each
    # mark is kept between its neighbours, so that no part is negative and the parts make up the whole.
    start = question.at if question.spoke_until is None else question.spoke_until
    end = max(start, at)
    audio = min(max(start, audio_at), end)
    commit = min(max(start, question.at), audio)
    total, until_audio, endpointing = (_ms(mark - start) for mark in (end, audio, commit))
    waited = until_audio - endpointing
    tool_ms = min(waited, _ms(_overlap_s(tool, commit, audio)))
    lead_in = min(max(0, round(lead_in_ms)), total - until_audio)
    return ReplyLatency(
        turn_id=turn_id,
        asked=question.asked,
        total_ms=total,
        endpointing_ms=endpointing if question.spoke_until is not None else None,
        agent_ms=waited - tool_ms,
        tool_ms=tool_ms,
        lead_in_ms=lead_in,
        own_ms=total - until_audio - lead_in,
    )


def _overlap_s(tool: _ToolRun | None, start: float, end: float) -> float:
    if tool is None:
        return 0.0
    answered_at = end if tool.answered_at is None else tool.answered_at
    return max(0.0, min(end, answered_at) - max(start, tool.called_at))


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
