"""Our transcript and the service's timeline of the same session, put beside each other turn by turn. Pure.

Turns are matched by who spoke and what was said, never by time: the clocks are of two machines.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import islice
from statistics import median

import msgspec

from voice.conversation.latency import ReplyLatency
from voice.history.records import FullCall, SessionRecord, Speaker, TurnRecord
from voice.history.words import words_of
from voice.protocol.stored_sessions import Timeline
from voice.ui.history.measured import latency_of, tool_of
from voice.ui.history.theirs import bounded_ms, moments_of, ours_in

# Matching takes time in the square of their number; an hour has some hundred.
MAX_PIECES = 2_000
# Beyond, a long text that differs is shown without telling where.
_MAX_WORDS = 400
_MS_PER_S = 1000.0

# A text in pieces, each with whether the other side lacks it.
Words = list[tuple[str, bool]]


class Piece(msgspec.Struct, frozen=True):
    """What one side has of one moment. `ms` is how long an answer, or a tool, took; `at_s` in the session.

    `words` are those of the text without case and signs, which are the recogniser's taste.
    """

    speaker: Speaker
    text: str
    words: tuple[str, ...]
    at_s: float
    ms: int | None = None
    is_typed: bool = False


Pair = tuple[Piece | None, Piece | None]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One moment as both sides have it, or only one of them. `is_typed`: no timeline has it."""

    speaker: Speaker
    ours: Words | None
    theirs: Words | None
    is_same: bool
    is_typed: bool = False
    our_ms: int | None = None
    their_ms: int | None = None
    at_s: float | None = None


class Compared(msgspec.Struct, frozen=True):
    """All rows, and medians of the answers that both sides have measured; None without any."""

    rows: list[Row]
    same: int
    our_median_ms: int | None
    their_median_ms: int | None


def compared(full: FullCall, session: SessionRecord, timeline: Timeline) -> Compared:
    """Put both beside each other; of a very long session, its beginning."""
    ours = [_ours(turn, session.began_at) for turn in ours_in(full, session)][:MAX_PIECES]
    theirs = _theirs(timeline)
    rows = [_row(mine, its) for mine, its in _matched(ours, theirs)]
    both = [
        (row.our_ms, row.their_ms)
        for row in rows
        if row.speaker == "agent" and row.our_ms is not None and row.their_ms is not None
    ]
    return Compared(
        rows,
        sum(row.is_same for row in rows),
        round(median(mine for mine, _ in both)) if both else None,
        round(median(its for _, its in both)) if both else None,
    )


def answered_ms(latency: ReplyLatency) -> int:
    """How long after the end of the turn a reply was heard: as the service counts, from the commit on."""
    return latency.total_ms - (latency.endpointing_ms or 0)


def _piece(
    speaker: Speaker, text: str, at_s: float, ms: int | None = None, *, is_typed: bool = False
) -> Piece:
    return Piece(speaker, text, tuple(words_of(text)), at_s, ms, is_typed)


def _ours(turn: TurnRecord, began: float) -> Piece:
    at_s = turn.started_at - began
    if turn.speaker == "tool":
        tool = tool_of(turn)
        return _piece("tool", tool.name, at_s, tool.took_ms) if tool else _piece("tool", "", at_s)
    latency = latency_of(turn)
    text = f"{turn.text} {turn.rest}".strip()
    return _piece(turn.speaker, text, at_s, answered_ms(latency) if latency else None, is_typed=turn.typed)


def _theirs(timeline: Timeline) -> list[Piece]:
    return [
        _piece(
            moment.speaker,
            moment.text if moment.tool is None else moment.tool.name,
            moment.at_ms / _MS_PER_S,
            None if moment.answer_ms is None else round(bounded_ms(moment.answer_ms)),
        )
        for moment in islice(moments_of(timeline), MAX_PIECES)
    ]


def _matched(ours: Sequence[Piece], theirs: Sequence[Piece]) -> list[Pair]:
    matcher = SequenceMatcher(None, [_key(piece) for piece in ours], [_key(piece) for piece in theirs], False)
    pairs: list[Pair] = []
    for _, from_a, to_a, from_b, to_b in matcher.get_opcodes():
        pairs += _in_order(list(ours[from_a:to_a]), list(theirs[from_b:to_b]))
    return pairs


def _in_order(ours: list[Piece], theirs: list[Piece]) -> list[Pair]:
    """Pairs of the same speaker, in the order of both; who has nobody beside them stands alone."""
    pairs: list[Pair] = []
    while ours and theirs:
        if _belong_together(ours[0], theirs[0], certain=len(ours) == len(theirs)):
            pairs.append((ours.pop(0), theirs.pop(0)))
        elif ours[0].is_typed or len(ours) > len(theirs):
            pairs.append((ours.pop(0), None))
        else:
            pairs.append((None, theirs.pop(0)))
    return [*pairs, *((piece, None) for piece in ours), *((None, piece) for piece in theirs)]


def _plain(piece: Piece | None) -> Words | None:
    return None if piece is None else [(piece.text, False)]


def _belong_together(mine: Piece, its: Piece, *, certain: bool) -> bool:
    """Whether both may be the same moment: of one speaker and, unless `certain`, with a word in common."""
    if mine.speaker != its.speaker or mine.is_typed:
        return False
    return certain or not set(mine.words).isdisjoint(its.words)


def _row(mine: Piece | None, its: Piece | None) -> Row:
    ours, theirs = _marked(mine, its)
    speakers = [piece.speaker for piece in (mine, its) if piece is not None]
    return Row(
        speaker=speakers[0],
        ours=ours,
        theirs=theirs,
        is_same=mine is not None and its is not None and _key(mine) == _key(its),
        is_typed=mine is not None and mine.is_typed and its is None,
        our_ms=mine.ms if mine else None,
        their_ms=its.ms if its else None,
        at_s=its.at_s if its else None,
    )


def _marked(ours: Piece | None, theirs: Piece | None) -> tuple[Words | None, Words | None]:
    if ours is None or theirs is None or ours.words == theirs.words:
        return _plain(ours), _plain(theirs)
    mine, its = ours.text.split(), theirs.text.split()
    if len(mine) > _MAX_WORDS or len(its) > _MAX_WORDS:
        return _plain(ours), _plain(theirs)
    matcher = SequenceMatcher(None, [_folded(word) for word in mine], [_folded(word) for word in its], False)
    left: Words = []
    right: Words = []
    for what, from_a, to_a, from_b, to_b in matcher.get_opcodes():
        if to_a > from_a:
            left.append((" ".join(mine[from_a:to_a]), what != "equal"))
        if to_b > from_b:
            right.append((" ".join(its[from_b:to_b]), what != "equal"))
    return left, right


def _key(piece: Piece) -> tuple[str, ...]:
    return (piece.speaker, *piece.words)


def _folded(word: str) -> str:
    return " ".join(words_of(word))
