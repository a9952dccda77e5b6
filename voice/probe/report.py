"""The results as JSON to keep and compare. Pure; holds no secret, since what was seen is redacted already."""

from datetime import datetime
from typing import Any

import msgspec

from voice.probe.bench import Bench
from voice.probe.budget import usd
from voice.probe.rows import SCENES, Result

FORMAT = "parley-probe/1"


class Line(msgspec.Struct, frozen=True):
    """One check. `relied_on` says whether a difference fails the probe."""

    id: str
    scene: str
    title: str
    expected: str
    seen: str
    verdict: str
    relied_on: bool


class Report(msgspec.Struct, frozen=True):
    """A whole run. `agent` is its public address, `usd` None where the price is not known."""

    format: str
    began_at: datetime
    agent: str
    passed: bool
    open_socket_s: float
    usd: float | None
    results: list[Line]
    sessions: list[str]
    not_deleted: list[str]


def report_of(bench: Bench, began_at: datetime) -> Report:
    """What the run found."""
    price = bench.target.endpoint.usd_per_hour
    spent_s = round(bench.budget.spent_s, 1)
    return Report(
        format=FORMAT,
        began_at=began_at,
        agent=bench.target.endpoint.name,
        passed=passed(bench),
        open_socket_s=spent_s,
        usd=None if price is None else round(usd(spent_s, price), 4),
        results=[
            _line(scene.title, bench.results[row.id])
            for scene in SCENES
            for row in scene.rows
            if row.id in bench.results
        ],
        sessions=list(bench.sessions),
        not_deleted=[id_ for id_ in bench.sessions if id_ not in bench.deleted],
    )


def as_json(report: Report) -> bytes:
    """The report as a file."""
    plain: Any = msgspec.to_builtins(report)
    return msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"


def passed(bench: Bench) -> bool:
    """Whether all that Parley relies on is as expected; also False for a run that was cut short."""
    wanted = {row.id for scene in SCENES for row in scene.rows}
    return wanted == set(bench.results) and not any(result.fails for result in bench.results.values())


def _line(scene: str, result: Result) -> Line:
    row = result.row
    return Line(row.id, scene, row.title, row.expected, result.seen, str(result.verdict), row.relied_on)
