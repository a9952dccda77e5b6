"""The report: one page that needs nothing else, in which no words are anything but text."""

import base64
import hashlib
import re
from datetime import UTC
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.history.export.calls import HOSTILE, PLAIN, hostile_call
from voice.history.export.report import report
from voice.history.export.words import clean
from voice.history.records import FullCall

RECORDED = replace(PLAIN, call=replace(PLAIN.call, has_recording=True))


class Reader(HTMLParser):
    """Every tag, attribute and piece of text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        (self.scripts if self._inside in ("script", "style") else self.texts).append(data)


def test_the_page_holds_sound_timeline_and_transcript(recording: Path) -> None:
    page = report(RECORDED, recording, UTC)
    read = Reader(page)
    source = dict(read.attributes)["src"]
    assert source.startswith("data:audio/ogg;base64,")
    assert base64.b64decode(source.partition(",")[2]) == recording.read_bytes()
    assert read.tags.count("polygon") == 2
    assert "What is six times seven?" in read.texts
    assert "Not heard: two." in read.texts
    assert "▶ 0:05" in read.texts
    assert "Interrupted" in read.texts
    assert '{"value": 42}' in read.texts


def test_the_page_asks_nobody_for_anything(recording: Path) -> None:
    read = Reader(report(RECORDED, recording, UTC))
    policy = next(value for name, value in read.attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none'; media-src data:;")
    assert "unsafe" not in policy
    for part in read.scripts:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'" in policy
    assert len(read.scripts) == 2
    sources = [value for name, value in read.attributes if name in ("src", "href")]
    assert all(source.startswith("data:audio/ogg;base64,") for source in sources)
    assert not re.search(r"url\(|@import|fetch\(|XMLHttp", "".join(read.scripts))


def test_nothing_said_becomes_a_tag_an_attribute_or_a_script(recording: Path) -> None:
    hostile, plain = Reader(report(hostile_call(), recording, UTC)), Reader(report(RECORDED, recording, UTC))
    assert set(hostile.tags) == set(plain.tags)
    assert {name for name, _ in hostile.attributes} == {name for name, _ in plain.attributes}
    assert hostile.scripts == plain.scripts
    for words in HOSTILE:
        assert clean(words) in hostile.texts
        assert f"Not heard: {clean(words)}" in hostile.texts
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", "".join(hostile.texts))


def test_words_that_read_from_the_right_do_so(recording: Path) -> None:
    assert '<p dir="auto">שלום 👋🏽 مرحبا</p>' in report(hostile_call(), recording, UTC)


@pytest.mark.parametrize(
    ("full", "content", "told"),
    [
        (PLAIN, b"", "This call was not recorded."),
        (RECORDED, None, "The recording of this call is not there."),
        (RECORDED, b"nonsense", "The recording of this call is damaged."),
    ],
)
def test_without_its_sound_the_page_says_so_and_can_be_read(
    full: FullCall, content: bytes | None, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "call.ogg"
    if content is not None:
        path.write_bytes(content)
    read = Reader(report(full, path, UTC))
    assert told in read.texts
    assert not {"audio", "button", "polygon"} & set(read.tags)
    assert "What is six times seven?" in read.texts
    assert read.tags.count("rect") >= 3
