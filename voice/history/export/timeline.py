"""The picture of a call for its report: both voices over time, and what happened when. Pure; makes SVG."""

from collections.abc import Sequence
from html import escape

from voice.audio.loudness import LOUDEST
from voice.history.export.words import clock, one_line, spans
from voice.history.peaks import Peaks
from voice.history.records import FullCall

# Units of the picture; the browser stretches it.
WIDTH = 1000
_LANE_HEIGHT = 60
_MIDDLES = {"user": 32, "agent": 96}
_HEIGHT = 128
_CLASSES = {"user": "person", "agent": "agent"}
_KEY = (
    ("rect", "person", "Person"),
    ("rect", "agent", "Agent"),
    ("line", "cut", "Interrupted"),
    ("line", "tool", "Tool"),
    ("line", "change", "Configuration changed"),
    ("line", "error", "Error or reconnect"),
)


def timeline(full: FullCall, peaks: Peaks | None) -> str:
    """The picture; without a recording, the turns alone."""
    seconds = _seconds(full, peaks)
    shapes = [_said(full, seconds)]
    if peaks is not None:
        shapes += [_wave("user", peaks.left), _wave("agent", peaks.right)]
    shapes.append(_moments(full, seconds))
    if peaks is not None:
        shapes.append(f'<line class="head" x1="0" x2="0" y1="0" y2="{_HEIGHT}"/>')
    seekable = ' class="can-seek"' if peaks is not None else ""
    return (
        f'<svg{seekable} data-seconds="{seconds:.3f}" viewBox="0 0 {WIDTH} {_HEIGHT}" '
        f'preserveAspectRatio="none" role="img" aria-label="Timeline of {clock(seconds)}">'
        f"{''.join(shapes)}</svg>"
    )


def _seconds(full: FullCall, peaks: Peaks | None) -> float:
    if peaks is not None:
        return peaks.seconds
    call = full.call
    ends = [span.end for span in spans(full)]
    return max([*ends, (call.ended_at or call.started_at) - call.started_at, 1.0])


def _said(full: FullCall, seconds: float) -> str:
    rects = []
    for span in spans(full):
        name = _CLASSES.get(span.turn.speaker)
        if name is None or span.turn.typed:
            continue
        x, end = _x(span.start, seconds), _x(span.end, seconds)
        top = _MIDDLES[span.turn.speaker] - _LANE_HEIGHT // 2
        rects.append(
            f'<rect class="said {name}" x="{x:.2f}" y="{top}" width="{max(0.5, end - x):.2f}" '
            f'height="{_LANE_HEIGHT}"/>'
        )
    return "".join(rects)


def _wave(speaker: str, loudness: Sequence[int]) -> str:
    """A closed shape, as far above the middle as below it."""
    middle, step = _MIDDLES[speaker], WIDTH / max(1, len(loudness))
    heights = [max(0.3, value / LOUDEST * _LANE_HEIGHT / 2) for value in loudness]
    above = [f"{index * step:.1f},{middle - height:.1f}" for index, height in enumerate(heights)]
    below = [f"{index * step:.1f},{middle + height:.1f}" for index, height in enumerate(heights)]
    return f'<polygon class="{_CLASSES[speaker]}" points="{" ".join(above + below[::-1])}"/>'


def _moments(full: FullCall, seconds: float) -> str:
    begun = full.call.started_at
    told = [("cut", span.end, "Interrupted") for span in spans(full) if span.turn.interrupted]
    told += [
        ("tool", span.start, str((span.turn.tool or {}).get("name", "")))
        for span in spans(full)
        if span.turn.speaker == "tool"
    ]
    told += [("change", change.at - begun, ", ".join(change.fields)) for change in full.changes]
    told += [
        ("error", mark.at - begun, mark.text) for mark in full.marks if mark.kind in ("error", "reconnect")
    ]
    return "".join(_moment(kind, _x(at, seconds), text) for kind, at, text in told)


def _moment(kind: str, x: float, text: str) -> str:
    return (
        f'<line class="{kind}" x1="{x:.2f}" x2="{x:.2f}" y1="0" y2="{_HEIGHT}">'
        f"<title>{escape(one_line(text))}</title></line>"
    )


def _x(at: float, seconds: float) -> float:
    return WIDTH * min(1.0, max(0.0, at / seconds))


def key() -> str:
    """What the colours and lines of the picture mean."""
    items = []
    for shape, name, text in _KEY:
        drawn = (
            f'<rect class="{name}" width="10" height="8"/>'
            if shape == "rect"
            else f'<line class="{name}" x1="5" x2="5" y1="0" y2="8"/>'
        )
        picture = f'<svg viewBox="0 0 10 8" aria-hidden="true">{drawn}</svg>'
        items.append(f"<li>{picture}{text}</li>")
    return f'<ul class="key">{"".join(items)}</ul>'
