"""The timeline of one reply."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.agent.line_format import FORMATS
from voice.agent.playout import Playout

PCM = FORMATS["audio/pcm"]

Steps = st.lists(st.one_of(st.integers(0, 2000), st.none()), max_size=40)


@given(steps=Steps)
def test_every_sample_is_sent_once_where_it_was_said_to_start(steps: list[int | None]) -> None:
    """A step lays so many samples, or (None) takes a frame if there is a whole one."""
    playout = Playout(PCM)
    sent, laid = b"", {}
    for value, step in enumerate(steps, start=1):
        if step is not None:
            laid[value] = (playout.lay(np.full(step, value, np.int16)), step)
        elif playout.has_frame:
            sent += playout.next_frame(100)
    while not playout.is_empty:
        sent += playout.next_frame(100)
    samples = np.frombuffer(sent, "<i2")
    end = 0
    for value, (start_ms, length) in laid.items():
        assert round(start_ms * 24) == end, "nothing lies between two pieces of sound"
        assert (samples[end : end + length] == value).all()
        end += length
    assert end <= len(samples) < end + 240, "silence fills up the last frame only"
    assert not samples[end:].any()


def test_a_part_of_a_frame_waits_for_more() -> None:
    playout = Playout(PCM)
    playout.lay(np.ones(250, np.int16))
    playout.next_frame(100)
    assert (playout.has_frame, playout.is_empty) == (False, False)
    playout.lay(np.ones(230, np.int16))
    assert playout.has_frame
    assert np.frombuffer(playout.next_frame(100), "<i2").all()


@pytest.mark.parametrize(("encoding", "silence"), [("pcm", b"\0\0"), ("pcmu", b"\xff"), ("pcma", b"\xd5")])
def test_the_last_frame_is_filled_up_with_silence(encoding: str, silence: bytes) -> None:
    line = FORMATS[f"audio/{encoding}"]
    playout = Playout(line)
    playout.lay(np.full(10, 8_000, np.int16))
    frame = playout.next_frame(100)
    assert len(frame) == line.frame_samples * len(silence)
    assert frame.endswith(silence * (line.frame_samples - 10))
    assert playout.is_empty


def test_the_backlog_is_what_was_laid_and_not_sent() -> None:
    playout = Playout(PCM)
    playout.lay(np.ones(480, np.int16))
    assert playout.backlog_ms == 20
    playout.next_frame(100)
    assert (playout.backlog_ms, playout.sent_ms) == (10, 10)
