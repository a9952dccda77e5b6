"""The Setup page's socket: who is let in, what comes back, and that nothing outlives the page."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from websockets.asyncio.client import ClientConnection

from tests.checks.test_media_probe import Tone
from tests.support.live_site import DEADLINE_S, OneLine, Site, close_code, served
from voice.checks import runner
from voice.checks.finding import Finding, fine
from voice.history.store import Store
from voice.settings import Settings
from voice.ui import admission
from voice.ui.checks import desk
from voice.ui.checks.route import SETUP_PATH, serve_setup


class Page:
    """A page that has said its token."""

    def __init__(self, socket_: ClientConnection) -> None:
        self.socket = socket_

    async def send(self, **message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def expect(self, name: str) -> Any:
        """The value of the next message of this name."""
        while name not in (message := json.loads(await self.socket.recv())):
            pass
        return message[name]


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Site]:
    switchboard = OneLine()
    monkeypatch.setattr(admission, "switchboard", lambda: switchboard)
    monkeypatch.setattr(desk, "load_settings", lambda: Settings(voice_data_dir=tmp_path))
    store = Store("", tmp_path)
    monkeypatch.setattr(desk, "history", lambda: store)
    async with served(SETUP_PATH, serve_setup, switchboard) as opened:
        yield opened


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Page]:
    async with asyncio.timeout(DEADLINE_S), site.page() as socket_:
        opened = Page(socket_)
        await opened.send(token=site.line.token)
        yield opened


async def test_a_page_of_another_site_is_refused(site: Site) -> None:
    with pytest.raises(Exception, match="403"):
        async with site.page(origin="http://evil.invalid"):
            pass


async def test_an_unknown_token_is_let_go(site: Site) -> None:
    async with site.page() as socket_:
        await socket_.send('{"token": "guessed"}')
        assert await close_code(socket_) == 4404


async def test_a_ping_comes_back_with_its_number(page: Page) -> None:
    await page.send(do="ping", n=7)
    assert await page.expect("pong") == 7


async def test_the_servers_checks_run_and_tell_what_they_found(page: Page) -> None:
    await page.send(do="run", check="database")
    finding = await page.expect("finding")
    assert (finding["check"], finding["state"]) == ("database", "fine")
    assert "SQLite" in finding["measured"]


async def test_facts_of_the_browser_are_judged(page: Page) -> None:
    await page.send(do="judge", check="page", facts={"secure": False, "origin": "http://10.0.0.5"})
    finding = await page.expect("finding")
    assert (finding["check"], finding["state"]) == ("page", "failed")


@pytest.mark.parametrize(
    "message",
    [
        {"do": "run", "check": "rm"},
        {"do": "judge", "check": "rm", "facts": {}},
        {"do": "judge", "check": "page", "facts": {"secure": 1, "origin": "x" * 999}},
        {"do": "judge", "check": "live", "facts": {"round_trips_ms": []}},
        {"do": "probed", "facts": {"outcome": "splendid"}},
        {"do": "ping", "n": "x" * 200_000},
        {"do": "fly"},
        [],
    ],
)
async def test_what_is_no_command_is_ignored_and_the_page_stays(page: Page, message: object) -> None:
    await page.socket.send(json.dumps(message))
    await page.send(do="ping", n=1)
    assert await page.expect("pong") == 1


async def test_a_page_knows_when_a_call_runs(site: Site, page: Page) -> None:
    assert await page.expect("busy") is False
    site.line.connect()
    site.switchboard.calls[-1].begin()
    assert await page.expect("busy") is True
    # The agent's good-bye may still be out: what the page shows as ended makes no sound any more.
    site.switchboard.calls[-1].show(msgspec.structs.replace(site.line.view, state="ended"))
    assert await page.expect("busy") is False


async def test_one_check_asked_for_twice_runs_once(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    going = asyncio.Event()
    runs: list[str] = []

    async def slow(name: str, _around: object) -> Finding:
        runs.append(name)
        await going.wait()
        return fine("Done.")

    monkeypatch.setattr(desk, "run_check", slow)
    await page.send(do="run", check="disk")
    await page.send(do="run", check="disk")
    await page.send(do="ping", n=1)
    await page.expect("pong")
    going.set()
    await page.expect("finding")
    assert runs == ["disk"]
    assert "disk" in runner.SERVER_CHECKS


@asynccontextmanager
async def offered() -> AsyncIterator[tuple[RTCPeerConnection, str]]:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTrack(Tone())
    try:
        await peer.setLocalDescription(await peer.createOffer())
        yield peer, peer.localDescription.sdp
    finally:
        await peer.close()


async def test_a_probe_ends_with_findings_for_media_and_sound(page: Page) -> None:
    async with offered() as (peer, sdp):
        await page.send(do="probe", sdp=sdp)
        await peer.setRemoteDescription(RTCSessionDescription(await page.expect("answer"), "answer"))
        facts = {"outcome": "connected", "took_ms": 12, "local": "host", "remote": "host", "protocol": "udp"}
        await page.send(do="probed", facts=facts | {"sends_tone": True, "context_rate_hz": 48000})
        media, sound = await page.expect("finding"), await page.expect("finding")
    assert (media["check"], media["state"]) == ("media", "fine")
    assert (sound["check"], sound["state"]) == ("sound", "fine")
    assert "arrives as 1000 Hz" in sound["measured"]


async def test_a_probe_that_fails_says_why(page: Page) -> None:
    async with offered() as (_, sdp):
        await page.send(do="probe", sdp=sdp)
        await page.expect("answer")
        await page.send(do="probed", facts={"outcome": "failed", "took_ms": 10_000})
        finding = await page.expect("finding")
    assert "no relay candidate" in finding["measured"]


async def test_a_line_has_one_probe_at_a_time_and_none_after_its_page_has_left(
    site: Site, page: Page
) -> None:
    async with offered() as (_, sdp):
        await page.send(do="probe", sdp=sdp)
        await page.expect("answer")
        async with site.page() as socket_:
            other = Page(socket_)
            await other.send(token=site.line.token)
            await other.send(do="probe", sdp=sdp)
            assert "Another check" in (await other.expect("finding"))["measured"]
        await site.ended.acquire()
        assert site.line in desk._probing
        await page.socket.close()
        await site.ended.acquire()
        assert site.line not in desk._probing


async def test_an_offer_that_is_none_is_told(page: Page) -> None:
    await page.send(do="probe", sdp="nonsense")
    finding = await page.expect("finding")
    assert (finding["check"], finding["state"]) == ("media", "failed")


async def test_a_browser_without_webrtc_is_told(page: Page) -> None:
    await page.send(do="probed", facts={"outcome": "no_webrtc"})
    assert "no WebRTC" in (await page.expect("finding"))["measured"]
