"""Keeps the last few readings of one call's peer connection.

Owns the reading of aiortc's statistics. Runs on aiortc's loop; what it has read may be looked at anywhere.
"""

import asyncio
import logging
from collections import deque

from aiortc import RTCPeerConnection
from aiortc.stats import RTCInboundRtpStreamStats, RTCRemoteInboundRtpStreamStats

from voice.audio.jitter_buffer import counts_of
from voice.audio.media_readings import BrowserMedia, Reading, ServerMedia

_log = logging.getLogger(__name__)

# The page reports every 2 s: figures are about the last 10 s. The oldest reading is dropped.
MAX_READINGS = 6
# RTP counts the jitter of Opus in units of its 48 kHz clock.
_CLOCK_PER_MS = 48


class MediaLeg:
    """Knows the peer connection once it is told; before, only what the page says."""

    def __init__(self) -> None:
        self._connection: RTCPeerConnection | None = None
        self._readings: deque[Reading] = deque(maxlen=MAX_READINGS)
        self._reading: asyncio.Task[None] | None = None

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The latest readings, oldest first."""
        return tuple(self._readings)

    def watch(self, connection: RTCPeerConnection) -> None:
        """The call's audio goes over this connection. From any thread."""
        self._connection = connection

    def note(self, browser: BrowserMedia) -> None:
        """Take the page's report and read our own end beside it; dropped while a reading is under way."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read(browser))

    async def _read(self, browser: BrowserMedia) -> None:
        try:
            server = await read_server(self._connection) if self._connection else ServerMedia()
        except Exception:  # noqa: BLE001 - figures must never disturb a call, as a connection may that closes
            _log.exception("the statistics of a peer connection could not be read")
            return
        self._readings.append(Reading(browser, server))


async def read_server(connection: RTCPeerConnection) -> ServerMedia:
    """What aiortc and the jitter buffer count of a connection, now."""
    report = (await connection.getStats()).values()
    inbound = next((s for s in report if isinstance(s, RTCInboundRtpStreamStats)), None)
    remote = next((s for s in report if isinstance(s, RTCRemoteInboundRtpStreamStats)), None)
    counts = [counts_of(receiver) for receiver in connection.getReceivers()]
    # Until the browser has answered a report of ours, aiortc has no round trip, whatever its types say.
    round_trip_s: float | None = remote.roundTripTime if remote else None
    return ServerMedia(
        round_trip_ms=None if round_trip_s is None else max(0.0, round_trip_s * 1000),
        jitter_ms=inbound.jitter / _CLOCK_PER_MS if inbound else None,
        received=inbound.packetsReceived if inbound else 0,
        lost=inbound.packetsLost if inbound else 0,
        late=sum(count.late for count in counts),
        concealed_ms=sum(count.concealed_ms for count in counts),
    )
