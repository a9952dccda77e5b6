"""Names, labels and icons of the states."""

import pytest

from voice.conversation.state import CallState, duration_text, icon_of, label_of


def test_the_names_a_page_relies_on() -> None:
    assert [state.value for state in CallState] == [
        "idle",
        "connecting",
        "listening",
        "hearing",
        "thinking",
        "speaking",
        "reconnecting",
        "ended",
        "error",
    ]


def test_every_state_has_a_label_and_an_icon_of_its_own() -> None:
    assert len({label_of(state) for state in CallState}) == len(CallState)
    assert len({icon_of(state) for state in CallState}) == len(CallState)
    assert all(icon_of(state).startswith(":material/") for state in CallState)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (14.9, "14 s"),
        (60.0, "1 min 0 s"),
        (134.2, "2 min 14 s"),
        (3725.0, "1 h 2 min"),
        (-1.0, "0 s"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_an_ended_call_tells_its_length() -> None:
    assert label_of(CallState.ENDED, duration_s=134.0) == "Call ended · 2 min 14 s"
    assert label_of(CallState.ENDED) == "Call ended"
