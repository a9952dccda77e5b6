"""The readings of a call's connection, without one and with one that fails."""

import asyncio
import logging
from typing import cast

import pytest
from aiortc import RTCPeerConnection

from voice.audio.media_leg import MAX_READINGS, MediaLeg
from voice.audio.media_readings import BrowserMedia, Reading


class Closing:
    """A connection whose statistics cannot be read any more."""

    async def getStats(self) -> None:  # noqa: N802 - aiortc's name
        raise ConnectionError("closed")


async def note(leg: MediaLeg, browser: BrowserMedia) -> None:
    leg.note(browser)
    assert leg._reading is not None
    await leg._reading


async def test_what_the_page_says_is_kept_before_the_connection_is_known() -> None:
    leg = MediaLeg()
    await note(leg, BrowserMedia(round_trip_ms=8.0))
    assert leg.readings == (Reading(BrowserMedia(round_trip_ms=8.0)),)


async def test_only_the_latest_readings_are_kept() -> None:
    leg = MediaLeg()
    for number in range(MAX_READINGS + 3):
        await note(leg, BrowserMedia(received=number))
    assert [reading.browser.received for reading in leg.readings] == list(range(3, MAX_READINGS + 3))


async def test_reports_in_a_burst_are_dropped_while_one_is_read() -> None:
    leg = MediaLeg()
    for number in range(100):
        leg.note(BrowserMedia(received=number))
    await asyncio.sleep(0)
    assert [reading.browser.received for reading in leg.readings] == [0]


async def test_a_connection_that_fails_is_logged_and_disturbs_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    leg = MediaLeg()
    leg.watch(cast("RTCPeerConnection", Closing()))
    with caplog.at_level(logging.ERROR):
        await note(leg, BrowserMedia())
    assert leg.readings == ()
    assert len(caplog.records) == 1
