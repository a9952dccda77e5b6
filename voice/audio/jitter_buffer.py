"""Packets of the uplink back into order, with little delay, for aiortc.

aiortc holds four audio packets always, and after one lost packet fourteen more for ever. Owns the only
touches of aiortc's private names. Never changes how video, or any audio but Opus, is buffered.
"""

import inspect
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import aiortc
from aiortc import RTCRtpReceiver, rtcrtpreceiver
from aiortc.jitterbuffer import JitterBuffer as StockJitterBuffer
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket

from voice.audio import opus_packet

AIORTC_VERSION = "1.16.0"
_RECEIVERS_BUFFER = "_RTCRtpReceiver__jitter_buffer"
STOCK_SIGNATURE = ["capacity", "prefetch", "is_video"]

# How many later packets are awaited before a missing one is given up. Two let a swapped pair through and
# stall 60 ms for a lost packet; a network that reorders more gets three, and 80 ms.
MIN_REORDER_DEPTH = 2
MAX_REORDER_DEPTH = 3
# Back to the lower depth after 10 s of 20 ms packets without a late one.
CALM_PACKETS = 500
# Beyond this an outage or a new start is likelier than a gap worth filling.
MAX_GAP_PACKETS = 64
# So many late packets on end are a sender that started its numbering again.
MAX_LATE_RUN = 8
# RFC 3551: payload types below this are fixed, and none of them is Opus.
FIRST_DYNAMIC_PAYLOAD_TYPE = 96
SEQUENCE_CIRCLE = 1 << 16
# RFC 7587: Opus always counts at 48 kHz.
SAMPLES_PER_MS = 48
TIMESTAMP_CIRCLE = 1 << 32


class IncompatibleAiortcError(RuntimeError):
    """aiortc is not the release whose internals this module knows."""


@dataclass(frozen=True, slots=True)
class JitterCounts:
    """What a stream has suffered so far: packets that came after they were given up, sound made up for."""

    late: int = 0
    concealed_ms: int = 0


