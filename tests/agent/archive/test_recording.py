"""Where the sound of a session ends up in its recording."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.audio.recordings import RATE_HZ as DECODED_HZ
from tests.audio.recordings import click, clicks_s, read_back
from voice.agent.archive.recording import MAX_AHEAD_S, MAX_WAITING, RATE_HZ, Recording

BEGUN_AT = 1_000.0
TOLERANCE_S = 0.003


def recording(person_rate_hz: int = RATE_HZ, agent_rate_hz: int = RATE_HZ) -> Recording:
    return Recording(begun_at=BEGUN_AT, person_rate_hz=person_rate_hz, agent_rate_hz=agent_rate_hz)


def ended(made: Recording, after_s: float) -> NDArray[np.float32]:
    """Both channels of the file."""
    made.end(BEGUN_AT + after_s)
    made.encode(BEGUN_AT + after_s)
    assert made.finished
    assert made.size == len(made.content)
    return read_back(io.BytesIO(made.content))


def loud(channel: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which hundredths of a second are not silent."""
    steps = channel[: len(channel) // 480 * 480].reshape(-1, 480)
    peaks: NDArray[np.float32] = np.abs(steps).max(axis=1)
    return peaks > 0.05


def noise(duration_s: float, rate_hz: int = RATE_HZ) -> NDArray[np.int16]:
    random = np.random.default_rng(1)
    return random.normal(0, 6_000, round(duration_s * rate_hz)).astype(np.int16)


@pytest.mark.parametrize("rate_hz", [24_000, 8_000])
def test_both_sides_lie_where_they_were_said(rate_hz: int) -> None:
    made = recording(rate_hz, rate_hz)
    # What came in at 1 s began 20 ms before; what is sent at 2 s begins then.
    made.heard(BEGUN_AT + 1, click(rate_hz))
    made.spoke(BEGUN_AT + 2, click(rate_hz))
    left, right = ended(made, 3)
    assert clicks_s(left) == pytest.approx([0.98], abs=TOLERANCE_S)
    assert clicks_s(right) == pytest.approx([2.0], abs=TOLERANCE_S)
    assert len(left) / DECODED_HZ == pytest.approx(3, abs=0.02)


def test_encoding_as_it_goes_on_makes_no_difference() -> None:
    made = recording()
    for piece in range(100):
        now = BEGUN_AT + piece * 0.02
        made.spoke(now, click(RATE_HZ) if piece % 25 == 10 else np.zeros(480, np.int16))
        made.encode(now)
    right = ended(made, 2)[1]
    assert clicks_s(right) == pytest.approx([0.2, 0.7, 1.2, 1.7], abs=TOLERANCE_S)


def test_a_reply_that_was_sent_ahead_ends_where_it_was_cut() -> None:
    made = recording()
    for piece in range(300):
        made.spoke(BEGUN_AT + 0.5 + piece * 0.01, noise(0.01))
    made.encode(BEGUN_AT + 0.6)
    made.cut(BEGUN_AT + 1.5)
    made.spoke(BEGUN_AT + 2.5, noise(0.5))
    spoken = loud(ended(made, 3)[1])
    assert spoken[51:149].all()
    assert not spoken[152:249].any()
    assert spoken[251:299].all()


def test_the_file_is_as_long_as_the_session_and_silent_where_there_was_nothing() -> None:
    left, right = ended(recording(), 2)
    assert len(left) / DECODED_HZ == pytest.approx(2, abs=0.02)
    assert not loud(left).any()
    assert not loud(right).any()


def test_even_a_session_of_no_length_leaves_a_file_that_plays() -> None:
    assert ended(recording(), 0).shape == (2, DECODED_HZ // 50)


def test_what_comes_after_the_end_is_not_recorded() -> None:
    made = recording()
    made.end(BEGUN_AT + 1)
    made.heard(BEGUN_AT + 1, noise(0.5))
    assert not loud(ended(made, 5)[0]).any()
    assert (made.taken, made.dropped) == (0, 1)


def test_what_a_full_queue_drops_is_counted_and_leaves_silence() -> None:
    made = recording()
    for piece in range(MAX_WAITING + 5):
        made.spoke(BEGUN_AT + piece * 0.01, np.ones(240, np.int16))
    assert (made.taken, made.dropped) == (MAX_WAITING, 5)
    made.encode(BEGUN_AT + 1)
    made.spoke(BEGUN_AT + 30, click(RATE_HZ))
    assert clicks_s(ended(made, 31)[1]) == pytest.approx([30], abs=TOLERANCE_S)


def test_a_burst_without_end_is_not_kept_beyond_a_bound() -> None:
    made = recording()
    made.spoke(BEGUN_AT + MAX_AHEAD_S + 1, click(RATE_HZ))
    made.encode(BEGUN_AT)
    assert (made.taken, made.dropped) == (0, 1)


def test_a_failure_ends_the_recording_and_nothing_else() -> None:
    made = recording()
    # Two channels where one belongs.
    made.heard(BEGUN_AT + 1, np.zeros((480, 2), np.int16))
    made.end(BEGUN_AT + 2)
    made.encode(BEGUN_AT + 2)
    assert made.finished
    assert made.failed
    made.heard(BEGUN_AT + 2, noise(0.02))
    made.encode(BEGUN_AT + 3)
