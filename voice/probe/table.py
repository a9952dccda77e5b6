"""The results as a table of 100 columns of plain text. Pure."""

import textwrap
from collections.abc import Iterator, Mapping

from voice.probe.rows import ROWS, SCENES, Result, Verdict

WIDTH = 100
_COLUMNS = (("Check", 27), ("Expected", 30), ("Seen", 28), ("Result", 12))
_GAP = " "
_NOTE = "* For information only: Parley doesn't rely on it."


def table(results: Mapping[str, Result]) -> str:
    """The whole table, scene by scene, and what it comes to."""
    lines = [*_row([title for title, _ in _COLUMNS]), "-" * WIDTH]
    for scene in SCENES:
        rows = [results[row.id] for row in scene.rows if row.id in results]
        if rows:
            lines += ["", scene.title]
        for result in rows:
            lines += _row([f"  {result.row.title}", result.row.expected, result.seen, _verdict(result)])
    if any(not result.row.relied_on for result in results.values()):
        lines += ["", _NOTE]
    return "\n".join([*lines, "", *textwrap.wrap(summary(results), WIDTH)])


def summary(results: Mapping[str, Result]) -> str:
    """The numbers in one sentence, and what they mean in another."""
    found = [result.verdict for result in results.values()]
    counts = ", ".join(f"{found.count(verdict)} {verdict}" for verdict in Verdict if verdict in found)
    failing = [result for result in results.values() if result.fails]
    if len(results) < len(ROWS):
        counts = f"{len(results)} of {len(ROWS)} checks were made: {counts or 'none'}"
    elif not failing:
        return f"{counts}. Everything that Parley relies on is as expected."
    differing = [result.row.title for result in failing if result.verdict is Verdict.DIFFERS]
    words = f" Parley relies on these, but they differ: {'; '.join(differing)}." if differing else ""
    untested = len(failing) - len(differing)
    return f"{counts}.{words}" + (
        f" {untested} that Parley relies on could not be tested." if untested else ""
    )


def _verdict(result: Result) -> str:
    return f"{result.verdict}{'' if result.row.relied_on else '*'}"


def _row(cells: list[str]) -> Iterator[str]:
    """One row; long cells are wrapped into further lines."""
    wrapped = [
        textwrap.wrap(cell.strip(), width - _indent(cell)) or [""]
        for cell, (_, width) in zip(cells, _COLUMNS, strict=True)
    ]
    for n in range(max(map(len, wrapped))):
        parts = [
            (" " * _indent(cell) + (lines[n] if n < len(lines) else "")).ljust(width)
            for cell, lines, (_, width) in zip(cells, wrapped, _COLUMNS, strict=True)
        ]
        yield _GAP.join(parts).rstrip()


def _indent(cell: str) -> int:
    return len(cell) - len(cell.lstrip())
