"""What holds for any sequence of events whatever."""

import json
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol import arbitrary
from voice.conversation.view import CallView, patch_between, view_of
from voice.protocol.client_events import SessionEnd, SessionUpdate, ToolResult
from voice.protocol.config import SessionPatch
from voice.protocol.effects import (
    AnyEffect,
    CloseLink,
    FinishReply,
    FlushPlayout,
    OpenLink,
    Play,
    RunTool,
    Send,
)
from voice.protocol.inputs import AnyInput, HangUp, LinkClosed, Received
from voice.protocol.playout import MAX_OPEN, MAX_REMEMBERED
from voice.protocol.resuming import MAX_SHORT_LIVES
from voice.protocol.session import Session, new_session, step
from voice.protocol.session_state import MAX_NOTICES, MAX_PENDING_TOOLS, TurnEvent
from voice.protocol.typed import MAX_WAITING

Happened = list[tuple[AnyInput, Session, Session, tuple[AnyEffect, ...]]]


def _run(said: list[AnyInput], gap_s: float) -> Happened:
    """Every input with the state before and after it and its effects."""
    session, now, happened = new_session(SessionPatch(system_prompt="a")), 100.0, []
    for input_ in said:
        now += gap_s
        before = session
        session, effects = step(before, input_, now)
        happened.append((input_, before, session, effects))
    return happened


@given(arbitrary.calls, arbitrary.gaps_s)
@settings(max_examples=400, deadline=None)
def test_no_audio_is_played_for_a_cut_or_finished_reply(said: list[AnyInput], gap_s: float) -> None:
    stopped: set[str] = set()
    for _, before, after, effects in _run(said, gap_s):
        for effect in effects:
            if isinstance(effect, Play):
                assert effect.reply_id not in stopped
                assert effect.reply_id not in before.cut_replies
                assert after.ready
            if isinstance(effect, FinishReply):
                stopped.add(effect.reply_id)
        stopped.update(after.cut_replies)


@given(arbitrary.calls, arbitrary.gaps_s)
@settings(max_examples=400, deadline=None)
def test_a_flush_always_stops_something_and_never_the_same_twice(said: list[AnyInput], gap_s: float) -> None:
    for _, before, after, effects in _run(said, gap_s):
        flushes = effects.count(FlushPlayout())
        assert flushes <= 1
        if flushes:
            assert before.playout.queued
            assert not after.playout.queued
            assert {reply.id for reply in before.playout.queued} <= set(after.cut_replies)


@given(arbitrary.calls, arbitrary.gaps_s)
@settings(max_examples=400, deadline=None)
def test_transcript_keeps_its_order_and_ids(said: list[AnyInput], gap_s: float) -> None:
    for _, before, after, _ in _run(said, gap_s):
        ids = [turn.id for turn in after.transcript.slots]
        assert len(set(ids)) == len(ids)
        assert set(ids) >= {turn.id for turn in before.transcript.slots}
        for turn in after.transcript.turns:
            assert turn.text or turn.tool or (turn.speaker == "user" and not turn.settled)
            assert turn.settled or not after.ended
        spoken = [turn for turn in after.transcript.turns if turn.speaker == "user" or turn.audible]
        assert [turn.started_at for turn in spoken] == sorted(turn.started_at for turn in spoken)


@given(arbitrary.calls, arbitrary.gaps_s)
@settings(max_examples=300, deadline=None)
def test_everything_stays_bounded(said: list[AnyInput], gap_s: float) -> None:
    for _, _, after, effects in _run(said, gap_s):
        assert len(effects) <= MAX_OPEN + MAX_PENDING_TOOLS + 4
        assert len(after.playout.open) <= MAX_OPEN
        assert len(after.playout.cut) <= MAX_REMEMBERED
        assert len(after.playout.over) <= MAX_REMEMBERED
        assert len(after.notices) <= MAX_NOTICES
        assert len(after.pending_tools) <= MAX_PENDING_TOOLS
        assert len(after.unanswered) <= MAX_PENDING_TOOLS
        assert len(after.texts) <= MAX_WAITING + 1


