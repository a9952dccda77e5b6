"""What a page watches on its line besides the view: events in pieces, only while it asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.fake_call import FakeCall, FakeSwitchboard
from voice.call.event_log import Entry
from voice.call.line import Line
from voice.ui import live_feeds
from voice.ui.live_feeds import EventFeed, Feeds, Message


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
    feed = EventFeed(line)
    assert feed.next() == {"events": [], "first": 1, "reset": True}
    assert feed.next() is None


def test_a_page_that_comes_late_gets_what_is_kept_and_then_what_is_new(
    line: Line, switchboard: FakeSwitchboard
) -> None:
    call = new_call(line, switchboard)
    call.log.own("link opened", {})
    feed = EventFeed(line)
    first = feed.next()
    assert types_of(first) == ["link opened"]
    assert first is not None
    assert (first["reset"], first["first"], first["began_at"]) == (True, 1, call.log.began_at)
    assert feed.next() is None
    call.log.own("hang up", {})
    later = feed.next()
    assert types_of(later) == ["hang up"]
    assert later is not None
    assert "reset" not in later


def test_the_log_of_a_call_stays_until_the_next_one_begins(line: Line, switchboard: FakeSwitchboard) -> None:
    call = new_call(line, switchboard)
    call.log.own("hang up", {})
    call.end()
    feed = EventFeed(line)
    assert types_of(feed.next()) == ["hang up"]
    new_call(line, switchboard)
    began = feed.next()
    assert types_of(began) == []
    assert began is not None
    assert began["reset"] is True


def test_a_long_log_comes_in_pieces(
    line: Line, switchboard: FakeSwitchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_feeds, "_EVENTS_PER_MESSAGE", 3)
    call = new_call(line, switchboard)
    for number in range(7):
        call.log.own(f"event {number}", {})
    feed = EventFeed(line)
    pieces = [types_of(feed.next())]
    while feed.more:
        pieces.append(types_of(feed.next()))
    assert [len(piece) for piece in pieces] == [3, 3, 1]
    assert [type_ for piece in pieces for type_ in piece] == [f"event {number}" for number in range(7)]


@asynccontextmanager
async def watching(line: Line) -> AsyncIterator[tuple[Feeds, "asyncio.Queue[Message]"]]:
    sent: asyncio.Queue[Message] = asyncio.Queue()
    feeds = Feeds(line, sent.put)
    async with asyncio.timeout(10):
        try:
            yield feeds, sent
        finally:
            await feeds.close()


async def test_a_feed_runs_from_watch_to_unwatch(line: Line, switchboard: FakeSwitchboard) -> None:
    async with watching(line) as (feeds, sent):
        await feeds.watch("events")
        await sent.get()
        call = new_call(line, switchboard)
        assert (await sent.get())["reset"] is True
        await feeds.unwatch("events")
        call.log.own("hang up", {})
        assert len(asyncio.all_tasks()) == 1
    assert sent.empty()


async def test_who_watches_again_gets_everything_again(line: Line, switchboard: FakeSwitchboard) -> None:
    new_call(line, switchboard).log.own("link opened", {})
    async with watching(line) as (feeds, sent):
        for _ in range(2):
            await feeds.watch("events")
            assert types_of(await sent.get()) == ["link opened"]
        assert len(asyncio.all_tasks()) == 2


async def test_a_feed_that_does_not_exist_is_a_key_error(line: Line) -> None:
    async with watching(line) as (feeds, _):
        with pytest.raises(KeyError):
            await feeds.watch("secrets")


async def test_a_page_that_has_gone_ends_its_feed_quietly(line: Line) -> None:
    gone = asyncio.Event()

    async def fail(_message: Message) -> None:
        gone.set()
        raise RuntimeError("the socket is closed")

    feeds = Feeds(line, fail)
    await feeds.watch("events")
    await asyncio.wait_for(gone.wait(), 10)
    await feeds.close()
