"""What a person reads when the browser refuses the microphone."""

import re

import pytest

from voice.ui.live_component import read_part
from voice.ui.microphone_errors import INSECURE, microphone_failed

UNKNOWN = "The microphone could not be opened."
# What `getUserMedia` raises by the Media Capture specification, section 10.2.
DOM_EXCEPTIONS = [
    "AbortError",
    "NotAllowedError",
    "NotFoundError",
    "NotReadableError",
    "OverconstrainedError",
    "SecurityError",
]


@pytest.mark.parametrize(
    ("name", "what", "next_step"),
    [
        ("InsecureContext", "only to pages on https or localhost", "https"),
        ("NotAllowedError", "not allowed to use the microphone", "Allow the microphone"),
        ("SecurityError", "not allowed to use the microphone", "Allow the microphone"),
        ("NotFoundError", "No microphone was found", "Plug one in"),
        ("OverconstrainedError", "No microphone was found", "Plug one in"),
        ("NotReadableError", "in use by another program", "Close the other program"),
        ("AbortError", "in use by another program", "Close the other program"),
        ("NotSupportedError", "no WebRTC", "current Chrome"),
    ],
)
def test_a_refusal_is_explained_with_what_to_do(name: str, what: str, next_step: str) -> None:
    error = microphone_failed(name)
    assert what in error.sentence
    assert next_step in error.next_step


@pytest.mark.parametrize("name", DOM_EXCEPTIONS)
def test_every_refusal_a_browser_knows_has_its_own_explanation(name: str) -> None:
    assert microphone_failed(name).sentence != UNKNOWN


@pytest.mark.parametrize(
    "name", ["", "TypeError", "<img src=x onerror=alert(1)>", "{sentence}", "x" * 100_000]
)
def test_any_other_text_gets_a_general_answer_and_is_not_repeated(name: str) -> None:
    error = microphone_failed(name)
    assert error.sentence == UNKNOWN
    assert not name or name not in error.sentence + error.next_step


def test_every_reason_that_the_page_gives_by_itself_is_known() -> None:
    given = re.findall(r'problem: "(\w+)"', read_part("microphone.js"))
    assert INSECURE in given
    assert all(microphone_failed(reason).sentence != UNKNOWN for reason in given)
