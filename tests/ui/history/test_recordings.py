"""Recordings and their waveforms are served to whom they were promised, and to nobody else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import numpy as np
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Route

from voice.audio.loudness import LOUDEST
from voice.audio.ogg_opus import OggOpusWriter
from voice.history.waveforms import Waveforms
from voice.ui.history import recordings
from voice.ui.history.recordings import (
    RECORDING_PATH,
    WAVEFORM_PATH,
    recording_address,
    serve_recording,
    serve_waveform,
)
from voice.ui.history.tickets import Tickets

SOUND = bytes(range(200))
DEADLINE_S = 20
POLL_S = 0.01


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "tickets", Tickets())
    monkeypatch.setattr(recordings, "is_asked_by", lambda owner, _cookies: owner == "ann")
    monkeypatch.setattr(recordings, "waveforms", Waveforms(recordings.BUCKETS))


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    routes = [Route(RECORDING_PATH, serve_recording), Route(WAVEFORM_PATH, serve_waveform)]
    served = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=served, base_url="http://parley.test") as opened:
        yield opened


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "call.ogg"
    path.write_bytes(SOUND)
    return path


async def waveform_of(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    """Ask as a page does, until it is there."""
    async with asyncio.timeout(DEADLINE_S):
        while (answer := await client.get(f"{address}/waveform")).status_code == 202:
            assert not answer.content
            # The page is told to ask again: nothing else says that it is ready.
            await asyncio.sleep(POLL_S)
    assert "no-store" in answer.headers["cache-control"]
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def test_a_recording_is_served_whole_as_sound_that_nobody_keeps(
    client: httpx.AsyncClient, recording: Path
) -> None:
    answer = await client.get(recording_address("ann", recording))
    assert answer.content == SOUND
    assert answer.headers["content-type"] == "audio/ogg"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_part_is_served_so_that_a_player_can_jump(client: httpx.AsyncClient, recording: Path) -> None:
    answer = await client.get(recording_address("ann", recording), headers={"Range": "bytes=50-59"})
    assert answer.status_code == 206
    assert answer.content == SOUND[50:60]
    assert answer.headers["content-range"] == "bytes 50-59/200"


@pytest.mark.parametrize(
    "path",
    [
        "/recording/guess",
        "/recording/call",
        "/recording/..%2Fcall.ogg",
        "/recording/é",
        "/recording/guess/waveform",
    ],
)
async def test_what_is_no_ticket_opens_nothing(client: httpx.AsyncClient, recording: Path, path: str) -> None:
    recording_address("ann", recording)
    assert (await client.get(path)).status_code == 404


async def test_an_address_that_was_passed_on_opens_nothing(
    client: httpx.AsyncClient, recording: Path
) -> None:
    address = recording_address("bob", recording)
    assert (await client.get(address)).status_code == 404
    assert (await client.get(f"{address}/waveform")).status_code == 404


async def test_a_recording_that_was_deleted_is_gone(client: httpx.AsyncClient, recording: Path) -> None:
    address = recording_address("ann", recording)
    await anyio.Path(recording).unlink()
    assert (await client.get(address)).status_code == 404
    assert (await client.get(f"{address}/waveform")).status_code == 404


async def test_a_waveform_is_worked_out_aside(client: httpx.AsyncClient, tmp_path: Path) -> None:
    path = tmp_path / "call.ogg"
    silent = np.zeros(48_000, np.int16)
    with path.open("wb", buffering=0) as file:
        writer = OggOpusWriter(file)
        writer.write(silent, silent)
        writer.close()
    found = await waveform_of(client, recording_address("ann", path))
    assert found["recorded"] == pytest.approx(1.0, abs=0.1)
    left, right = found["peaks"]
    assert len(left) == len(right) == pytest.approx(20, abs=2)
    assert max(*left, *right) < LOUDEST // 10


async def test_a_damaged_recording_has_a_sentence_in_place_of_a_waveform(
    client: httpx.AsyncClient, recording: Path
) -> None:
    found = await waveform_of(client, recording_address("ann", recording))
    assert found == {"problem": "The recording of this call is damaged. What was said can still be read."}
