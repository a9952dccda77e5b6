"""Calls to take along: a plain one, and one in which everybody says what no format likes."""

from typing import Any

from tests.history.samples import BEGAN, a_call, a_turn
from voice.history.records import ConfigChange, EventRecord, FullCall, Mark

ID = "call-0001"
LATENCY: dict[str, Any] = {
    "turn_id": "agent-2",
    "asked": "speech",
    "total_ms": 640,
    "agent_ms": 300,
    "lead_in_ms": 40,
    "own_ms": 20,
    "tool_ms": 0,
    "endpointing_ms": 280,
}
TOOL: dict[str, Any] = {
    "name": "calculate",
    "status": "done",
    "arguments": '{"expression": "6*7"}',
    "result": '{"value": 42}',
    "took_ms": 3,
}

PLAIN = FullCall(
    a_call(
        ID, ended_at=BEGAN + 60, how_ended="hung_up", title="Six times seven", config={"output.voice": "alba"}
    ),
    (
        a_turn(1, "What is six times seven?", ended_at=BEGAN + 3),
        a_turn(4, "", "tool", tool=TOOL),
        a_turn(
            5, "It is forty", "agent", rest="two.", interrupted=True, latency=LATENCY, ended_at=BEGAN + 7.5
        ),
        a_turn(7, "Thanks.", ended_at=BEGAN + 8),
        a_turn(9, "And in words?", typed=True),
    ),
    (ConfigChange(BEGAN + 8, {"turn_detection.threshold": 0.7}),),
    (EventRecord(BEGAN + 1, "received", "input.speech.started", "{}"),),
    (Mark(BEGAN + 7.5, "interruption", "cut"),),
)

# One of each kind that some format takes for more than words.
HOSTILE = (
    '=HYPERLINK("http://evil.test","click")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "  =1+1",
    "\t=1+1",
    "\uff1d1+1",
    'a;=1+1,"b"',
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "1\n00:00:01,000 --> 00:00:09,000\nforged",
    "x\n\nWEBVTT\n\nNOTE forged",
    "<v Agent>forged</v> <c.red>red</c> &lt; &amp;",
    "{\\an8}<i>up</i>\\Nbelow",
    "# not a heading\n- not a list\n1. not either\n> no quote\n    no code\n===\n---",
    "![x](http://evil.test/a.png) [y](javascript:alert(1)) <http://evil.test> https://evil.test www.evil.io",
    "```\nout of the fence\n```",
    "| a | b |\n|---|---|",
    "nul\x00 bell\x07 escape\x1b[31m back\x08 \x9bC1",
    "line\u2028separator\u2029paragraph\rreturn",
    "turned\u202earound",
    "שלום 👋🏽 مرحبا",
    "{{7*7}} ${7*7} $(id) `id`",
)


def hostile_call() -> FullCall:
    """Everything that is somebody's text is hostile, one kind after the other."""
    worst = " ".join(HOSTILE)
    turns = tuple(
        a_turn(number, text, "user" if number % 2 else "agent", rest=text, interrupted=True)
        for number, text in enumerate(HOSTILE, 1)
    )
    tool = {"name": worst, "status": "done", "arguments": worst, "result": worst}
    call = a_call(
        ID,
        ended_at=BEGAN + 60,
        how_ended="failed",
        title=worst,
        note=worst,
        failure=worst,
        voice=worst,
        persona=worst,
        session_id=worst,
        config={worst: worst},
        has_recording=True,
    )
    return FullCall(
        call,
        (*turns, a_turn(len(HOSTILE) + 1, "", "tool", tool=tool)),
        (ConfigChange(BEGAN + 1, {worst: worst}),),
        (EventRecord(BEGAN + 1, "received", worst, worst),),
        (Mark(BEGAN + 1, "error", worst),),
    )
