"""Our transcript and the service's are put beside each other, whatever either of them lacks."""

import math

import msgspec
import pytest

from tests.history.export.calls import HOSTILE, LATENCY, TOOL
from tests.history.samples import BEGAN, a_call, a_turn
from tests.support.service_shapes import captured
from voice.history.records import FullCall, SessionRecord, TurnRecord
from voice.protocol.stored_sessions import Timeline, TimelineEnd, TimelineToolCall, TimelineTurn, decoded
from voice.ui.history.compared import Compared, compared
from voice.ui.history.service_turns import meaning_of, summary_of
from voice.ui.history.theirs import as_call

SESSION = SessionRecord(number=1, id="sess_1", began_at=BEGAN)
OURS = (
    a_turn(1, "Hi there.", "agent"),
    a_turn(2, "What is six times seven?"),
    a_turn(3, "", "tool", tool=TOOL),
    a_turn(4, "It is forty two.", "agent", latency=LATENCY),
)
THEIRS = Timeline(
    session_id="sess_1",
    turns=[
        TimelineTurn(trigger="greeting", agent_text="Hi there.", agent_reply_started_at_ms=300),
        TimelineTurn(
            trigger="user_speech",
            user_transcript="what is six times eleven",
            user_speech_started_at_ms=2_000,
            user_speech_ended_at_ms=3_000,
            tool_calls=[
                TimelineToolCall(
                    name="calculate",
                    dispatched_at_ms=3_050,
                    duration_ms=17.4,
                    arguments={"expression": "6*7"},
                )
            ],
        ),
        TimelineTurn(
            trigger="tool_result",
            agent_text="It is forty two.",
            agent_reply_started_at_ms=3_400,
            agent_reply_ended_at_ms=5_000,
            time_to_first_audio_ms=300.0,
        ),
    ],
    ended=TimelineEnd(duration_seconds=12.0),
)


def both(ours: tuple[TurnRecord, ...] = OURS, theirs: Timeline = THEIRS) -> Compared:
    return compared(FullCall(a_call(), ours, sessions=(SESSION,)), SESSION, theirs)


def test_turns_stand_beside_each_other_and_differing_words_are_marked() -> None:
    found = both()
    assert [row.speaker for row in found.rows] == ["agent", "user", "tool", "agent"]
    assert [row.is_same for row in found.rows] == [True, False, True, True]
    asked = found.rows[1]
    assert asked.ours == [("What is six times", False), ("seven?", True)]
    assert asked.theirs == [("what is six times", False), ("eleven", True)]


def test_answers_and_tools_are_compared_from_the_end_of_the_turn() -> None:
    found = both()
    tool, answer = found.rows[2:]
    assert (tool.our_ms, tool.their_ms) == (3, 17)
    # Ours without the wait for the end of the turn, which the service does not count.
    assert (answer.our_ms, answer.their_ms) == (640 - 280, 300)
    assert (found.our_median_ms, found.their_median_ms) == (360, 300)
    assert "3 of 4 turns" in summary_of(found)
    assert "0.36 s here, and after 0.30 s" in summary_of(found)


def test_what_one_side_lacks_stands_alone_and_the_rest_still_meets() -> None:
    found = both((*OURS[:1], a_turn(2, "Hello?", typed=True), *OURS[1:]))
    assert [(row.speaker, row.theirs is None, row.is_typed) for row in found.rows] == [
        ("agent", False, False),
        ("user", True, True),
        ("user", False, False),
        ("tool", False, False),
        ("agent", False, False),
    ]
    lost = both(OURS[:1])
    assert [row.ours is None for row in lost.rows] == [False, True, True, True]


def test_a_cut_reply_is_compared_with_all_its_words() -> None:
    cut = a_turn(4, "It is forty", "agent", rest="two.", interrupted=True)
    assert both((*OURS[:3], cut)).rows[-1].is_same


