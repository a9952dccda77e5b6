"""Recordings are served to whom they were promised, whole and in ranges, and to nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Route

from voice.ui.history import recordings
from voice.ui.history.recordings import RECORDING_PATH, TICKET_LIFE_S, Tickets, serve_recording

SOUND = bytes(range(200))
Asking = dict[str, str | None]


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tickets(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Tickets:
    made = Tickets(clock)
    monkeypatch.setattr(recordings, "tickets", made)
    return made


@pytest.fixture(autouse=True)
def asks(monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Who asks; None for somebody who has not logged in."""
    person: Asking = {"name": "ann"}

    def owner_of_request(_cookies: object) -> str:
        if person["name"] is None:
            raise PermissionError
        return person["name"]

    monkeypatch.setattr(recordings, "owner_of_request", owner_of_request)
    return person


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    served = httpx.ASGITransport(Starlette(routes=[Route(RECORDING_PATH, serve_recording)]))
    async with httpx.AsyncClient(transport=served, base_url="http://parley.test") as opened:
        yield opened


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "call.ogg"
    path.write_bytes(SOUND)
    return path


async def test_a_recording_is_served_whole_as_sound_that_nobody_keeps(
    client: httpx.AsyncClient, tickets: Tickets, recording: Path
) -> None:
    answer = await client.get(tickets.address("ann", "call", recording))
    assert answer.content == SOUND
    assert answer.headers["content-type"] == "audio/ogg"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_part_is_served_so_that_a_player_can_jump(
    client: httpx.AsyncClient, tickets: Tickets, recording: Path
) -> None:
    answer = await client.get(tickets.address("ann", "call", recording), headers={"Range": "bytes=50-59"})
    assert answer.status_code == 206
    assert answer.content == SOUND[50:60]
    assert answer.headers["content-range"] == "bytes 50-59/200"


def test_an_address_says_neither_whose_nor_which_call_it_is_and_two_owners_have_two(
    tickets: Tickets, recording: Path
) -> None:
    mine, yours = (tickets.address(owner, "call-id", recording) for owner in ("ann", "bob"))
    assert mine != yours
    assert not {"ann", "call-id", "ogg"} & set(mine.replace("/", " ").replace(".", " ").split())


def test_the_address_stays_while_it_is_asked_for_so_that_what_plays_goes_on(
    tickets: Tickets, recording: Path, clock: Clock
) -> None:
    first = tickets.address("ann", "call", recording)
    clock.now_s = TICKET_LIFE_S - 1
    assert tickets.address("ann", "call", recording) == first
    clock.now_s += TICKET_LIFE_S - 1
    assert tickets.path("ann", first.rsplit("/", 1)[1]) == recording


@pytest.mark.parametrize(
    "path", ["/recording/guess", "/recording/call", "/recording/..%2Fcall.ogg", "/recording/é"]
)
@pytest.mark.usefixtures("tickets")
async def test_what_is_no_ticket_opens_nothing(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("name", ["bob", "", None])
async def test_an_address_that_was_passed_on_opens_nothing(
    client: httpx.AsyncClient,
    tickets: Tickets,
    recording: Path,
    asks: Asking,
    name: str | None,
) -> None:
    address = tickets.address("ann", "call", recording)
    asks["name"] = name
    assert (await client.get(address)).status_code == 404


async def test_a_ticket_runs_out(
    client: httpx.AsyncClient, tickets: Tickets, recording: Path, clock: Clock
) -> None:
    address = tickets.address("ann", "call", recording)
    clock.now_s = TICKET_LIFE_S + 1
    assert (await client.get(address)).status_code == 404
    assert tickets.address("ann", "call", recording) != address


async def test_a_recording_that_was_deleted_is_gone(
    client: httpx.AsyncClient, tickets: Tickets, recording: Path
) -> None:
    address = tickets.address("ann", "call", recording)
    await anyio.Path(recording).unlink()
    assert (await client.get(address)).status_code == 404


def test_tickets_are_bounded_and_the_oldest_goes(
    tickets: Tickets, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "_MAX_TICKETS", 2)
    first, second, third = (tickets.address("ann", id_, recording).rsplit("/", 1)[1] for id_ in "abc")
    assert tickets.path("ann", first) is None
    assert tickets.path("ann", second) == tickets.path("ann", third) == recording
