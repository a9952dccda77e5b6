"""A second voice beside the agent's in the reply track."""

import numpy as np
import pytest
from numpy.typing import NDArray

from voice.audio.aside import Aside

AGENT = np.full(4, 1_000, np.int16)


def frame(value: int) -> NDArray[np.int16]:
    return np.full(4, value, np.int16)


def test_without_a_second_voice_the_agents_samples_are_untouched() -> None:
    assert Aside().mixed_with(AGENT) is AGENT


def test_the_second_voice_is_heard_at_half_its_level_with_the_agents() -> None:
    aside = Aside()
    aside.put(frame(200))
    aside.put(frame(400))
    assert aside.mixed_with(AGENT).tolist() == [1_100] * 4
    assert aside.mixed_with(AGENT).tolist() == [1_200] * 4


def test_it_begins_with_a_head_start_so_that_a_late_frame_leaves_no_hole() -> None:
    aside = Aside()
    aside.put(frame(200))
    assert aside.mixed_with(AGENT) is AGENT
    aside.put(frame(200))
    assert aside.mixed_with(AGENT).tolist() == [1_100] * 4
    aside.put(frame(200))
    assert aside.mixed_with(AGENT).tolist() == [1_100] * 4


def test_when_nobody_plays_the_oldest_frames_are_dropped() -> None:
    aside = Aside()
    for value in range(0, 2_000, 200):
        aside.put(frame(value))
    assert aside.mixed_with(AGENT).tolist() == [1_400] * 4


@pytest.mark.parametrize(("loud", "limit"), [(32_767, 32_767), (-32_768, -32_768)])
def test_two_loud_voices_are_limited_and_do_not_wrap_around(loud: int, limit: int) -> None:
    aside = Aside()
    aside.put(frame(loud))
    aside.put(frame(loud))
    assert aside.mixed_with(np.full(4, loud, np.int16)).tolist() == [limit] * 4