def test_turns_of_another_session_are_not_compared() -> None:
    second = SessionRecord(number=2, id="sess_2", began_at=BEGAN + 3.5)
    full = FullCall(a_call(), OURS, sessions=(SESSION, second))
    assert [row.ours for row in compared(full, second, Timeline()).rows] == [[("It is forty two.", False)]]
    assert len(compared(full, SESSION, Timeline()).rows) == 3


def test_without_any_turns_it_says_so() -> None:
    assert summary_of(both((), Timeline())) == "Nothing was said in this session."


def test_the_same_words_everywhere_are_told_in_a_sentence() -> None:
    only = Timeline(turns=THEIRS.turns[:1])
    assert summary_of(both(OURS[:1], only)) == "The words are the same on both sides."


def test_their_side_is_a_call_of_its_own_that_begins_with_the_session() -> None:
    session = msgspec.structs.replace(SESSION, began_at=BEGAN + 5, timeline=THEIRS)
    theirs = as_call(FullCall(a_call(ended_at=BEGAN + 60), OURS, sessions=(session,)), session)
    assert theirs.call.started_at == BEGAN + 5
    assert theirs.call.ended_at == BEGAN + 17
    assert [turn.speaker for turn in theirs.turns] == ["agent", "user", "tool", "agent"]
    assert theirs.turns[1].started_at == BEGAN + 7
    assert theirs.turns[3].ended_at == BEGAN + 10


def test_an_interrupted_reply_ends_where_it_was_cut() -> None:
    cut = TimelineTurn(
        agent_text="It is forty two.",
        agent_reply_started_at_ms=1_000,
        agent_reply_ended_at_ms=9_000,
        interrupted_at_ms=2_000,
    )
    session = msgspec.structs.replace(SESSION, timeline=Timeline(turns=[cut]))
    (turn,) = as_call(FullCall(a_call(), sessions=(session,)), session).turns
    assert turn.interrupted
    assert turn.ended_at == BEGAN + 2


def test_without_a_timeline_our_own_words_stand_beside_their_recording() -> None:
    second = SessionRecord(number=2, id="sess_2", began_at=BEGAN + 3.5)
    full = FullCall(a_call(), OURS, sessions=(SESSION, second))
    assert [turn.number for turn in as_call(full, second).turns] == [4]


def test_a_captured_session_lies_where_it_was_said() -> None:
    timeline = decoded(captured("timeline"), Timeline)
    session = msgspec.structs.replace(SESSION, began_at=0.0, timeline=timeline)
    theirs = as_call(FullCall(a_call(), sessions=(session,)), session)
    assert theirs.call.ended_at == pytest.approx(52.718)
    spans = [(turn.speaker, turn.started_at, turn.ended_at, turn.interrupted) for turn in theirs.turns]
    assert spans == [
        ("agent", 0.374, 2.707, False),
        ("user", 6.72, 8.64, False),
        ("tool", 9.95, 10.762, False),
        # The service tells only when this one ended; it began with the tool's result.
        ("agent", 10.762, 20.0, False),
        ("user", 23.62, 26.92, False),
        ("agent", 26.921, 33.21, True),
        ("user", 31.98, 34.87, False),
        ("agent", 34.871, 38.4, False),
        ("agent", 45.18, 47.02, False),
    ]
    rows = compared(FullCall(a_call(), sessions=(session,)), session, timeline).rows
    assert [row.at_s for row in rows] == [started for _, started, _, _ in spans]
    assert [row.their_ms for row in rows if row.speaker == "agent"] == [348, None, 3_255, 2_710, 620]


def test_a_reply_of_which_only_the_end_is_known_lies_at_its_end() -> None:
    started_ms = 1_789_575_865_266
    told = TimelineTurn(
        trigger="tool_result", agent_text="At nine.", agent_reply_ended_at_ms=started_ms + 20_000
    )
    session = msgspec.structs.replace(
        SESSION, timeline=Timeline(started_at_unix_ms=started_ms, turns=[*THEIRS.turns[:1], told])
    )
    turn = as_call(FullCall(a_call(), sessions=(session,)), session).turns[-1]
    assert (turn.started_at, turn.ended_at) == (BEGAN + 20, BEGAN + 20)


