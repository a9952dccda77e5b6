"""The time line of one reply."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice.agent.line_format import FORMATS
from voice.agent.playout import Playout

PCM = FORMATS["audio/pcm"]

Steps = st.lists(st.one_of(st.integers(0, 2000), st.none()), max_size=40)


@given(steps=Steps, lead_in_ms=st.integers(0, 100))
def test_every_sample_is_sent_once_where_it_was_said_to_start(
    steps: list[int | None], lead_in_ms: int
) -> None:
    """A step lays so many samples, or (None) takes a frame."""
    playout = Playout(PCM, lead_in_ms)
    sent, laid = b"", {}
    for value, step in enumerate(steps, start=1):
        if step is None:
            sent += playout.next_frame(100)
        else:
            laid[value] = (playout.lay(np.full(step, value, np.int16)), step)
    while playout.has_speech:
        sent += playout.next_frame(100)
    samples = np.frombuffer(sent, "<i2").copy()
    for value, (start_ms, length) in laid.items():
        start = round(start_ms * 24)
        assert start >= min(lead_in_ms * 24, start)
        assert (samples[start : start + length] == value).all()
        assert np.count_nonzero(samples == value) == length
    assert np.count_nonzero(samples) == sum(length for _, length in laid.values())
    assert all(start_ms >= lead_in_ms for start_ms, _ in laid.values())


def test_frames_are_whole_and_silent_without_speech() -> None:
    assert Playout(PCM, 0).next_frame(100) == b"\0" * 480
    assert Playout(FORMATS["audio/pcmu"], 0).next_frame(100) == b"\xff" * 300
    assert Playout(FORMATS["audio/pcma"], 0).next_frame(100) == b"\xd5" * 300


def test_the_backlog_is_what_was_laid_and_not_sent() -> None:
    playout = Playout(PCM, 0)
    playout.lay(np.ones(480, np.int16))
    assert playout.backlog_ms == 20
    playout.next_frame(100)
    assert (playout.backlog_ms, playout.sent_ms) == (10, 10)
