"""The files that draw in the browser: speech is never markup, and the token never an address."""

import re
from importlib.resources import files

import pytest

from tests.support.fake_call import FakeSwitchboard
from voice.call.line import Line
from voice.ui.live_component import connection_data, read_part, script_of, style_of

LIVE = files("voice.ui") / "live"
PARTS = sorted(part.name for part in LIVE.iterdir() if part.is_file())
# Ways by which text becomes markup or code.
DANGEROUS = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTMLUnsafe|DOMParser|srcdoc"
    r"|document\s*\.\s*write(?:ln)?|eval|Function\s*\(|import\s*\()"
)


def of_type(suffix: str) -> list[str]:
    return [name for name in PARTS if name.endswith(suffix)]


def test_these_are_the_files() -> None:
    assert {name.rpartition(".")[2] for name in PARTS} == {"js", "html", "css"}
    assert of_type(".js")
    assert of_type(".html")


@pytest.mark.parametrize(
    "line",
    [
        "node.innerHTML = text;",
        "node.outerHTML += text",
        'node.insertAdjacentHTML("beforeend", text)',
        "document.write(text)",
        "eval(text)",
        "new Function(text)",
        "frame.srcdoc = text",
    ],
)
def test_what_is_looked_for_would_be_found(line: str) -> None:
    assert DANGEROUS.search(line)


@pytest.mark.parametrize("name", PARTS)
def test_no_text_becomes_markup_or_code(name: str) -> None:
    assert DANGEROUS.search(read_part(name)) is None


@pytest.mark.parametrize("name", PARTS)
def test_timers_are_given_functions_and_not_text(name: str) -> None:
    assert re.search(r"set(Timeout|Interval)\(\s*[\"'`]", read_part(name)) is None


@pytest.mark.parametrize("name", of_type(".html"))
def test_the_markup_is_fixed_and_has_no_place_for_data_or_scripts(name: str) -> None:
    html = read_part(name)
    assert not re.search(r"[{}$%]", html)
    assert not re.search(r"<script|<iframe|<object|<embed|\son\w+\s*=|javascript:", html, re.IGNORECASE)


@pytest.mark.parametrize("name", PARTS)
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    assert re.search(r"https?://|//cdn|@import|url\(", read_part(name)) is None


def test_what_the_page_needs_to_connect_is_a_path_and_a_token_of_which_one_is_secret() -> None:
    line = Line(FakeSwitchboard())
    data = connection_data(line)
    assert data == {"path": "/live", "token": line.token}
    assert line.token not in data["path"]


def test_the_page_sends_its_token_as_a_message_and_makes_its_address_without_it() -> None:
    script = read_part("connection.js")
    assert "this.socket.send(JSON.stringify({ token: this.token }))" in script
    assert "const url = addressOf(this.path);" in script
    (address,) = re.findall(r"new URL\((.*?)\)", script)
    assert address == "`.${path}`, document.baseURI"
    assert not re.search(r"url\.(search|searchParams|hash|username|password)|cookie|localStorage", script)


def test_a_components_parts_come_after_what_all_share_and_before_its_own() -> None:
    parts = ("transcript.js", "transcript.css")
    script = script_of("panel", parts)
    places = [script.index(read_part(name)) for name in ("connection.js", "transcript.js", "panel.js")]
    assert places == sorted(places)
    assert read_part("transcript.css") in style_of("panel", parts)
    assert "class TranscriptView" not in style_of("panel", parts)
