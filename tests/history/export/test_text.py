"""Markdown, CSV, subtitles and file names: what they tell, and that no words become more than words."""

import csv
import io
import re
from datetime import UTC
from itertools import pairwise

import pytest

from tests.history.export.calls import HOSTILE, PLAIN, hostile_call
from tests.history.samples import BEGAN, a_call, a_turn
from voice.history.export.markdown import markdown
from voice.history.export.names import apart_from, file_name
from voice.history.export.subtitles import cues, subrip, webvtt
from voice.history.export.table import COLUMNS, csv_table
from voice.history.records import FullCall, TurnRecord

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]")


def rows_of(full: FullCall) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_table(full).decode("utf-8-sig"), newline="")))


def with_turns(*turns: TurnRecord) -> FullCall:
    return FullCall(PLAIN.call, turns)


def test_markdown_tells_the_whole_call() -> None:
    text = markdown(PLAIN, UTC)
    assert text.startswith("# Six times seven\n")
    assert "- Started: 2023-11-14 22:13:20 UTC" in text
    assert "- Length: 1:00" in text
    assert "**Person** · 0:01\n\nWhat is six times seven?" in text
    assert "**Agent** · 0:05 · interrupted\n\nIt is forty\n\n(not heard: two.)" in text
    assert '**Tool** · 0:04 · calculate · done\n\n```\n{"expression": "6\\*7"}' not in text
    assert '```\n{"expression": "6*7"}\n```' in text
    assert "**Person** · 0:09 · typed" in text
    assert "Changed at 0:08:" in text


def test_nothing_said_is_markup_in_markdown() -> None:
    text = markdown(hostile_call(), UTC)
    outside = re.sub(r"(?ms)^(`{3,})\n.*?^\1$", "", text)
    assert not re.search(r"(?<!\\)[<>\[\]|`]", outside)
    assert not CONTROL.search(text)
    headings = [line for line in outside.splitlines() if re.match(r"\s*#", line)]
    assert [line for line in headings if not line.startswith(("# \\=HYPER", "## "))] == []
    assert [line for line in headings if line.startswith("## ")] == [
        "## Note",
        "## Transcript",
        "## Configuration",
    ]
    starts = [
        line for line in outside.splitlines() if re.match(r" {4}|\t|[-+*=] ?[^S]|\d+[.)]\s|>|==|--", line)
    ]
    facts = [line for line in starts if re.match(r"- [A-Z]", line) or line.startswith("**")]
    assert starts == facts
    assert "https\\://evil.test" in outside
    assert "www\\.evil.io" in outside


def test_a_fence_is_longer_than_any_in_what_it_holds() -> None:
    tool = {"name": "t", "status": "done", "arguments": "````\n# out\n````", "result": ""}
    text = markdown(with_turns(a_turn(1, "", "tool", tool=tool)), UTC)
    assert "`````\n````\n# out\n````\n`````" in text


def test_a_table_has_a_row_for_each_turn() -> None:
    rows = rows_of(PLAIN)
    assert [row["speaker"] for row in rows] == ["user", "tool", "agent", "user", "user"]
    assert tuple(rows[0]) == COLUMNS
    reply = rows[2]
    assert reply["text"] == "It is forty"
    assert reply["not_heard"] == "two."
    assert (reply["start_s"], reply["end_s"]) == ("5.0", "7.5")
    assert (reply["latency_ms"], reply["endpointing_ms"]) == ("640", "280")
    assert rows[1]["arguments"] == '{"expression": "6*7"}'
    assert rows[4]["typed"] == "yes"


def test_no_cell_is_a_formula() -> None:
    written = csv_table(hostile_call()).decode("utf-8-sig")
    assert not CONTROL.search(written.replace("\r\n", "\n"))
    rows = rows_of(hostile_call())
    assert len(rows) == len(HOSTILE) + 1
    for row in rows:
        for name, cell in row.items():
            if name not in ("number", "start_s", "end_s"):
                assert not re.match(r"[\s\u00a0\u3000]*[=+\-@|\uff1d\uff0b\uff0d\uff20]", cell), (name, cell)
    # Quoted, so that it stays one cell where a semicolon parts the cells.
    assert '"a;=1+1,""b"""' in written


