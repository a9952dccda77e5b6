"""The WebSocket between a page and its line: who is let in, what goes out, what comes in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from tests.support.live_site import DEADLINE_S, OneLine, Site, close_code, served
from voice.audio.media_readings import BrowserMedia
from voice.call.figures import Figures, LatencyFigures
from voice.conversation.transcript import TurnView
from voice.conversation.view import IDLE_VIEW, CallView
from voice.ui import admission
from voice.ui.live_route import LIVE_PATH, serve_live

TURN = TurnView(id="u1", speaker="user", text="go forward", settled=True, interrupted=False, rest="")


class Page:
    """A page that has said its token."""

    def __init__(self, socket_: ClientConnection) -> None:
        self.socket = socket_

    async def send(self, **message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def view(self) -> dict[str, Any]:
        """The next message that is not a level."""
        while "levels" in (message := json.loads(await self.socket.recv())):
            pass
        (name,) = message
        assert name == "view"
        return dict(message["view"])

    async def figures(self) -> dict[str, Any]:
        while "figures" not in (message := json.loads(await self.socket.recv())):
            pass
        return dict(message["figures"])

    async def levels(self) -> list[float]:
        while "view" in (message := json.loads(await self.socket.recv())):
            pass
        return list(message["levels"])


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    switchboard = OneLine()
    monkeypatch.setattr(admission, "switchboard", lambda: switchboard)
    async with served(LIVE_PATH, serve_live, switchboard) as opened:
        yield opened


@asynccontextmanager
async def open_page(site: Site) -> AsyncIterator[Page]:
    async with asyncio.timeout(DEADLINE_S), site.page() as socket_:
        page = Page(socket_)
        await page.send(token=site.line.token)
        yield page


@pytest.mark.parametrize("origin", ["http://evil.example.com", "http://127.0.0.1", "null"])
async def test_a_page_of_another_site_is_refused(site: Site, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        await site.page(origin=origin)
    assert refusal.value.response.status_code == 403


async def test_a_client_that_names_no_origin_is_refused(site: Site) -> None:
    with pytest.raises(InvalidStatus):
        await connect(f"ws://{site.host}{LIVE_PATH}", proxy=None)


@pytest.mark.parametrize(
    "hello", ['{"token": "guessed"}', '{"token": ""}', "{}", "not JSON", '{"token": null}', "[]", "", b"{}"]
)
async def test_an_unknown_token_is_told_so_and_let_go(site: Site, hello: str | bytes) -> None:
    async with site.page() as page:
        await page.send(hello)
        assert await close_code(page) == 4404
    assert site.switchboard.watched_by == 0


async def test_a_page_that_says_nothing_is_let_go(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "_TOKEN_TIMEOUT_S", 0.02)
    async with site.page() as page:
        assert await close_code(page) == 4404


async def test_a_token_in_the_address_opens_nothing(site: Site) -> None:
    async with site.page(query=f"?token={site.line.token}") as page:
        await page.send("{}")
        assert await close_code(page) == 4404


async def test_the_first_message_is_the_whole_view(site: Site) -> None:
    async with open_page(site) as page:
        view = await page.view()
    whole = json.loads(msgspec.json.encode(IDLE_VIEW))
    assert view == {**whole, "turns": []}


async def test_later_messages_hold_only_what_changed(site: Site) -> None:
    async with open_page(site) as page:
        await page.view()
        await page.send(do="connect")
        await site.switchboard.called.wait()
        site.call.show(shown("listening"))
        first = await page.view()
        site.call.show(msgspec.structs.replace(shown("listening"), turns=(TURN,)))
        second = await page.view()
    assert first == {"state": "listening", "label": "listening"}
    assert second == {"turns": [{"index": 0, "turn": json.loads(msgspec.json.encode(TURN))}]}


async def test_a_page_that_comes_later_gets_the_whole_view_of_now(site: Site) -> None:
    site.line.connect()
    site.call.show(msgspec.structs.replace(shown("listening"), turns=(TURN,)))
    async with open_page(site) as page, open_page(site) as other:
        view = await page.view()
        assert view["state"] == "listening"
        assert [placed["turn"]["text"] for placed in view["turns"]] == ["go forward"]
        assert await other.view() == view


async def test_levels_come_while_a_call_runs_and_then_no_more(site: Site) -> None:
    site.line.connect()
    site.call.begin()
    async with open_page(site) as page:
        await page.view()
        assert await page.levels() == [-21, -60]
        # While nothing else changes, levels are all that is sent.
        assert [set(json.loads(await page.socket.recv())) for _ in range(3)] == [{"levels", "playout"}] * 3
        site.call.levels_dbfs = (-3.0, -9.6)
        while await page.levels() != [-3, -10]:
            pass
        site.call.end(shown("ended"))
        assert (await page.view())["state"] == "ended"
        # What follows the end of the call is the next view, with no level in between.
        site.call.show(shown("idle"))
        assert "view" in json.loads(await page.socket.recv())


async def test_the_place_in_the_reply_being_played_comes_with_the_levels(site: Site) -> None:
    site.line.connect()
    site.call.begin()
    async with open_page(site) as page:
        await page.view()
        assert json.loads(await page.socket.recv())["playout"] is None
        site.call.playout = ("agent-1", 240)
        while (playout := json.loads(await page.socket.recv())["playout"]) is None:
            pass
        assert playout == ["agent-1", 240]


async def test_without_a_call_there_are_no_levels(site: Site) -> None:
    async with open_page(site) as page:
        await page.view()
        await page.send(do="microphone_failed", reason="NotFoundError")
        assert "view" in json.loads(await page.socket.recv())


async def test_views_that_come_in_a_burst_are_skipped_for_the_newest(site: Site) -> None:
    site.line.connect()
    async with open_page(site) as page:
        await page.view()
        for index in range(50):
            site.call.show(shown(f"state {index}"))
        assert (await page.view())["state"] == "state 49"


async def test_the_buttons_act_on_the_line(site: Site) -> None:
    async with open_page(site) as page:
        await page.view()
        await page.send(do="connect")
        await site.switchboard.called.wait()
        site.call.begin()
        await page.view()
        await page.send(do="mute")
        await page.send(do="unmute")
        await page.send(do="mute_agent")
        await page.send(do="unmute_agent")
        await page.send(do="say", text="hello")
        await page.send(do="stay")
        await page.send(do="restart")
        await page.send(do="microphone_lost", reason="NotFoundError")
        await page.send(do="hang_up")
        await obeyed(site, page)
    assert site.call.told == [
        ("set_muted", True),
        ("set_muted", False),
        ("set_agent_muted", True),
        ("set_agent_muted", False),
        ("say", "hello"),
        ("stay", None),
        ("restart", None),
        ("fail", "No microphone was found."),
        ("hang_up", None),
    ]


@pytest.mark.parametrize(("command", "sample"), [("connect", False), ("connect_sample", True)])
async def test_a_call_is_placed_with_a_microphone_or_with_a_recorded_person(
    site: Site, command: str, sample: bool
) -> None:
    async with open_page(site) as page:
        await page.view()
        await page.send(do=command)
        await site.switchboard.called.wait()
        await obeyed(site, page)
    assert site.call.sample is sample


async def test_figures_come_to_a_page_that_watches_them_as_soon_as_a_turn_was_measured(site: Site) -> None:
    site.line.connect()
    async with open_page(site) as page:
        await page.send(do="watch_figures")
        await page.send(do="watch_figures")
        assert (await page.figures())["latency"] == {"turns": [], "count": 0, "p50_ms": None, "p95_ms": None}
        site.call.figures = Figures(LatencyFigures(count=1, p50_ms=700, p95_ms=700))
        assert (await page.figures())["latency"]["p50_ms"] == 700


async def test_figures_come_no_more_once_they_are_not_watched(site: Site) -> None:
    site.line.connect()
    async with open_page(site) as page:
        await page.send(do="watch_figures")
        await page.figures()
        await page.send(do="unwatch_figures")
        await page.send(do="mute")
        while not site.call.told:
            await page.levels()
        site.call.figures = Figures(LatencyFigures(count=1, p50_ms=700, p95_ms=700))
        kinds = [set(json.loads(await page.socket.recv())) for _ in range(8)]
    assert {"figures"} not in kinds


async def test_the_figures_of_a_call_stay_when_it_is_over(site: Site) -> None:
    site.line.connect()
    site.call.figures = Figures(LatencyFigures(count=1, p50_ms=700, p95_ms=700))
    site.call.end(shown("ended"))
    async with open_page(site) as page:
        await page.send(do="watch_figures")
        assert (await page.figures())["latency"]["p50_ms"] == 700


async def test_what_a_page_measured_of_its_media_is_kept_with_the_call(site: Site) -> None:
    site.line.connect()
    async with open_page(site) as page:
        await page.send(do="media_stats", stats={"round_trip_ms": 12.5, "concealed": 480, "samples": 96_000})
        await obeyed(site, page)
        (reading,) = site.call.media.readings
    assert reading.browser == BrowserMedia(round_trip_ms=12.5, concealed=480, samples=96_000)


@pytest.mark.parametrize(
    "stats",
    [
        {"round_trip_ms": -1},
        {"lost": 2**60},
        {"received": "many"},
        {"local": "<script>"},
        {"jitter_buffer_ms": 1e12},
        [],
    ],
)
async def test_media_figures_that_cannot_be_are_ignored_and_the_page_stays(site: Site, stats: object) -> None:
    site.line.connect()
    async with open_page(site) as page:
        await page.send(do="media_stats", stats=stats)
        await page.send(do="mute")
        await obeyed(site, page)
        assert site.call.media.readings == ()
        assert ("set_muted", True) in site.call.told


async def test_connecting_from_two_pages_makes_one_call(site: Site) -> None:
    async with open_page(site) as page, open_page(site) as other:
        await page.view()
        await other.view()
        await page.send(do="connect")
        await other.send(do="connect")
        await obeyed(site, page)
        await obeyed(site, other)
    assert len(site.switchboard.calls) == 1


async def test_a_refused_microphone_is_shown_with_what_to_do(site: Site) -> None:
    async with open_page(site) as page:
        await page.view()
        await page.send(do="microphone_failed", reason="NotAllowedError")
        view = await page.view()
    assert view["state"] == "error"
    assert "Allow the microphone" in view["failure"]["next_step"]
    assert site.switchboard.calls == []


@pytest.mark.parametrize(
    "nonsense",
    [
        '{"do": "format_disk"}',
        '{"do": "__class__"}',
        '{"do": 7}',
        "{}",
        "null",
        "not JSON",
        '{"do": "connect"',
        '{"do": "microphone_failed", "reason": ["a"]}',
        "x" * 10_000,
        b'{"do": "connect"}',
    ],
)
async def test_a_command_that_does_not_exist_is_ignored_and_the_page_stays(
    site: Site, nonsense: str | bytes
) -> None:
    async with open_page(site) as page:
        await page.view()
        await page.socket.send(nonsense)
        await page.send(do="connect")
        await site.switchboard.called.wait()
        site.call.begin()
        assert (await page.view())["state"] == "connecting"


async def test_a_page_that_leaves_is_forgotten_and_its_call_goes_on(site: Site) -> None:
    site.line.connect()
    async with open_page(site) as page:
        await page.view()
        assert site.switchboard.watched_by == 1
    await site.ended.acquire()
    assert site.switchboard.watched_by == 0
    assert site.line.call is not None


async def test_nothing_that_goes_out_holds_the_token(site: Site) -> None:
    async with open_page(site) as page:
        first = await page.socket.recv()
        await page.send(do="connect")
        await site.switchboard.called.wait()
        site.call.begin()
        second = await page.socket.recv()
    assert site.line.token not in str(first) + str(second)


def shown(state: str) -> CallView:
    return msgspec.structs.replace(IDLE_VIEW, state=state, label=state)


async def obeyed(site: Site, page: Page) -> None:
    """Wait until every command so far was obeyed: a socket is read in order, to its end."""
    await page.socket.close()
    await site.ended.acquire()
