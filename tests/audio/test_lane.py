"""A lane of a recording: where pieces of sound end up in it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from voice.audio.lane import RECORDING_RATE_HZ, Lane

MS = RECORDING_RATE_HZ // 1000
PIECE = 20 * MS
WINDOW = 500 * MS


def piece(value: int, samples: int = PIECE) -> NDArray[np.int16]:
    return np.full(samples, value, np.int16)


def laid(arrivals: list[tuple[int, int]], until: int) -> NDArray[np.int16]:
    """What a lane holds after pieces of these values came in at these positions, taken as time goes on."""
    lane = Lane()
    taken = []
    for position, value in arrivals:
        lane.add(position, piece(value))
        taken.append(lane.take(max(0, position - WINDOW)))
    taken.append(lane.take(until))
    return np.concatenate(taken)


def first(samples: NDArray[np.int16], value: int) -> int:
    return int(np.flatnonzero(samples == value)[0])


def test_pieces_in_time_follow_each_other_without_a_seam() -> None:
    samples = laid([(index * PIECE, index + 1) for index in range(100)], 100 * PIECE)
    assert np.array_equal(samples, np.repeat(np.arange(1, 101), PIECE))


def test_what_is_not_there_is_silence_of_its_length() -> None:
    assert np.array_equal(Lane().take(5 * PIECE), np.zeros(5 * PIECE))
    samples = laid([(50 * PIECE, 7)], 60 * PIECE)
    assert len(samples) == 60 * PIECE
    assert first(samples, 7) == 50 * PIECE


def test_jitter_of_arrival_moves_nothing() -> None:
    rng = np.random.default_rng(3)
    arrivals = [(index * PIECE + int(rng.integers(0, 15 * MS)), index + 1) for index in range(200)]
    samples = laid(arrivals, 200 * PIECE)
    starts = [first(samples, value) for value in range(1, 201)]
    assert set(np.diff(starts)) == {PIECE}


def test_a_burst_after_a_stall_is_put_where_it_belongs_without_a_gap() -> None:
    stalled = [(index * PIECE, index + 1) for index in range(50)]
    stalled += [(70 * PIECE, index + 1) for index in range(50, 70)]
    stalled += [(index * PIECE, index + 1) for index in range(70, 150)]
    samples = laid(stalled, 150 * PIECE)
    assert np.array_equal(samples, np.repeat(np.arange(1, 151), PIECE))


def test_a_gap_is_silence_and_what_follows_it_is_in_time() -> None:
    lost = [(index * PIECE, index + 1) for index in range(150) if not 50 <= index < 70]
    samples = laid(lost, 150 * PIECE)
    assert not samples[50 * PIECE : 70 * PIECE].any()
    assert first(samples, 71) == 70 * PIECE


@pytest.mark.parametrize("ppm", [-3000, 300, 3000])
def test_a_clock_that_runs_off_is_kept_within_the_tolerance(ppm: int) -> None:
    count = 15_000
    arrivals = [(round(index * PIECE * (1 + ppm / 1e6)), index % 30_000 + 1) for index in range(count)]
    samples = laid(arrivals, arrivals[-1][0] + PIECE)
    kept = [arrival for arrival in arrivals[:: count // 50] if arrival[1] in samples]
    assert len(kept) >= 45
    for position, value in kept:
        assert abs(first(samples, value) - position) <= 25 * MS


def test_sound_that_comes_after_its_place_was_written_does_not_move_what_follows() -> None:
    lane = Lane()
    lane.take(100 * PIECE)
    for index in range(90, 200):
        lane.add(index * PIECE, piece(index))
    samples = lane.take(200 * PIECE)
    assert first(samples, 100) == 0
    assert first(samples, 150) == 50 * PIECE


def test_the_end_is_that_of_the_last_sound() -> None:
    lane = Lane()
    assert lane.end == 0
    lane.add(10 * PIECE, piece(1))
    assert lane.end == 11 * PIECE
    lane.take(20 * PIECE)
    assert lane.end == 20 * PIECE


def test_what_was_sent_ahead_can_be_taken_back() -> None:
    lane = Lane(RECORDING_RATE_HZ // 2)
    for index in range(10):
        lane.add(index * PIECE, piece(index + 1))
    taken = lane.take(2 * PIECE)
    lane.drop_from(5 * PIECE + 100)
    lane.add(8 * PIECE, piece(99))
    samples = np.concatenate([taken, lane.take(10 * PIECE)])
    expected = np.repeat([1, 2, 3, 4, 5, 6, 0, 0, 99, 0], PIECE)
    expected[5 * PIECE + 100 : 6 * PIECE] = 0
    assert np.array_equal(samples, expected)