def test_subtitles_follow_the_call() -> None:
    assert subrip(PLAIN) == (
        "1\n00:00:01,000 --> 00:00:03,000\nPerson: What is six times seven?\n\n"
        "2\n00:00:05,000 --> 00:00:07,000\nAgent: It is forty\n\n"
        "3\n00:00:07,000 --> 00:00:08,000\nPerson: Thanks.\n"
    )
    assert webvtt(PLAIN).startswith(
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Person>What is six times seven?\n"
    )


def test_a_long_turn_is_shown_in_pieces_that_can_be_read() -> None:
    words = " ".join(["word"] * 60)
    made = cues(with_turns(a_turn(1, words, ended_at=BEGAN + 21)))
    assert len(made) == 4
    assert " ".join(" ".join(cue.lines) for cue in made) == words
    assert all(len(line) <= 42 for cue in made for line in cue.lines)
    assert made[0].start == 1.0
    assert made[-1].end == pytest.approx(21.0)


def test_cues_never_overlap_though_people_do() -> None:
    over = with_turns(
        a_turn(1, "A long answer that goes on and on.", "agent", ended_at=BEGAN + 9),
        a_turn(2, "Stop.", ended_at=BEGAN + 2.2),
        a_turn(2, "Please.", ended_at=BEGAN + 3),
        a_turn(3, "Yes.", "agent", ended_at=None),
        a_turn(3, "Sorry.", "agent", ended_at=BEGAN + 3.01),
    )
    made = cues(over)
    assert [" ".join(cue.lines) for cue in made][1:] == ["Stop.", "Please.", "Yes.", "Sorry."]
    assert all(cue.end - cue.start >= 0.49 for cue in made)
    assert all(before.end <= after.start for before, after in pairwise(made))


SRT_BLOCK = re.compile(
    r"\d+\n\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}\n(?:Person|Agent): [^\n]+(?:\n[^\n]+)?"
)
VTT_BLOCK = re.compile(
    r"\d\d:\d\d:\d\d\.\d{3} --> \d\d:\d\d:\d\d\.\d{3}\n<v (?:Person|Agent)>[^<>\n]+(?:\n[^<>\n]+)?"
)


def test_nothing_said_forges_a_cue_or_markup() -> None:
    srt, vtt = subrip(hostile_call()), webvtt(hostile_call())
    expected = len(cues(hostile_call()))
    blocks = srt.rstrip("\n").split("\n\n")
    assert len(blocks) == expected
    assert all(SRT_BLOCK.fullmatch(block) for block in blocks)
    assert not re.search(r"[<>{}\\]", re.sub(r" --> ", "", srt))
    head, *blocks = vtt.rstrip("\n").split("\n\n")
    assert head == "WEBVTT"
    assert len(blocks) == expected
    assert all(VTT_BLOCK.fullmatch(block) for block in blocks)
    assert not CONTROL.search(srt + vtt)


def test_a_file_is_named_after_the_call() -> None:
    assert file_name(PLAIN.call, "md", UTC) == "2023-11-14-2213-six-times-seven.md"
    assert file_name(a_call(), "srt", UTC) == "2023-11-14-2213-call.srt"


@pytest.mark.parametrize(
    "title",
    [
        *HOSTILE,
        "../../etc/passwd",
        "C:\\con",
        "CON",
        "a" * 500,
        "😀" * 100,
        "漢" * 500,
        ".",
        "",
        "-rf",
        "a/b\0c",
    ],
)
def test_a_file_name_is_safe_everywhere(title: str) -> None:
    name = file_name(a_call(title=title), "json", UTC)
    assert re.fullmatch(r"2023-11-14-2213-(\w|-)+\.json", name)
    assert len(name.encode()) <= 200


def test_two_files_of_a_bundle_never_have_the_same_name() -> None:
    assert apart_from("call.md", {"call.md", "call-2.md"}) == "call-3.md"
    assert apart_from("Call.md", {"call.md"}) == "Call-2.md"
