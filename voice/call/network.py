"""Readings of the media leg as figures with a verdict. Pure."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from voice.audio.media_readings import Candidate, Reading

Word = Literal["good", "fair", "poor", "unknown"]
_WORDS: tuple[Word, ...] = ("unknown", "good", "fair", "poor")


class Measure(msgspec.Struct, frozen=True):
    """One figure: `good` up to that value and `fair` up to that, `poor` beyond; None when nobody knows."""

    name: str
    value: float | None
    unit: str
    good: float
    fair: float
    word: Word = "unknown"


class NetworkFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The last ten seconds of the media leg as `measures`, its verdict, and counts of the whole call.

    "up" is the microphone's way to the server, "down" the way of the agent's sound. `media_ms` is what the
    leg adds to each reply's latency, as an estimate: the round trip, half of it either way, and the
    browser's buffer. `path` are the kinds of candidates in use, the browser's and the server's.
    """

    word: Word
    measures: tuple[Measure, ...]
    media_ms: int | None
    path: tuple[Candidate, Candidate] | None
    late_packets: int
    concealed_up_ms: int
    microphone_chunks_dropped: int = 0
    reply_pushes_dropped: int = 0
    reply_frames_skipped: int = 0


# Good and fair. The round trip: ITU-T G.114 asks for 150 ms one way at most, of which the codec, the buffers
# and the agent need theirs. Loss and concealment: Opus hides single packets; above 3 % words suffer. Jitter:
# what browsers' buffers take without growing for long.
_LIMITS = {
    "round_trip": (150.0, 300.0, "ms"),
    "loss_up": (1.0, 3.0, "%"),
    "loss_down": (1.0, 3.0, "%"),
    "jitter_up": (30.0, 60.0, "ms"),
    "jitter_down": (30.0, 60.0, "ms"),
    "jitter_buffer": (80.0, 200.0, "ms"),
    "concealed_down": (1.0, 5.0, "%"),
}


def network_figures(
    readings: Sequence[Reading],
    *,
    microphone_chunks_dropped: int = 0,
    reply_pushes_dropped: int = 0,
    reply_frames_skipped: int = 0,
) -> NetworkFigures:
    """The figures of these readings, oldest first; unknown where there are none."""
    newest = readings[-1] if readings else Reading()
    # Before there are two, the counts of the whole call are all there is.
    oldest = readings[0] if len(readings) > 1 else Reading()
    measures = tuple(_measure(name, value) for name, value in _values(oldest, newest).items())
    browser, server = newest.browser, newest.server
    return NetworkFigures(
        word=max((measure.word for measure in measures), key=_WORDS.index),
        measures=measures,
        media_ms=_media_ms(newest),
        path=(browser.local, browser.remote) if browser.local and browser.remote else None,
        late_packets=server.late,
        concealed_up_ms=server.concealed_ms,
        microphone_chunks_dropped=microphone_chunks_dropped,
        reply_pushes_dropped=reply_pushes_dropped,
        reply_frames_skipped=reply_frames_skipped,
    )


def _values(oldest: Reading, newest: Reading) -> dict[str, float | None]:
    browser, server = newest.browser, newest.server
    up_lost = server.lost - oldest.server.lost
    up_received = server.received - oldest.server.received
    down_lost = _grown(oldest.browser.lost, browser.lost)
    down_received = _grown(oldest.browser.received, browser.received)
    concealed = _grown(oldest.browser.concealed, browser.concealed)
    samples = _grown(oldest.browser.samples, browser.samples)
    return {
        "round_trip": _round_trip_ms(newest),
        "loss_up": _percent(up_lost, up_lost + up_received),
        "loss_down": None if down_received is None else _percent(down_lost, (down_lost or 0) + down_received),
        "jitter_up": server.jitter_ms,
        "jitter_down": browser.jitter_ms,
        "jitter_buffer": browser.jitter_buffer_ms,
        "concealed_down": _percent(concealed, samples),
    }


def _measure(name: str, value: float | None) -> Measure:
    good, fair, unit = _LIMITS[name]
    if value is None:
        return Measure(name, None, unit, good, fair)
    word: Word = "good" if value <= good else "fair" if value <= fair else "poor"
    return Measure(name, round(value, 1), unit, good, fair, word)


def _round_trip_ms(reading: Reading) -> float | None:
    own = reading.server.round_trip_ms
    return own if reading.browser.round_trip_ms is None else reading.browser.round_trip_ms


def _media_ms(reading: Reading) -> int | None:
    round_trip_ms, buffered_ms = _round_trip_ms(reading), reading.browser.jitter_buffer_ms
    if round_trip_ms is None or buffered_ms is None:
        return None
    return round(round_trip_ms + buffered_ms)


def _grown(before: int | None, after: int | None) -> int | None:
    # A count that went back belongs to another connection.
    if after is None or before is None:
        return after
    return after - before if after >= before else None


def _percent(part: int | None, whole: int | None) -> float | None:
    if part is None or not whole or whole < 0:
        return None
    # Packets counted as lost may turn up after all, and lower the count.
    return min(100.0, max(0.0, 100.0 * part / whole))