class AudioJitterBuffer:
    """Reorders one stream of Opus packets; used by aiortc on its loop only.

    In-order packets pass at once. When one is missing, up to `MAX_REORDER_DEPTH` later ones are held, then
    all come out together in one Opus packet, led by empty frames that the decoder conceals: no delay stays.
    Concealment reaches 100 ms, as a packet holds 120; in-band FEC is not used, as FFmpeg's Opus wrapper
    offers no way to ask the decoder for it. At most `MAX_GAP_PACKETS` are held.
    """

    def __init__(self, stock: StockJitterBuffer) -> None:
        self._stock = stock
        self._held: dict[int, RtpPacket] = {}
        self._given_up: deque[int] = deque(maxlen=MAX_GAP_PACKETS)
        self._stream: tuple[int, int] | None = None
        self._next_sequence = 0
        self._next_timestamp = 0
        self._depth = MIN_REORDER_DEPTH
        self._calm_run = 0
        self._late_run = 0
        self._late = 0
        self._concealed_samples = 0

    @property
    def counts(self) -> JitterCounts:
        """Late packets and concealed sound of all streams so far."""
        return JitterCounts(self._late, self._concealed_samples // SAMPLES_PER_MS)

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """Take a packet; return whether a key frame is wanted (never) and what to decode now, if anything."""
        if packet.payload_type < FIRST_DYNAMIC_PAYLOAD_TYPE:
            return self._stock.add(packet)
        ahead = self._ahead(packet.sequence_number)
        if self._is_new_stream(packet, ahead):
            self._restart(packet)
        elif ahead < 0:
            self._note_late(packet.sequence_number)
            return False, None
        self._late_run = 0
        self._held[packet.sequence_number] = packet
        lost = False
        if self._next_sequence not in self._held and len(self._held) >= self._depth:
            self._give_up_missing()
            lost = True
        return False, self._take_frame(lost)

    def _ahead(self, sequence: int) -> int:
        """How far a sequence number is past the expected one, across its 16-bit wrap."""
        return (
            sequence - self._next_sequence + SEQUENCE_CIRCLE // 2
        ) % SEQUENCE_CIRCLE - SEQUENCE_CIRCLE // 2

    def _is_new_stream(self, packet: RtpPacket, ahead: int) -> bool:
        if (packet.ssrc, packet.payload_type) != self._stream or abs(ahead) >= MAX_GAP_PACKETS:
            return True
        return ahead < 0 and self._late_run >= MAX_LATE_RUN

    def _restart(self, packet: RtpPacket) -> None:
        self._held.clear()
        self._given_up.clear()
        self._stream = (packet.ssrc, packet.payload_type)
        self._next_sequence = packet.sequence_number
        self._next_timestamp = packet.timestamp
        self._calm_run = 0

    def _note_late(self, sequence: int) -> None:
        self._late_run += 1
        # Only a packet that was given up too soon asks for more patience; a duplicate does not.
        if sequence in self._given_up:
            self._given_up.remove(sequence)
            self._late += 1
            self._depth = min(self._depth + 1, MAX_REORDER_DEPTH)
            self._calm_run = 0

    def _give_up_missing(self) -> None:
        nearest = min(self._held, key=self._ahead)
        while self._next_sequence != nearest:
            self._given_up.append(self._next_sequence)
            self._next_sequence = (self._next_sequence + 1) % SEQUENCE_CIRCLE

    def _take_frame(self, lost: bool) -> JitterFrame | None:
        first = next(self._ready(), None)
        if first is None:
            return None
        self._calm_down()
        if not opus_packet.is_single_frame(first.payload):
            self._consume(first)
            return JitterFrame(data=first.payload, timestamp=first.timestamp)
        samples = opus_packet.frame_samples(first.payload)
        room = opus_packet.MAX_PACKET_SAMPLES // samples
        conceal = min(self._missing_frames(first, samples), room - 1) if lost else 0
        timestamp = self._next_timestamp if conceal else first.timestamp
        run = self._take_run(first, room - conceal)
        self._concealed_samples += conceal * samples
        return JitterFrame(data=opus_packet.join(run, lost_before=conceal), timestamp=timestamp)

    def _ready(self) -> Iterator[RtpPacket]:
        """Packets that are next in order; those without payload (probes) are passed over."""
        while packet := self._held.get(self._next_sequence):
            if packet.payload:
                yield packet
            else:
                self._drop_next()

    def _take_run(self, first: RtpPacket, room: int) -> list[bytes]:
        """Consume packets that continue `first` without a pause and can share its Opus packet."""
        run: list[bytes] = []
        for packet in self._ready():
            payload = packet.payload
            if len(run) == room or not opus_packet.is_single_frame(payload):
                break
            if run and (
                not opus_packet.joinable(first.payload, payload) or packet.timestamp != self._next_timestamp
            ):
                break
            run.append(payload)
            self._consume(packet)
        return run

    def _missing_frames(self, first: RtpPacket, samples: int) -> int:
        gap = (first.timestamp - self._next_timestamp) % TIMESTAMP_CIRCLE
        # More than half the circle is a clock that went back, not a gap.
        return gap // samples if gap < TIMESTAMP_CIRCLE // 2 else 0

    def _consume(self, packet: RtpPacket) -> None:
        self._drop_next()
        end = packet.timestamp + opus_packet.packet_samples(packet.payload)
        self._next_timestamp = end % TIMESTAMP_CIRCLE

    def _drop_next(self) -> None:
        del self._held[self._next_sequence]
        self._next_sequence = (self._next_sequence + 1) % SEQUENCE_CIRCLE

    def _calm_down(self) -> None:
        self._calm_run += 1
        if self._calm_run >= CALM_PACKETS:
            self._depth = MIN_REORDER_DEPTH


def make_jitter_buffer(
    capacity: int, prefetch: int = 0, is_video: bool = False
) -> StockJitterBuffer | AudioJitterBuffer:
    """Stand in for the constructor of aiortc's `JitterBuffer`."""
    stock = StockJitterBuffer(capacity=capacity, prefetch=prefetch, is_video=is_video)
    return stock if is_video else AudioJitterBuffer(stock)


def counts_of(receiver: RTCRtpReceiver) -> JitterCounts:
    """What the buffer of a receiver counted; nothing for one without a buffer of ours."""
    buffer = getattr(receiver, _RECEIVERS_BUFFER, None)
    return buffer.counts if isinstance(buffer, AudioJitterBuffer) else JitterCounts()


def install() -> None:
    """Make aiortc use `AudioJitterBuffer` for connections made from now on. May be called again.

    Raises:
        IncompatibleAiortcError: aiortc is another release, or does not look as expected.
    """
    current = getattr(rtcrtpreceiver, "JitterBuffer", None)
    if current is make_jitter_buffer:
        return
    if aiortc.__version__ != AIORTC_VERSION:
        raise IncompatibleAiortcError(
            f"aiortc {aiortc.__version__} is installed, but the jitter buffer is written for "
            f"{AIORTC_VERSION}. Install the pinned release: pip install -r requirements.txt"
        )
    if current is not StockJitterBuffer or list(inspect.signature(current).parameters) != STOCK_SIGNATURE:
        raise IncompatibleAiortcError(
            "aiortc.rtcrtpreceiver.JitterBuffer is not aiortc's own class, so it cannot be replaced safely. "
            "Reinstall aiortc, and remove any other package that patches it."
        )
    # The name is imported there, not exported: the receiver looks it up anew for each connection.
    rtcrtpreceiver.JitterBuffer = make_jitter_buffer  # type: ignore[attr-defined, assignment]