@pytest.mark.parametrize(
    ("known", "began", "ended"),
    [
        ({"user_speech_started_at_ms": 4_000}, [4, 4], [None, None]),
        ({"user_speech_ended_at_ms": 5_000}, [5, 5], [5, None]),
        ({"user_speech_ended_at_ms": 5_000, "agent_reply_ended_at_ms": 7_000}, [5, 5], [5, 7]),
        ({"agent_reply_ended_at_ms": 7_000, "interrupted_at_ms": 6_000}, [1.5, 6], [None, 6]),
        ({"agent_reply_started_at_ms": 5_500}, [1.5, 5.5], [None, None]),
        # Nothing is known but that it came after the turn before.
        ({}, [1.5, 1.5], [None, None]),
    ],
)
def test_a_moment_that_is_left_out_is_the_closest_that_is_known(
    known: dict[str, float], began: list[float], ended: list[float | None]
) -> None:
    before = TimelineTurn(agent_text="Hi.", agent_reply_started_at_ms=500, agent_reply_ended_at_ms=1_500)
    turn = TimelineTurn(trigger="user_speech", user_transcript="Ah?", agent_text="Oh.", **known)  # type: ignore[arg-type] # moments
    session = msgspec.structs.replace(SESSION, began_at=0.0, timeline=Timeline(turns=[before, turn]))
    _, *found = as_call(FullCall(a_call(), sessions=(session,)), session).turns
    assert [one.started_at for one in found] == began
    assert [one.ended_at for one in found] == ended


def test_a_result_that_nobody_waited_for_any_more_does_not_begin_a_reply() -> None:
    calls = [TimelineToolCall(name="slow", dispatched_at_ms=1_000, result_received_at_ms=9_000)]
    turns = [
        TimelineTurn(trigger="user_speech", user_speech_ended_at_ms=900, tool_calls=calls),
        TimelineTurn(trigger="tool_result", agent_text="It takes long.", agent_reply_ended_at_ms=4_000),
    ]
    session = msgspec.structs.replace(SESSION, began_at=0.0, timeline=Timeline(turns=turns))
    _, reply = as_call(FullCall(a_call(), sessions=(session,)), session).turns
    assert (reply.started_at, reply.ended_at) == (4, 4)


def test_where_the_start_is_not_told_the_page_says_from_where_times_count() -> None:
    at = 1_789_575_865_266.0
    timeline = Timeline(turns=[TimelineTurn(agent_text="Hi.", agent_reply_started_at_ms=at)])
    found = both((), timeline)
    assert [row.at_s for row in found.rows] == [0]
    assert "times count from the first turn" in meaning_of(found, timeline)
    assert meaning_of(found, msgspec.structs.replace(timeline, started_at_unix_ms=at)) == ""


def test_hostile_words_and_impossible_numbers_are_put_beside_each_other_all_the_same() -> None:
    wild = [
        TimelineTurn(
            user_transcript=text,
            agent_text=text,
            user_speech_started_at_ms=-1e300,
            agent_reply_started_at_ms=math.inf,
            time_to_first_audio_ms=1e300,
            tool_calls=[TimelineToolCall(name=text, duration_ms=1e300, result=[text])],
        )
        for text in HOSTILE
    ]
    session = msgspec.structs.replace(SESSION, timeline=Timeline(turns=wild))
    found = both(OURS, Timeline(turns=wild))
    shown = {piece for row in found.rows for piece, _ in row.theirs or ()}
    assert set(HOSTILE) <= shown
    assert msgspec.json.encode(found)
    assert msgspec.json.encode(as_call(FullCall(a_call(), sessions=(session,)), session))
