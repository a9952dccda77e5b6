"""A call as one HTML page that needs nothing else: sound, timeline and transcript, for a mail.

Owns its policy: the page runs no script and shows no style but the two it was made with, and asks nobody
for anything. Whatever was said is escaped text.
"""

import base64
import hashlib
from datetime import tzinfo
from functools import cache
from html import escape
from pathlib import Path

from voice.history.export.timeline import key, timeline
from voice.history.export.words import NAMES, Span, clean, clock, facts, json_text, spans, title_of
from voice.history.peaks import Peaks, peaks
from voice.history.records import FullCall, HistoryProblem

_FOLDER = Path(__file__).parent
# About one for each pixel of the page's width.
_WAVE_PARTS = 900


def report(full: FullCall, recording: Path | None, zone: tzinfo) -> str:
    """The whole page. A recording that is missing or damaged is told in it."""
    sound, wave, problem = _sound(full, recording)
    title = escape(title_of(full.call))
    told = "".join(
        f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts(full.call, zone)
    )
    return "\n".join(
        (
            "<!DOCTYPE html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{_part('report.css')}</style></head><body>",
            f'<h1 dir="auto">{title}</h1><dl>{told}</dl>',
            f'<div class="player">{sound}{problem}{timeline(full, wave)}</div>{key()}',
            _note(full),
            "<h2>Transcript</h2>",
            f"<ol>{''.join(_turn(span, heard=bool(sound)) for span in spans(full))}</ol>",
            _configuration(full),
            f"<script>{_part('report.js')}</script></body></html>\n",
        )
    )


def _sound(full: FullCall, recording: Path | None) -> tuple[str, Peaks | None, str]:
    """The player, its waveform, and what prevents them."""
    if recording is None or not full.call.has_recording:
        return "", None, "<p>This call was not recorded.</p>"
    try:
        wave = peaks(recording, _WAVE_PARTS)
        encoded = base64.b64encode(recording.read_bytes()).decode()
    except (HistoryProblem, OSError) as problem:
        sentence = problem.sentence if isinstance(problem, HistoryProblem) else "The recording can't be read."
        return "", None, f"<p>{escape(sentence)}</p>"
    return f'<audio controls src="data:audio/ogg;base64,{encoded}"></audio>', wave, ""


def _turn(span: Span, *, heard: bool) -> str:
    turn = span.turn
    spoken = heard and not turn.typed and turn.tool is None
    at = clock(span.start)
    when = f'<button type="button" aria-label="Hear from {at}">▶ {at}</button>' if spoken else at
    place = f' data-start="{span.start:.3f}" data-end="{span.end:.3f}"' if spoken else ""
    marks = [name for name, is_so in (("typed", turn.typed), ("interrupted", turn.interrupted)) if is_so]
    about = f"<b>{NAMES[turn.speaker]}</b>{when}" + "".join(
        f'<span class="mark">{mark}</span>' for mark in marks
    )
    if turn.tool is not None:
        body, kind = _tool(turn.tool), "tool-call"
    else:
        body, kind = f'<p dir="auto">{escape(clean(turn.text))}</p>', turn.speaker
    if turn.rest:
        body += f'<p class="rest" dir="auto">Not heard: {escape(clean(turn.rest))}</p>'
    return f'<li class="turn {kind}"{place}><div class="about">{about}</div>{body}</li>'


def _tool(tool: dict[str, object]) -> str:
    name, status = (escape(clean(str(tool.get(key) or ""))) for key in ("name", "status"))
    texts = (clean(str(tool.get(key) or "")) for key in ("arguments", "result"))
    return f"<p>{name} · {status}</p>" + "".join(f"<pre>{escape(text)}</pre>" for text in texts if text)


def _note(full: FullCall) -> str:
    note = escape(clean(full.call.note))
    return f'<h2>Note</h2><p dir="auto">{note}</p>' if note else ""


def _configuration(full: FullCall) -> str:
    call = full.call
    if not call.config and not full.changes:
        return ""
    parts = [f"<h2>Configuration</h2><pre>{escape(clean(json_text(call.config)))}</pre>"]
    for change in full.changes:
        at, fields = clock(change.at - call.started_at), escape(clean(json_text(change.fields)))
        parts.append(f"<p>Changed at {at}</p><pre>{fields}</pre>")
    return "".join(parts)


@cache
def _part(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


@cache
def _policy() -> str:
    return (
        f"default-src 'none'; media-src data:; style-src '{_digest('report.css')}'; "
        f"script-src '{_digest('report.js')}'; base-uri 'none'; form-action 'none'"
    )


def _digest(name: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(_part(name).encode()).digest()).decode()
