"""Calls are kept, found, changed and deleted, over SQLite and PostgreSQL alike."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tests.history.samples import BEGAN, ME, a_call, a_turn, keep, keep_at_service
from voice.history.entries import Changed, Ended, Figures, Logged, Marked, TurnGone, TurnPut
from voice.history.recordings import imported_call_id
from voice.history.records import (
    ConfigChange,
    EventRecord,
    Filters,
    FullCall,
    HistoryProblem,
    Mark,
    Order,
    SessionRecord,
)
from voice.history.store import Store
from voice.protocol.stored_sessions import Timeline, TimelineTurn

OTHER = "somebody else"
HOSTILE = [
    '"; DROP TABLE calls; --',
    "' OR '1'='1",
    "NEAR(a b)",
    "a AND (",
    "*",
    "^title:",
    "{x}",
    "\x00",
    "!:*&",
]


def test_all_that_is_kept_of_a_call_comes_back(store: Store) -> None:
    latency = {"turn_id": "agent-2", "total_ms": 700}
    tool = {"name": "calculate", "status": "done", "arguments": "{}", "result": "4", "took_ms": 3}
    turns = (
        a_turn(1, "Two and two?", typed=True),
        a_turn(2, "", "tool", tool=tool),
        a_turn(3, "Four", "agent", rest=", of course.", interrupted=True, latency=latency),
    )
    changes = (ConfigChange(BEGAN + 1, {"output.voice": "vera", "input.keyterms": ["a", "b"]}),)
    marks = (Mark(BEGAN + 2, "interruption", "Four"), Mark(BEGAN + 3, "notice", "Quiet."))
    events = (EventRecord(BEGAN, "sent", "session.update", '{"type":"session.update"}'),)
    call = a_call(persona="Tutor", agent="local", config={"system_prompt": "Be brief."}, sample=True)
    figures = Figures("vera", "s-1", 0.25, 700, 1, 2)
    keep(
        store,
        call,
        more=(
            *(TurnPut(slot, turn) for slot, turn in enumerate(turns, 1)),
            Changed(1, changes[0]),
            *(Marked(number, mark) for number, mark in enumerate(marks, 1)),
            figures,
            Logged(events),
            Ended(BEGAN + 9, "failed", "It broke."),
        ),
        over=False,
    )
    whole = replace(
        call,
        voice="vera",
        session_id="s-1",
        cost_usd=0.25,
        median_latency_ms=700,
        interruptions=1,
        turn_count=2,
        ended_at=BEGAN + 9,
        how_ended="failed",
        failure="It broke.",
    )
    assert store.full_call(ME, call.id) == FullCall(whole, turns, changes, events, marks)


def test_a_turn_that_changes_is_kept_as_it_became_and_one_that_was_none_goes(store: Store) -> None:
    keep(store, None, "I would like", "Yes?", over=False)
    store.write("call-0001", [TurnPut(1, a_turn(3, "I would like tea.")), TurnGone(2)], BEGAN + 90)
    full = store.full_call(ME, "call-0001")
    assert full is not None
    assert [turn.text for turn in full.turns] == ["I would like tea."]


def test_writing_the_same_twice_changes_nothing(store: Store) -> None:
    keep(store, None, "Hello.")
    once = store.full_call(ME, "call-0001")
    keep(store, None, "Hello.")
    assert store.full_call(ME, "call-0001") == once
    assert store.count() == 1


def test_text_that_no_database_can_hold_is_kept_without_the_parts_it_refuses(store: Store) -> None:
    tool = {"name": "x", "arguments": "\x00\ud800", "result": ""}
    keep(store, a_call(config={"system_prompt": "\x00\ud800"}), "a\x00b \ud800 👩\u200d🚀 שלום")
    store.write("call-0001", [TurnPut(2, a_turn(2, "", "tool", tool=tool))], BEGAN + 90)
    full = store.full_call(ME, "call-0001")
    assert full is not None
    assert full.turns[0].text == "ab ? 👩\u200d🚀 שלום"
    # Halves of characters can't go to a page or into an export either.
    assert full.turns[1].tool == {**tool, "arguments": "\x00?"}
    assert full.call.config == {"system_prompt": "\x00?"}
    assert msgspec.json.encode(full)


def test_words_are_found_in_what_was_said_in_title_and_note_and_in_tools(store: Store) -> None:
    keep(store, a_call("call-0001"), "What's the weather in Zürich?", "It rains.")
    tool = {"name": "add_note", "arguments": '{"text": "buy umbrella"}', "result": "Noted"}
    keep(store, a_call("call-0002"), more=(TurnPut(1, a_turn(1, "", "tool", tool=tool)),))
    store.rename(ME, "call-0002", "Shopping <b>list</b>")
    store.annotate(ME, "call-0002", "Must be seen again")
    found = {
        text: [row.call.id for row in store.list_calls(ME, text).rows]
        for text in ("WEATH zurich", "rains weather", "umbrella", "shopping again", "weather umbrella")
    }
    assert found == {
        "WEATH zurich": ["call-0001"],
        "rains weather": ["call-0001"],
        "umbrella": ["call-0002"],
        "shopping again": ["call-0002"],
        "weather umbrella": [],
    }
    (row,) = store.list_calls(ME, "zurich").rows
    assert row.snippet == [("What's the weather in ", False), ("Zürich", True), ("?", False)]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_typed_is_never_read_as_a_query(text: str, store: Store) -> None:
    keep(store, None, f"She said {text} once.")
    keep(store, a_call("call-0002"), "Nothing of the kind.")
    found = [row.call.id for row in store.list_calls(ME, text).rows]
    assert found in (["call-0001"], [])
    assert store.count() == 2


def test_without_words_everything_is_listed_and_with_signs_only_nothing(store: Store) -> None:
    keep(store, None, "Hello.")
    assert store.list_calls(ME, "  ").total == 1
    assert store.list_calls(ME, "?!").total == 0


def test_a_renamed_call_is_not_found_by_its_old_title(store: Store) -> None:
    keep(store)
    store.rename(ME, "call-0001", "First")
    store.rename(ME, "call-0001", "  Second \n title ")
    assert store.list_calls(ME, "first").total == 0
    assert [row.call.title for row in store.list_calls(ME, "second").rows] == ["Second title"]


def test_lists_are_filtered(store: Store) -> None:
    keep(store, a_call("call-0001", voice="alba", persona="Tutor", agent="local"))
    keep(store, a_call("call-0002", voice="vera", agent="assemblyai", started_at=BEGAN + 100))
    keep(store, a_call("call-0003", voice="vera", started_at=BEGAN + 200), over=False)

    def ids(**fields: object) -> list[str]:
        found = store.list_calls(ME, filters=Filters(**fields))  # type: ignore[arg-type]
        assert found.total == len(found.rows)
        return [row.call.id for row in found.rows]

    assert ids(voices=("vera",)) == ["call-0003", "call-0002"]
    assert ids(voices=("vera",), how_ended=("hung_up", "failed")) == ["call-0002"]
    assert ids(personas=("Tutor",)) == ["call-0001"]
    assert ids(agents=("assemblyai", "other")) == ["call-0003", "call-0002"]
    assert ids(since=BEGAN + 100, until=BEGAN + 200) == ["call-0002"]
    assert store.choices(ME).voices == ("alba", "vera")
    assert store.choices(ME).personas == ("Tutor",)


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("newest", ["b", "c", "a"]),
        ("oldest", ["a", "c", "b"]),
        ("longest", ["c", "a", "b"]),
        ("most_turns", ["a", "c", "b"]),
        ("slowest", ["c", "a", "b"]),
        ("most_interrupted", ["c", "a", "b"]),
        ("dearest", ["a", "c", "b"]),
        ("best", ["c", "b", "a"]),
    ],
)
def test_lists_are_ordered_and_what_is_not_known_comes_last(
    order: Order, ids: list[str], store: Store
) -> None:
    for name, at, figures, rating in (
        ("a", 0, Figures("", "", 0.5, 300, 1, 9), None),
        ("b", 9, Figures("", "", None, None, 0, 1), 3),
        ("c", 5, Figures("", "", 0.1, 900, 4, 5), 5),
    ):
        keep(store, a_call(f"call-{name}00", started_at=BEGAN + at), more=(figures,), over=False)
        if name != "b":
            ended_at = BEGAN + at + (80 if name == "c" else 60)
            store.write(f"call-{name}00", [Ended(ended_at, "hung_up")], ended_at)
        store.rate(ME, f"call-{name}00", rating)
    assert [row.call.id for row in store.list_calls(ME, order=order).rows] == [f"call-{i}00" for i in ids]


def test_pages_follow_each_other_without_gap_or_overlap(store: Store) -> None:
    for number in range(7):
        keep(store, a_call(f"call-000{number}"))
    pages = [store.list_calls(ME, offset=offset, limit=3) for offset in (0, 3, 6)]
    assert [page.total for page in pages] == [7, 7, 7]
    assert len({row.call.id for page in pages for row in page.rows}) == 7


def test_another_persons_call_is_not_to_be_had_in_any_way(store: Store) -> None:
    keep(store, a_call(owner=OTHER), "A secret.")
    assert store.list_calls(ME).total == 0
    assert store.list_calls(ME, "secret").total == 0
    assert store.full_call(ME, "call-0001") is None
    assert store.calls_about(ME, ["secret"], 5) == []
    assert store.choices(ME).voices == ()
    assert not store.rename(ME, "call-0001", "Mine")
    assert not store.rate(ME, "call-0001", 1)
    assert not store.annotate(ME, "call-0001", "Mine")
    assert not store.delete(ME, "call-0001")
    assert store.delete_all(ME) == 0
    full = store.full_call(OTHER, "call-0001")
    assert full is not None
    assert full.call.title == ""


def test_a_deleted_call_is_gone_with_its_recording_and_leaves_the_others(
    store: Store, tmp_path: Path
) -> None:
    for id_ in ("call-0001", "call-00011"):
        keep(store, a_call(id_), "Hello.", more=(Logged([EventRecord(1, "own", "x", "{}")]),))
        path = store.recording_path(id_)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"sound")
        path.with_suffix(".peaks").write_bytes(b"peaks")
    full = store.full_call(ME, "call-0001")
    assert full is not None
    assert full.call.has_recording
    assert store.delete(ME, "call-0001")
    assert not store.delete(ME, "call-0001")
    assert [row.call.id for row in store.list_calls(ME, "hello").rows] == ["call-00011"]
    names = [path.name for path in sorted((tmp_path / "recordings").iterdir())]
    assert names == ["call-00011.ogg", "call-00011.peaks"]


def test_deleting_all_leaves_other_people_and_calls_that_run(store: Store) -> None:
    keep(store, a_call("call-0001"))
    keep(store, a_call("call-0002"))
    keep(store, a_call("call-0003"), over=False)
    keep(store, a_call("call-0004", owner=OTHER))
    with pytest.raises(HistoryProblem, match="still running"):
        store.delete(ME, "call-0003")
    assert store.delete_all(ME) == 2
    assert [row.call.id for row in store.list_calls(ME).rows] == ["call-0003"]
    assert store.list_calls(OTHER).total == 1


def test_old_calls_of_everybody_are_purged(store: Store) -> None:
    keep(store, a_call("call-0001", owner=OTHER))
    keep(store, a_call("call-0002", started_at=BEGAN + 10))
    keep(store, a_call("call-0003"), over=False)
    assert store.purge(BEGAN + 10) == 1
    assert store.count() == 2


def test_what_is_said_after_its_call_was_deleted_is_not_kept(store: Store) -> None:
    store.write("call-0001", [TurnPut(1, a_turn(1, "Hello?")), Ended(BEGAN, "hung_up")], BEGAN + 90)
    assert store.count() == 0


def test_what_was_brought_in_of_a_session_comes_back_and_goes_with_its_call(store: Store) -> None:
    keep_at_service(store, "call-0001", "sess_1", "sess_2")
    timeline = Timeline(session_id="sess_2", turns=[TimelineTurn(user_transcript="Hi 👋🏽")])
    brought = SessionRecord(number=2, id="sess_2", began_at=BEGAN, brought_at=BEGAN + 70, timeline=timeline)
    assert store.bring_in(ME, "call-0001", brought)
    assert not store.bring_in(OTHER, "call-0001", brought)
    assert not store.bring_in(ME, "call-0001", replace(brought, number=3))
    path = store.service_recording_path("call-0001", 2)
    path.parent.mkdir()
    path.write_bytes(b"OggS")
    full = store.full_call(ME, "call-0001")
    assert full is not None
    first, second = full.sessions
    assert (first.timeline, first.has_sound) == (None, False)
    assert (second.timeline, second.brought_at, second.has_sound) == (timeline, BEGAN + 70, True)
    assert store.delete(ME, "call-0001")
    assert not path.exists()


def test_an_imported_call_is_kept_as_ones_own(store: Store) -> None:
    keep(store, a_call(owner=OTHER), "Hello there.")
    full = store.full_call(OTHER, "call-0001")
    assert full is not None
    id_ = store.add_imported(ME, full)
    assert id_ != "call-0001"
    mine = store.full_call(ME, id_)
    assert mine is not None
    assert mine.call == replace(full.call, id=id_, owner=ME, imported=True)
    assert store.list_calls(ME, "there").total == 1


def test_an_import_of_what_is_there_already_is_refused(store: Store) -> None:
    keep(store)
    full = store.full_call(ME, "call-0001")
    assert full is not None
    with pytest.raises(HistoryProblem, match="already"):
        store.add_imported(ME, full)
    store.delete(ME, "call-0001")
    assert store.add_imported(ME, full) == "call-0001"


def test_a_call_of_another_owner_is_imported_once(store: Store) -> None:
    keep(store, a_call(owner=OTHER), "Hello there.")
    full = store.full_call(OTHER, "call-0001")
    assert full is not None
    first = store.add_imported(ME, full)
    for _ in range(2):
        with pytest.raises(HistoryProblem, match="already"):
            store.add_imported(ME, full)
    store.delete(OTHER, "call-0001")
    with pytest.raises(HistoryProblem, match="already"):
        store.add_imported(ME, full)
    assert store.list_calls(ME).total == 1
    store.delete(ME, first)
    assert store.add_imported(ME, full) == "call-0001"
    assert store.add_imported("a third", full) not in ("call-0001", first)


@pytest.mark.parametrize("id_", ["", "x", "../../etc/passwd", "\u0000", "\ud800", "x" * 1_000])
def test_a_call_without_a_usable_id_is_imported_once(store: Store, id_: str) -> None:
    full = FullCall(a_call(id_))
    store.add_imported(ME, full)
    with pytest.raises(HistoryProblem, match="already"):
        store.add_imported(ME, full)


def test_a_copy_whose_id_somebody_else_has_taken_is_kept_all_the_same(store: Store) -> None:
    keep(store, a_call(owner=OTHER))
    keep(store, a_call(imported_call_id(ME, "call-0001"), owner=OTHER))
    assert store.list_calls(ME).total == 0
    store.add_imported(ME, FullCall(a_call()))
    assert store.list_calls(ME).total == 1


@pytest.mark.parametrize("others", [(), (OTHER,)])
def test_imports_at_the_same_time_keep_a_call_once_for_each_owner(
    store: Store, others: tuple[str, ...]
) -> None:
    owners = (ME, ME, ME, *others)
    together = threading.Barrier(len(owners))

    def add(owner: str) -> str:
        together.wait()
        try:
            return store.add_imported(owner, FullCall(a_call()))
        except HistoryProblem as problem:
            return problem.sentence

    with ThreadPoolExecutor(len(owners)) as pool:
        answers = list(pool.map(add, owners))
    assert sum("already" in answer for answer in answers) == 2
    assert [store.list_calls(owner).total for owner in {*owners}] == [1] * len({*owners})


def test_a_stored_call_that_ended_before_it_began_took_no_time(store: Store) -> None:
    keep(store, over=False)
    store.write("call-0001", [Ended(BEGAN - 3600, "hung_up")], BEGAN + 9)
    full = store.full_call(ME, "call-0001")
    assert full is not None
    assert full.call.ended_at == BEGAN
    assert store.list_calls(ME).rows[0].call.ended_at == BEGAN


def test_a_call_that_was_cut_short_never_ends_before_it_began(store: Store) -> None:
    keep(store, over=False)
    store.still_here({"call-0001": BEGAN - 3600})
    store.end_orphans()
    assert store.list_calls(ME).rows[0].call.ended_at == BEGAN


def test_an_imported_call_never_runs_nor_leaves_the_folder(store: Store) -> None:
    id_ = store.add_imported(ME, FullCall(a_call("../../etc/passwd")))
    assert ".." not in id_
    full = store.full_call(ME, id_)
    assert full is not None
    assert (full.call.how_ended, full.call.ended_at) == ("cut_short", BEGAN)
    with pytest.raises(ValueError, match="no id"):
        store.recording_path("../../etc/passwd")


def test_calls_about_something_are_over_and_those_with_all_words_come_first(store: Store) -> None:
    keep(store, a_call("call-0001"), "My garden has roses.")
    keep(store, a_call("call-0002", started_at=BEGAN + 5), "A garden with a pond.")
    keep(store, a_call("call-0003", started_at=BEGAN + 9), "Roses in my garden.", over=False)
    found = store.calls_about(ME, ["garden", "roses"], 5)
    assert [full.call.id for full in found] == ["call-0001", "call-0002"]
