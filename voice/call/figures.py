"""The figures of a call as the page gets them: `{"figures": …}` over the live route. Pure data.

This module is where their format is told.
"""

import msgspec

from voice.call.network import NetworkFigures, network_figures
from voice.conversation.latency import Latencies, ReplyLatency, summary_of

# As many as a chart can show apart; the percentiles are of the whole call.
MAX_SHOWN_TURNS = 60


class LatencyFigures(msgspec.Struct, frozen=True):
    """The latest replies, oldest first, and the percentiles over the call's `count` measured spoken turns."""

    turns: tuple[ReplyLatency, ...] = ()
    count: int = 0
    p50_ms: int | None = None
    p95_ms: int | None = None


class Figures(msgspec.Struct, frozen=True):
    """What the drawer shows of a call's speed and network; of the last call, when none runs."""

    latency: LatencyFigures = LatencyFigures()
    network: NetworkFigures = network_figures(())


def latency_figures(latencies: Latencies) -> LatencyFigures:
    """The ledger of a call as figures."""
    summary = summary_of(latencies.turns)
    return LatencyFigures(latencies.turns[-MAX_SHOWN_TURNS:], summary.count, summary.p50_ms, summary.p95_ms)
