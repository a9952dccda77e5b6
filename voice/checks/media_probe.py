"""One WebRTC connection between a browser and this server, to see whether and how media gets through.

The browser offers, sends a known tone for about a second, and hangs up. The tone takes the way a person's
voice takes in a call, up to the chunks that would go to the agent. Runs on Streamlit's loop, as the media of
calls does.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidAccessError, InvalidStateError

from voice.audio.handover import ChunkQueue
from voice.audio.mic_sink import MicSink
from voice.audio.microphone import AGENT_RATE_HZ, Microphone
from voice.call.ice_servers import for_server
from voice.checks.tone import frequency_hz
from voice.settings_values import IceServer

# Longer than a connection, its tone and the browser's own patience of 10 s take together.
LIFE_S = 20.0
MAX_SDP_CHARS = 50_000
# The first chunks hold the decoder's and the filter's start.
_SKIPPED_CHUNKS = 10
_MEASURED_CHUNKS = 25
_QUEUED_CHUNKS = _SKIPPED_CHUNKS + _MEASURED_CHUNKS
_TONE_TIMEOUT_S = 3.0
# What aiortc was seen to raise on descriptions that lack something or are mistyped.
_UNUSABLE = (
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    AssertionError,
    InvalidAccessError,
    InvalidStateError,
)
_KIND = re.compile(r"^a=candidate:.* typ (\w+)", re.MULTILINE)
# The name hides the browser's address, and looking it up in the network takes a second for each.
_HIDDEN = re.compile(r"^a=candidate:.* \S+\.local \d+ typ .*\r?\n", re.MULTILINE)


class UnusableOfferError(ValueError):
    """The browser's offer can't be answered."""


def kinds_of_candidates(sdp: str) -> dict[str, int]:
    """How many candidates of each kind (host, srflx, relay) a description has."""
    return dict(Counter(_KIND.findall(sdp)))


class MediaProbe:
    """Made for one `answer`. `close` ends it at any time; the one who made it must call it."""

    def __init__(self, servers: Sequence[IceServer]) -> None:
        ice = [RTCIceServer(**server) for server in for_server(servers)]  # type: ignore[arg-type]
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=ice))
        # Full only when nobody measures any more: the oldest goes, and nobody misses it.
        self._chunks = ChunkQueue(_QUEUED_CHUNKS)
        microphone = Microphone(self._chunks, clock=time.monotonic)
        self._sink = MicSink(microphone, on_ended=lambda: None)
        self._peer.add_listener("track", self._take)
        self.offered: dict[str, int] = {}
        self.answered: dict[str, int] = {}

    async def answer(self, offer: str) -> str:
        """The answer to a browser's offer, with all of this server's candidates.

        Raises `UnusableOfferError`.
        """
        if "m=audio" not in offer:
            raise UnusableOfferError("the offer has no sound")
        self.offered = kinds_of_candidates(offer)
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(_HIDDEN.sub("", offer), "offer"))
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except _UNUSABLE:
            raise UnusableOfferError("the offer could not be read") from None
        described = str(self._peer.localDescription.sdp)
        self.answered = kinds_of_candidates(described)
        return described

    async def tone_hz(self) -> float | None:
        """The pitch of what comes from the browser, as the agent would get it; `None` for silence."""
        heard: list[bytes] = []
        try:
            async with asyncio.timeout(_TONE_TIMEOUT_S):
                while len(heard) < _QUEUED_CHUNKS and (chunk := await self._chunks.get()) is not None:
                    heard.append(chunk)
        except TimeoutError:
            return None
        samples = np.frombuffer(b"".join(heard[_SKIPPED_CHUNKS:]), "<i2").astype(np.int16)
        return frequency_hz(samples, AGENT_RATE_HZ)

    async def close(self) -> None:
        """End the connection; may be called twice."""
        self._chunks.close()
        self._sink.stop()
        await self._peer.close()

    def _take(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio" and not self._sink.hasTrack():
            self._sink.addTrack(track)
            self._sink.start()
