"""What a page watches on its line besides the view: events in pieces, only while it asks."""

import asyncio

import pytest

from tests.support.fake_call import FakeCall, FakeSwitchboard
from voice.call.event_log import Entry
from voice.call.line import Line
from voice.ui import events_feed
from voice.ui.events_feed import EventReader, push_events
from voice.ui.feeds import Feeds, Message


@pytest.fixture
def switchboard() -> FakeSwitchboard:
    return FakeSwitchboard()


@pytest.fixture
def line(switchboard: FakeSwitchboard) -> Line:
    return Line(switchboard)


def types_of(message: Message | None) -> list[str]:
    assert message is not None
    entries = message["events"]
    assert isinstance(entries, tuple)
    return [entry.type for entry in entries if isinstance(entry, Entry)]


def new_call(line: Line, switchboard: FakeSwitchboard) -> FakeCall:
    line.connect()
    return switchboard.calls[-1]


def test_before_the_first_call_there_is_nothing_and_it_is_said_once(line: Line) -> None:
    reader = EventReader(line)
    assert reader.next() == {"events": [], "first": 1, "reset": True}
    assert reader.next() is None


def test_a_page_that_comes_late_gets_what_is_kept_and_then_what_is_new(
    line: Line, switchboard: FakeSwitchboard
) -> None:
    call = new_call(line, switchboard)
    call.log.own("link opened", {})
    reader = EventReader(line)
    first = reader.next()
    assert types_of(first) == ["link opened"]
    assert first is not None
    assert (first["reset"], first["first"], first["began_at"]) == (True, 1, call.log.began_at)
    assert reader.next() is None
    call.log.own("hang up", {})
    later = reader.next()
    assert types_of(later) == ["hang up"]
    assert later is not None
    assert "reset" not in later


def test_the_log_of_a_call_stays_until_the_next_one_begins(line: Line, switchboard: FakeSwitchboard) -> None:
    call = new_call(line, switchboard)
    call.log.own("hang up", {})
    call.end()
    reader = EventReader(line)
    assert types_of(reader.next()) == ["hang up"]
    new_call(line, switchboard)
    began = reader.next()
    assert types_of(began) == []
    assert began is not None
    assert began["reset"] is True


def test_a_long_log_comes_in_pieces(
    line: Line, switchboard: FakeSwitchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events_feed, "_EVENTS_PER_MESSAGE", 3)
    call = new_call(line, switchboard)
    for number in range(7):
        call.log.own(f"event {number}", {})
    reader = EventReader(line)
    pieces = [types_of(reader.next())]
    while reader.more:
        pieces.append(types_of(reader.next()))
    assert [len(piece) for piece in pieces] == [3, 3, 1]
    assert [type_ for piece in pieces for type_ in piece] == [f"event {number}" for number in range(7)]


async def test_a_page_that_watches_gets_what_comes_until_it_has_had_enough(
    line: Line, switchboard: FakeSwitchboard
) -> None:
    sent: asyncio.Queue[Message] = asyncio.Queue()
    feeds = Feeds({"events": push_events}, line, sent.put)
    async with asyncio.timeout(10):
        feeds.obey("watch_events")
        assert (await sent.get())["reset"] is True
        call = new_call(line, switchboard)
        assert (await sent.get())["reset"] is True
        call.log.own("hang up", {})
        assert types_of(await sent.get()) == ["hang up"]
    feeds.stop()
