"""Running calls are kept by a thread that never holds them up, whatever the database does."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.history.samples import BEGAN, ME, a_call, a_turn, drained
from tests.history.test_following import live
from tests.support.postgres import Server
from voice.call.redaction import Redactor
from voice.history import database, keeper
from voice.history.database_url import FILE_NAME
from voice.history.entries import Begun, TurnPut
from voice.history.keeper import MAX_WAITING, Keeper
from voice.history.records import EventRecord, FullCall
from voice.history.store import Store
from voice.protocol.errors import NotKept
from voice.protocol.inputs import HangUp, Received
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    SessionEnded,
    TranscriptUser,
)

DEADLINE_S = 20
ROOT = Path(__file__).parents[2]


class Told:
    """What a call was told, and a way to wait for it."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, what: NotKept) -> None:
        with self._changed:
            self.sentences.append(f"{what.sentence} {what.next_step}")
            self._changed.notify_all()

    def wait_for(self, words: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: any(words in said for said in self.sentences), DEADLINE_S)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_MS", 20)
    monkeypatch.setattr(keeper, "_FIRST_RETRY_S", 0.02)
    return Store("", tmp_path)


@pytest.fixture
def keeping(store: Store) -> Iterator[Keeper]:
    opened = Keeper(store)
    opened.start()
    yield opened
    if opened._thread.is_alive():
        opened.stop()


class Call:
    """A scripted call that is kept."""

    def __init__(self, keeping: Keeper, told: Callable[[NotKept], None] = lambda _: None) -> None:
        self._call = live()
        self._handing = keeping.keep(a_call(), self._call.session, Redactor([]), told, lambda: BEGAN)

    def say(self, text: str) -> None:
        for said in (InputSpeechStarted(), InputSpeechStopped(), TranscriptUser(item_id=text, text=text)):
            before = self._call.session
            self._call.feed(said, after_s=0.1)
            self._handing.follow(before, self._call.session, Received(said), self._call.now)

    def hang_up(self, events: tuple[EventRecord, ...] = ()) -> None:
        self._call.feed(HangUp(), SessionEnded())
        self._handing.end(self._call.session, self._call.now, lambda: events)()


def kept(store: Store) -> FullCall:
    store.open()
    full = store.full_call(ME, "call-0001")
    store.close()
    assert full is not None
    return full


def test_a_call_is_kept_from_its_beginning_to_its_end(keeping: Keeper, store: Store) -> None:
    call = Call(keeping)
    call.say("Hello.")
    event = EventRecord(1.0, "sent", "session.update", "{}")
    call.hang_up((event,))
    keeping.stop()
    full = kept(store)
    assert (full.call.how_ended, full.call.session_id) == ("hung_up", "sess_1")
    assert [turn.text for turn in full.turns] == ["Hello."]
    assert full.events == (event,)


def test_a_turn_is_in_the_store_while_the_call_runs(keeping: Keeper, store: Store) -> None:
    call = Call(keeping)
    call.say("Hello.")
    drained(keeping)
    full = store.full_call(ME, "call-0001")
    assert full is not None
    assert full.call.how_ended == "running"
    assert [turn.text for turn in full.turns] == ["Hello."]
    call.hang_up()


def test_a_locked_database_is_told_and_what_waited_is_kept_once_it_is_free(
    keeping: Keeper, store: Store, tmp_path: Path
) -> None:
    told = Told()
    call = Call(keeping, told)
    drained(keeping)
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    call.say("Are you there?")
    told.wait_for("locked by another program")
    assert "not being kept at the moment" in told.sentences[0]
    other.execute("ROLLBACK")
    other.close()
    told.wait_for("being kept again")
    call.hang_up()
    keeping.stop()
    assert [turn.text for turn in kept(store).turns] == ["Are you there?"]
    assert len(told.sentences) == 2


def test_a_full_disk_is_told_and_the_call_is_kept_once_there_is_room(keeping: Keeper, store: Store) -> None:
    told = Told()
    call = Call(keeping, told)
    drained(keeping)
    assert store._engine is not None
    room = {"pages": 1}

    def limit(connection: Any, *_: object) -> None:
        # Fewer than there are means: no more than there are.
        connection.execute(f"PRAGMA max_page_count = {room['pages']}")

    event.listen(store._engine, "checkout", limit)
    assert keeping.put("call-0001", [TurnPut(9, a_turn(9, "x" * 100_000))], BEGAN)
    told.wait_for("is full")
    room["pages"] = 1_000_000
    told.wait_for("being kept again")
    call.hang_up()


