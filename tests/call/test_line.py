"""A line: what a tab wants, its one call, and those who watch it from any thread."""

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from msgspec.structs import replace

from tests.support.fake_call import LEVELS_DBFS, FakeSwitchboard
from voice.audio.levels import SILENCE_DBFS
from voice.call.line import Line
from voice.conversation.transcript import TurnView
from voice.conversation.view import IDLE_VIEW, CallView
from voice.protocol.config import OutputPatch, SessionPatch
from voice.protocol.errors import MediaFailed
from voice.protocol.limits import Limits
from voice.tools.past_calls import Passage

PATCH = SessionPatch(system_prompt="Be brief.", greeting="Hello.")
THREADS = 16


@pytest.fixture
def switchboard() -> FakeSwitchboard:
    return FakeSwitchboard()


@pytest.fixture
def line(switchboard: FakeSwitchboard) -> Line:
    return Line(switchboard)


def labelled(label: str) -> CallView:
    return msgspec.structs.replace(IDLE_VIEW, label=label)


def at_once(work: Callable[[int], object]) -> None:
    """Run `work` in many threads that set off together; raises what any of them raised."""
    start = threading.Barrier(THREADS, timeout=10)

    def run(index: int) -> object:
        start.wait()
        return work(index)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, range(THREADS)))


def test_tokens_are_long_and_never_the_same(switchboard: FakeSwitchboard) -> None:
    tokens = {Line(switchboard).token for _ in range(100)}
    assert len(tokens) == 100
    assert min(len(token) for token in tokens) >= 43


def test_a_new_line_is_idle_and_silent(line: Line) -> None:
    assert line.call is None
    assert line.view is IDLE_VIEW
    assert line.levels_dbfs == (SILENCE_DBFS, SILENCE_DBFS)


def test_a_call_starts_with_what_was_wanted_before_it(line: Line, switchboard: FakeSwitchboard) -> None:
    line.want(PATCH)
    line.connect()
    assert [call.patch for call in switchboard.calls] == [PATCH]
    assert line.levels_dbfs == LEVELS_DBFS


def test_connecting_again_during_a_call_changes_nothing(line: Line, switchboard: FakeSwitchboard) -> None:
    line.connect()
    first = line.call
    line.connect()
    assert line.call is first
    assert len(switchboard.calls) == 1


def test_many_threads_that_connect_at_once_make_one_call(line: Line, switchboard: FakeSwitchboard) -> None:
    at_once(lambda _: line.connect())
    assert len(switchboard.calls) == 1


def test_after_a_call_another_may_start(line: Line, switchboard: FakeSwitchboard) -> None:
    line.connect()
    switchboard.calls[0].end()
    assert line.call is None
    line.connect()
    assert len(switchboard.calls) == 2
    assert line.call is not None


def test_the_last_words_of_a_call_before_are_not_shown_over_the_next(
    line: Line, switchboard: FakeSwitchboard
) -> None:
    line.connect()
    first = switchboard.calls[0]
    first.end(labelled("over"))
    line.connect()
    switchboard.calls[1].show(labelled("next"))
    first.show(labelled("confirmed"))
    assert line.view.label == "next"


def test_the_transcript_stays_after_the_call(line: Line, switchboard: FakeSwitchboard) -> None:
    turn = TurnView(id="user-1", speaker="user", text="go forward", settled=True, interrupted=False, rest="")
    line.connect()
    switchboard.calls[0].end(msgspec.structs.replace(IDLE_VIEW, state="ended", turns=(turn,)))
    assert line.call is None
    assert line.view.turns == (turn,)


def test_a_change_goes_to_the_running_call_once(line: Line, switchboard: FakeSwitchboard) -> None:
    line.connect()
    line.want(PATCH)
    line.want(SessionPatch(system_prompt="Be brief.", greeting="Hello."))
    assert switchboard.calls[0].told == [("want", PATCH)]


def test_the_person_steers_the_running_call(line: Line, switchboard: FakeSwitchboard) -> None:
    line.connect()
    line.set_muted(True)
    line.set_muted(False)
    line.set_agent_muted(True)
    line.hang_up()
    assert switchboard.calls[0].told == [
        ("set_muted", True),
        ("set_muted", False),
        ("set_agent_muted", True),
        ("hang_up", None),
    ]


def test_limits_go_to_the_running_call_and_to_the_next(line: Line, switchboard: FakeSwitchboard) -> None:
    line.connect()
    assert switchboard.calls[0].limits == Limits()
    line.limit(Limits(idle_s=60.0))
    assert switchboard.calls[0].limits == Limits(idle_s=60.0)
    switchboard.calls[0].end()
    line.connect()
    assert switchboard.calls[1].limits == Limits(idle_s=60.0)


def test_an_ended_call_is_told_nothing_more(line: Line, switchboard: FakeSwitchboard) -> None:
    line.connect()
    switchboard.calls[0].end()
    line.want(PATCH)
    line.set_muted(True)
    line.set_agent_muted(True)
    line.hang_up()
    assert switchboard.calls[0].told == []


def test_a_refused_call_is_shown_and_not_raised(line: Line, switchboard: FakeSwitchboard) -> None:
    switchboard.busy = True
    line.connect()
    assert line.call is None
    assert line.view.state == "error"
    assert line.view.failure is not None
    assert line.view.failure.sentence == "All 1 lines are busy."
    assert line.view.failure.next_step == "Wait until a call has ended."


