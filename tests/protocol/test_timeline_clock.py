"""A timeline's moments count from the session's start, whatever clock they were given on."""

import math

import pytest
from msgspec.structs import replace

from tests.support.service_shapes import captured
from voice.protocol.stored_sessions import Timeline, TimelineToolCall, TimelineTurn, decoded
from voice.protocol.timeline_clock import from_start, says_when_it_started

STARTED_MS = 1_789_575_865_266


def a_timeline(started_ms: float | None, *moments: float | None) -> Timeline:
    """Replies that began at these moments."""
    turns = [TimelineTurn(agent_reply_started_at_ms=at) for at in moments]
    return Timeline(started_at_unix_ms=started_ms, turns=turns)


def began(timeline: Timeline) -> list[float | None]:
    return [turn.agent_reply_started_at_ms for turn in from_start(timeline).turns]


def test_a_captured_timeline_counts_from_the_session_s_start() -> None:
    timeline = decoded(captured("timeline"), Timeline)
    greeting, asked, told, *_ = from_start(timeline).turns
    assert (greeting.agent_reply_started_at_ms, greeting.agent_reply_ended_at_ms) == (374, 2_707)
    assert greeting.time_to_first_audio_ms == 348, "a length is no moment"
    assert (asked.user_speech_started_at_ms, asked.user_speech_ended_at_ms) == (6_720, 8_640)
    (call,) = asked.tool_calls
    assert (call.dispatched_at_ms, call.result_received_at_ms, call.duration_ms) == (9_950, 10_762, 812)
    assert (told.agent_reply_started_at_ms, told.agent_reply_ended_at_ms) == (None, 20_000)
    assert says_when_it_started(timeline)


def test_counting_twice_changes_nothing() -> None:
    once = from_start(decoded(captured("timeline"), Timeline))
    assert from_start(once) == once


def test_moments_that_already_count_from_the_start_stay_as_they_are() -> None:
    timeline = a_timeline(STARTED_MS, 0.0, 300.5, 9_000_000, None)
    assert began(timeline) == [0.0, 300.5, 9_000_000, None]
    assert says_when_it_started(timeline)


@pytest.mark.parametrize(
    "started_ms",
    [None, 0, -5.0, 1_789_575_865.266, STARTED_MS * 1_000, STARTED_MS - 400 * 86_400_000, math.inf],
)
def test_without_a_believable_start_the_first_moment_is_the_start(started_ms: float | None) -> None:
    timeline = a_timeline(started_ms, STARTED_MS + 5_000, STARTED_MS + 2_000, None)
    assert began(timeline) == [3_000, 0, None]
    assert not says_when_it_started(timeline)


@pytest.mark.parametrize(
    "absurd",
    [-1e300, -20_000, 1e300, math.inf, -math.inf, 1e10, 1.79e9, STARTED_MS * 1_000, STARTED_MS + 1e9],
)
def test_a_moment_that_can_not_be_one_of_the_session_is_unknown(absurd: float) -> None:
    for started_ms in (STARTED_MS, None):
        timeline = a_timeline(started_ms, STARTED_MS, absurd, STARTED_MS + 4_000, STARTED_MS + 6_000)
        assert began(timeline) == [0, None, 4_000, 6_000]


def test_with_absurd_moments_only_none_is_known() -> None:
    assert began(a_timeline(STARTED_MS, math.inf, 1e300)) == [None, None]


def test_what_happened_just_before_the_start_happened_at_it() -> None:
    assert began(a_timeline(STARTED_MS, STARTED_MS - 30, STARTED_MS + 5)) == [0, 5]


def test_a_tool_s_moments_tell_the_start_where_no_turn_s_do() -> None:
    call = TimelineToolCall(dispatched_at_ms=STARTED_MS, result_received_at_ms=STARTED_MS + 20)
    (turn,) = from_start(Timeline(turns=[TimelineTurn(tool_calls=[call])])).turns
    assert turn.tool_calls == [replace(call, dispatched_at_ms=0, result_received_at_ms=20)]
