"""When things happened in a session's timeline, in milliseconds from the session's start. Pure.

The one place that knows what a timeline's moments are. The service gives Unix epoch milliseconds (2026-11).
Earlier versions of the local agent gave milliseconds from the start, and databases still hold such timelines.
"""

from collections.abc import Iterator
from statistics import median_low

from msgspec.structs import replace

from voice.protocol.stored_sessions import Timeline, TimelineToolCall, TimelineTurn

# No session lasts this long; the service's longest are three hours.
MAX_MS = 24 * 3_600_000.0
# What happened first may be stamped a little before the start.
_EARLY_MS = 10_000.0
# Larger than any moment counted from a start, smaller than any clock's: in epoch milliseconds, March 1973.
_EPOCH_MS = 1e11
# The year 2100.
_LATEST_MS = 4_102_444_800_000.0

_TURN_MOMENTS = (
    "user_speech_started_at_ms",
    "user_speech_ended_at_ms",
    "agent_reply_started_at_ms",
    "agent_reply_ended_at_ms",
    "interrupted_at_ms",
)
_TOOL_MOMENTS = ("dispatched_at_ms", "result_received_at_ms")


def from_start(timeline: Timeline) -> Timeline:
    """The same timeline with every moment counted from the session's start, from 0 to `MAX_MS`.

    A moment that can't be one of this session is None. Without a believable `started_at_unix_ms`, the start
    is the first moment of all.
    """
    start_ms, _ = _start(timeline)
    return replace(
        timeline,
        turns=[
            replace(
                turn,
                **_placed(turn, _TURN_MOMENTS, start_ms),
                tool_calls=[
                    replace(call, **_placed(call, _TOOL_MOMENTS, start_ms)) for call in turn.tool_calls
                ],
            )
            for turn in timeline.turns
        ],
    )


def says_when_it_started(timeline: Timeline) -> bool:
    """Whether the start is the service's own; otherwise moments count from the first one."""
    return _start(timeline)[1]


def _start(timeline: Timeline) -> tuple[float, bool]:
    """The start in the timeline's own milliseconds, and whether the service said so."""
    moments = list(_epoch_moments(timeline))
    if not moments:
        return 0.0, True
    # A moment in the middle: a few absurd ones don't move it.
    typical_ms, told_ms = median_low(moments), timeline.started_at_unix_ms
    if told_ms is not None and _is_within(typical_ms - told_ms):
        return told_ms, True
    return min(at for at in moments if abs(typical_ms - at) <= MAX_MS), False


def _epoch_moments(timeline: Timeline) -> Iterator[float]:
    for turn in timeline.turns:
        for part, names in ((turn, _TURN_MOMENTS), *((call, _TOOL_MOMENTS) for call in turn.tool_calls)):
            moments = (getattr(part, name) for name in names)
            yield from (at for at in moments if at is not None and _EPOCH_MS <= at <= _LATEST_MS)


def _placed(
    part: TimelineTurn | TimelineToolCall, names: tuple[str, ...], start_ms: float
) -> dict[str, float | None]:
    return {name: _relative(getattr(part, name), start_ms) for name in names}


def _relative(at_ms: float | None, start_ms: float) -> float | None:
    if at_ms is None:
        return None
    passed_ms = at_ms - start_ms if at_ms >= _EPOCH_MS else at_ms
    return max(passed_ms, 0.0) if _is_within(passed_ms) else None


def _is_within(passed_ms: float) -> bool:
    return -_EARLY_MS <= passed_ms <= MAX_MS