@given(arbitrary.calls, arbitrary.gaps_s)
@settings(max_examples=300, deadline=None)
def test_each_call_of_a_tool_is_run_once_and_answered_once_at_most(
    said: list[AnyInput], gap_s: float
) -> None:
    run: list[str] = []
    answered: list[str] = []
    for _, before, after, effects in _run(said, gap_s):
        run += [effect.call_id for effect in effects if isinstance(effect, RunTool)]
        results = [e.event for e in effects if isinstance(e, Send) and isinstance(e.event, ToolResult)]
        answered += [result.call_id for result in results]
        if results:
            assert before.turn_event is not TurnEvent.REPLY_STARTED or not after.reply_id
            assert after.turn_event is not TurnEvent.REPLY_INTERRUPTED
            assert after.ready
    assert len(set(run)) == len(run)
    assert len(set(answered)) == len(answered)


@given(arbitrary.calls, arbitrary.gaps_s)
@settings(max_examples=300, deadline=None)
def test_once_over_nothing_is_sent_or_played_and_the_failure_stays(
    said: list[AnyInput], gap_s: float
) -> None:
    for input_, before, after, effects in _run(said, gap_s):
        if not before.ended:
            continue
        assert after.ended
        assert after.failure is before.failure
        assert after.ended_at == before.ended_at
        assert all(isinstance(effect, CloseLink) for effect in effects)
        if isinstance(input_, Received):
            assert after is before


@given(arbitrary.calls, arbitrary.gaps_s)
@settings(max_examples=300, deadline=None)
def test_only_one_update_is_in_flight_and_none_before_ready_but_the_first(
    said: list[AnyInput], gap_s: float
) -> None:
    for _, before, after, effects in _run(said, gap_s):
        sent = [
            effect
            for effect in effects
            if isinstance(effect, Send) and isinstance(effect.event, SessionUpdate)
        ]
        assert len(sent) <= 1
        if sent and before.config.opened:
            assert after.ready
            assert after.config.in_flight is not None
            # A session that goes on with an earlier conversation gets that behind its prompt.
            if not after.config.context:
                assert [effect.event for effect in sent] == [SessionUpdate(session=after.config.in_flight)]


@given(arbitrary.calls, arbitrary.gaps_s)
@settings(max_examples=400, deadline=None)
def test_a_call_that_was_hung_up_is_never_brought_back(said: list[AnyInput], gap_s: float) -> None:
    hung_up = False
    for input_, _, after, effects in _run(said, gap_s):
        if hung_up:
            opened = [e for e in effects if isinstance(e, OpenLink)]
            asked = [e for e in effects if isinstance(e, Send) and not isinstance(e.event, SessionEnd)]
            assert (opened, asked) == ([], [])
            assert after.leaving or after.ended
        hung_up = hung_up or (isinstance(input_, HangUp) and (after.leaving or after.ended))


@given(arbitrary.calls, arbitrary.gaps_s)
@settings(max_examples=400, deadline=None)
def test_a_drop_never_ends_a_live_call_before_another_socket_was_tried(
    said: list[AnyInput], gap_s: float
) -> None:
    for input_, before, after, effects in _run(said, gap_s):
        if isinstance(input_, LinkClosed) and before.ready and before.short_lives < MAX_SHORT_LIVES - 1:
            assert not after.ended
            assert any(isinstance(effect, OpenLink) for effect in effects)


@given(arbitrary.calls, arbitrary.gaps_s)
@settings(max_examples=400, deadline=None)
def test_nothing_but_the_end_is_sent_without_an_open_socket(said: list[AnyInput], gap_s: float) -> None:
    for _, _, after, effects in _run(said, gap_s):
        if any(isinstance(effect, Send) for effect in effects):
            assert after.link_open or after.ended
        assert after.playout.open == () or not after.loss


def _apply(view: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """What the browser does, on plain JSON."""
    view = view | {name: value for name, value in patch.items() if name not in ("turns", "removed")}
    placed = patch.get("turns", [])
    gone = {*patch.get("removed", []), *(entry["turn"]["id"] for entry in placed)}
    turns = [turn for turn in view.get("turns", []) if turn["id"] not in gone]
    for entry in placed:
        turns.insert(entry["index"], entry["turn"])
    return view | {"turns": turns}


@given(arbitrary.calls, arbitrary.gaps_s, st.integers(1, 7))
@settings(max_examples=400, deadline=None)
def test_patches_carry_a_browser_from_view_to_view(said: list[AnyInput], gap_s: float, every: int) -> None:
    shown: CallView | None = None
    page: dict[str, Any] = {}
    for number, (_, _, session, _) in enumerate(_run(said, gap_s)):
        if number % every:
            continue
        view = view_of(session)
        page = _apply(page, json.loads(msgspec.json.encode(patch_between(shown, view))))
        shown = view
        assert page == json.loads(msgspec.json.encode(view))
        assert patch_between(view, view_of(session)) == {}