def test_after_a_refusal_the_person_may_try_again(line: Line, switchboard: FakeSwitchboard) -> None:
    switchboard.busy = True
    line.connect()
    switchboard.busy = False
    line.connect()
    assert line.call is not None


def test_a_microphone_that_fails_is_shown_without_a_call(line: Line) -> None:
    seen: list[CallView] = []
    line.watch(seen.append)
    line.fail(MediaFailed("No microphone was found.", "Plug one in."))
    assert [view.state for view in seen] == ["error"]
    assert line.view.failure is not None
    assert line.view.failure.sentence == "No microphone was found."
    assert line.view.failure.next_step == "Plug one in."


def test_a_failure_outside_leaves_a_running_call_alone(line: Line, switchboard: FakeSwitchboard) -> None:
    line.connect()
    switchboard.calls[0].begin()
    before = line.view
    line.fail(MediaFailed("No microphone was found.", "Plug one in."))
    assert line.view is before


def test_every_watcher_of_any_thread_gets_every_view_until_it_stops(
    line: Line, switchboard: FakeSwitchboard
) -> None:
    line.connect()
    seen: list[list[str]] = [[] for _ in range(THREADS)]
    stops: list[Callable[[], None]] = [lambda: None] * THREADS

    def watch(index: int) -> None:
        stops[index] = line.watch(lambda view: seen[index].append(view.label))

    at_once(watch)
    switchboard.calls[0].show(labelled("first"))
    switchboard.calls[0].show(labelled("second"))
    at_once(lambda index: stops[index]())
    switchboard.calls[0].show(labelled("third"))
    assert seen == [["first", "second"]] * THREADS


def test_views_go_out_while_watchers_come_and_go(line: Line, switchboard: FakeSwitchboard) -> None:
    line.connect()
    kept: list[str] = []
    line.watch(lambda view: kept.append(view.label))
    show = switchboard.calls[0].show

    def churn(index: int) -> None:
        for turn in range(200):
            if index == 0:
                show(labelled(str(turn)))
            else:
                line.watch(lambda _view: None)()

    at_once(churn)
    assert kept == [str(turn) for turn in range(200)]


def test_a_watcher_may_stop_itself(line: Line) -> None:
    seen: list[CallView] = []

    def once(view: CallView) -> None:
        seen.append(view)
        stop()

    stop = line.watch(once)
    line.fail(MediaFailed("One.", "Again."))
    line.fail(MediaFailed("Two.", "Again."))
    assert len(seen) == 1


def test_stopping_twice_is_the_same_as_once(line: Line) -> None:
    stop = line.watch(lambda _view: None)
    stop()
    stop()


def test_a_turned_dial_is_wanted_where_it_is_used_and_kept_for_later(
    line: Line, switchboard: FakeSwitchboard
) -> None:
    line.turn({"volume": 43})
    line.want(PATCH)
    line.connect()
    assert switchboard.calls[0].patch == PATCH
    line.want(PATCH, dials=["volume"])
    assert switchboard.calls[0].told == [("want", replace(PATCH, output=OutputPatch(volume=45)))]
    assert line.dials["volume"] == 45


def test_turning_a_dial_in_a_call_reaches_the_call_at_once(line: Line, switchboard: FakeSwitchboard) -> None:
    line.want(PATCH, dials=["volume"])
    line.connect()
    line.turn({"volume": 10})
    line.turn({"volume": 10})
    assert switchboard.calls[0].told == [("want", replace(PATCH, output=OutputPatch(volume=10)))]


@pytest.mark.parametrize(
    ("name", "value"), [("volume", math.nan), ("no dial", 1.0), ("min_silence", 3_000.0), ("max_silence", 0)]
)
def test_an_impossible_turn_of_a_dial_changes_nothing(line: Line, name: str, value: float) -> None:
    before = line.dials
    line.turn({name: value})
    assert line.dials == before


async def test_notes_begin_anew_with_each_call(line: Line, switchboard: FakeSwitchboard) -> None:
    line.connect()
    await switchboard.calls[0].tools.run("add_note", {"text": "ask about Rome"})
    switchboard.calls[0].end(msgspec.structs.replace(IDLE_VIEW, state="ended"))
    assert "Rome" in (await switchboard.calls[0].tools.run("list_notes", {})).result
    line.connect()
    assert "no notes yet" in (await switchboard.calls[1].tools.run("list_notes", {})).result


async def test_past_calls_are_looked_up_where_they_are_kept(switchboard: FakeSwitchboard) -> None:
    class Kept:
        def search(self, text: str) -> list[Passage]:
            return [Passage(0.0, "user", f"all about {text}")]

    Line(switchboard, past_calls=Kept()).connect()
    found = await switchboard.calls[0].tools.run("search_past_calls", {"query": "Rome"})
    assert "you said: all about Rome" in found.result


def test_a_call_is_made_for_the_lines_owner_with_the_persona_named_last(switchboard: FakeSwitchboard) -> None:
    line = Line(switchboard, owner="somebody")
    line.name_persona("Tutor")
    line.connect()
    assert (switchboard.calls[0].owner, switchboard.calls[0].persona) == ("somebody", "Tutor")