def test_a_database_that_does_not_open_is_told_and_left_alone_until_it_is_cured(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / FILE_NAME
    path.write_text("This is no database. " * 100)
    before = path.read_bytes()
    keeping, told = Keeper(store), Told()
    keeping.start()
    call = Call(keeping, told)
    call.say("Hello.")
    told.wait_for("damaged")
    assert path.read_bytes() == before
    path.unlink()
    told.wait_for("being kept again")
    call.hang_up()
    keeping.stop()
    assert [turn.text for turn in kept(store).turns] == ["Hello."]


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_database_that_is_deleted_during_a_call_is_told_and_the_whole_call_is_kept_in_a_new_one(
    what: str, tmp_path: Path
) -> None:
    store = Store("", tmp_path / "data")
    keeping, told = Keeper(store), Told()
    keeping.start()
    call = Call(keeping, told)
    call.say("Before.")
    drained(keeping)
    if what == "file":
        (tmp_path / "data" / FILE_NAME).unlink()
    else:
        shutil.rmtree(tmp_path / "data")
    call.say("Meanwhile.")
    told.wait_for("was deleted or replaced while Parley was running")
    call.say("Afterwards.")
    call.hang_up()
    keeping.stop()
    full = kept(store)
    assert [turn.text for turn in full.turns] == ["Before.", "Meanwhile.", "Afterwards."]
    assert full.call.how_ended == "hung_up"
    assert len(told.sentences) == 1


def test_a_database_that_is_deleted_as_a_call_ends_costs_nothing_of_it(tmp_path: Path) -> None:
    store = Store("", tmp_path)
    keeping = Keeper(store)
    keeping.start()
    call = Call(keeping)
    call.say("Hello.")
    drained(keeping)
    (tmp_path / FILE_NAME).unlink()
    call.hang_up()
    keeping.stop()
    full = kept(store)
    assert (full.call.how_ended, [turn.text for turn in full.turns]) == ("hung_up", ["Hello."])
    store.open()
    assert store.list_calls(ME, "hello").total == 1
    store.close()


def test_a_server_that_goes_and_comes_back_costs_no_turn(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "_FIRST_RETRY_S", 0.02)
    store = Store(postgres.fresh_database("goes_and_comes_back"), tmp_path)
    keeping, told = Keeper(store), Told()
    keeping.start()
    call = Call(keeping, told)
    call.say("Before.")
    drained(keeping)
    postgres.control("stop", "-m", "fast")
    try:
        call.say("Meanwhile.")
        told.wait_for("can't be reached")
    finally:
        postgres.control("start")
    told.wait_for("being kept again")
    call.say("Afterwards.")
    call.hang_up()
    keeping.stop()
    assert [turn.text for turn in kept(store).turns] == ["Before.", "Meanwhile.", "Afterwards."]


def test_a_call_that_begins_during_trouble_is_told_at_once(store: Store, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("This is no database. " * 100)
    keeping, told = Keeper(store), Told()
    keeping.start()
    first = Told()
    call = Call(keeping, first)
    first.wait_for("damaged")
    call.hang_up()
    keeping.keep(a_call("call-0002"), live().session, Redactor([]), told, lambda: BEGAN)
    assert "damaged" in told.sentences[0]
    keeping.stop()


def test_a_full_queue_holds_nobody_up_and_the_whole_call_is_kept_in_the_end(store: Store) -> None:
    keeping, told = Keeper(store), Told()
    call = Call(keeping, told)
    for number in range(MAX_WAITING + 10):
        call.say(f"Sentence {number}.")
    assert keeping.dropped > 0
    assert any("too slow" in said for said in told.sentences)
    keeping.start()
    drained(keeping)
    call.say("The last one.")
    call.hang_up()
    keeping.stop()
    assert [turn.text for turn in kept(store).turns] == [
        *(f"Sentence {number}." for number in range(MAX_WAITING + 10)),
        "The last one.",
    ]


def test_a_beginning_that_was_not_taken_is_made_up_for(store: Store) -> None:
    keeping = Keeper(store)
    for number in range(MAX_WAITING):
        assert keeping.put(f"other-{number}", [], BEGAN)
    call = Call(keeping)
    keeping.start()
    drained(keeping)
    call.say("Hello.")
    call.hang_up()
    keeping.stop()
    assert kept(store).call.how_ended == "hung_up"


def test_what_can_not_be_written_at_all_does_not_hold_up_the_rest(keeping: Keeper, store: Store) -> None:
    broken = a_turn(1, "x", speaker=None)  # type: ignore[arg-type]
    keeping.put("call-0001", [Begun(a_call()), TurnPut(1, broken)], BEGAN)
    keeping.put("call-0001", [Begun(a_call()), TurnPut(2, a_turn(2, "Hello."))], BEGAN)
    keeping.stop()
    assert [turn.text for turn in kept(store).turns] == ["Hello."]


def test_a_killed_process_loses_nothing_that_was_settled_and_its_call_is_cut_short(
    tmp_path: Path,
) -> None:
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "tests.history.caller_that_dies", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(5)]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    store = Store("", tmp_path)
    keeping = Keeper(store)
    keeping.start()
    drained(keeping)
    full = store.full_call(ME, "call-0001")
    keeping.stop()
    assert full is not None
    assert full.call.how_ended == "cut_short"
    assert full.call.ended_at is not None
    assert abs(full.call.ended_at - time.time()) < 60
    # Each line was printed once its turn was handed over; the writing may have been one behind.
    assert [turn.text for turn in full.turns][:4] == said[:4]
