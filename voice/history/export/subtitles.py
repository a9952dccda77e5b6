"""A call as subtitles for its recording: SubRip and WebVTT. Pure.

Cues follow each other and never overlap, though people do. What was typed or done by tools is not heard and
is left out.
"""

import textwrap
from collections.abc import Iterator, Sequence

import msgspec

from voice.history.export.words import NAMES, Span, one_line, spans
from voice.history.records import FullCall

# What fits on a screen and can be read.
_LINE_CHARS = 42
_LINES = 2
# Shorter cues flash by; the next one waits so long.
_LEAST_S = 0.5

# SubRip has no way to escape: look-alikes stand for what players take for markup.
_SRT_SAFE = str.maketrans("<>{}\\", "\uff1c\uff1e\uff5b\uff5d\uff3c")
_VTT_SAFE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Cue(msgspec.Struct, frozen=True):
    """Plain lines that are shown from `start` to `end`, in seconds."""

    start: float
    end: float
    name: str
    lines: list[str]


def subrip(full: FullCall) -> str:
    """The whole .srt file."""
    blocks = []
    for number, cue in enumerate(cues(full), 1):
        text = "\n".join([cue.name + ": " + cue.lines[0], *cue.lines[1:]]).translate(_SRT_SAFE)
        blocks.append(f"{number}\n{_stamp(cue.start, ',')} --> {_stamp(cue.end, ',')}\n{text}\n")
    return "\n".join(blocks)


def webvtt(full: FullCall) -> str:
    """The whole .vtt file; each cue names its speaker."""
    blocks = ["WEBVTT\n"]
    for cue in cues(full):
        text = "\n".join(cue.lines).translate(_VTT_SAFE)
        blocks.append(f"{_stamp(cue.start, '.')} --> {_stamp(cue.end, '.')}\n<v {cue.name}>{text}\n")
    return "\n".join(blocks)


def cues(full: FullCall) -> list[Cue]:
    """All cues, in order, each ending before the next begins."""
    heard = [span for span in spans(full) if span.turn.tool is None and not span.turn.typed]
    heard = sorted((span for span in heard if one_line(span.turn.text)), key=lambda span: span.start)
    made: list[Cue] = []
    for index, span in enumerate(heard):
        before = made[-1].end if made else 0.0
        after = heard[index + 1].start if index + 1 < len(heard) else span.end
        made += _cues_of(span, max(before, span.start), min(span.end, max(after, span.start)))
    return made


def _cues_of(span: Span, start: float, end: float) -> Iterator[Cue]:
    """A turn in pieces that fit on a screen, each for as long as its share of the text."""
    lines = textwrap.wrap(one_line(span.turn.text), _LINE_CHARS)
    pieces = [lines[first : first + _LINES] for first in range(0, len(lines), _LINES)]
    whole = sum(map(_length, pieces))
    seconds = max(end - start, _LEAST_S * len(pieces))
    shown = 0
    for piece in pieces:
        begins = start + seconds * shown / whole
        shown += _length(piece)
        yield Cue(begins, start + seconds * shown / whole, NAMES[span.turn.speaker], piece)


def _length(lines: Sequence[str]) -> int:
    return sum(map(len, lines))


def _stamp(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}{point}{thousandths:03}"
