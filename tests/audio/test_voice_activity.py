"""When a person begins and stops to speak, from the loudness of their microphone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audio.signals import Pcm, noise, sine
from tests.support.speech import read_clip
from voice.audio.levels import level_dbfs
from voice.audio.voice_activity import CHUNK_MS, HEARD_AFTER_MS, PAUSED_AFTER_MS, Voice, VoiceActivity

RATE_HZ = 24_000
CHUNK = RATE_HZ * CHUNK_MS // 1000
SECOND = np.zeros(RATE_HZ, np.int16)


def found(samples: Pcm) -> list[tuple[Voice, int]]:
    """What is found, with the millisecond it lies at."""
    activity = VoiceActivity()
    back_ms = {Voice.HEARD: HEARD_AFTER_MS, Voice.PAUSED: PAUSED_AFTER_MS}
    events = []
    for index in range(len(samples) // CHUNK):
        voice = activity.feed(level_dbfs(samples[index * CHUNK : (index + 1) * CHUNK]))
        if voice is not None:
            events.append((voice, (index + 1) * CHUNK_MS - back_ms[voice]))
    return events


def room(samples: Pcm, rms: float) -> Pcm:
    """The same in a noisy room."""
    return (samples + noise(len(samples), rms=rms)).clip(-32768, 32767).astype(np.int16)


def test_a_sound_is_found_where_it_begins_and_ends() -> None:
    samples = np.concatenate((SECOND, sine(300, RATE_HZ, 0.5), SECOND))
    assert found(samples) == [(Voice.HEARD, 1000), (Voice.PAUSED, 1500)]


@pytest.mark.parametrize("clip", ["goforward", "numbers", "cards_005", "austen_0880"])
@pytest.mark.parametrize("noise_rms", [0.0, 60.0])
def test_the_end_of_real_speech_is_found_also_in_a_noisy_room(clip: str, noise_rms: float) -> None:
    speech = read_clip(clip, RATE_HZ)
    loud = np.flatnonzero(np.abs(speech.astype(np.int32)) > 1_000)[-1] * 1000 / RATE_HZ
    events = found(room(np.concatenate((SECOND, speech, SECOND, SECOND)), noise_rms))
    last, at = events[-1]
    assert last is Voice.PAUSED
    # The loud part of the last word ends before its last sound does.
    assert -40 <= at - 1000 - loud <= 250


def test_a_steady_noise_is_taken_for_the_room_after_a_while() -> None:
    events = found(np.concatenate([noise(RATE_HZ * 8, rms=400), sine(300, RATE_HZ, 0.5), noise(RATE_HZ)]))
    assert [voice for voice, _ in events][:2] == [Voice.HEARD, Voice.PAUSED]
    assert events[1][1] < 4_000


def test_speech_over_a_steady_noise_is_still_found() -> None:
    talk = sine(300, RATE_HZ, 1.0, peak=8_000)
    samples = room(np.concatenate([np.zeros(RATE_HZ * 6, np.int16), talk, SECOND]), 400)
    assert found(samples)[-2:] == [(Voice.HEARD, 6_000), (Voice.PAUSED, 7_000)]


def test_a_click_is_no_voice_and_does_not_lengthen_one() -> None:
    click = sine(1_000, RATE_HZ, 0.04)
    assert found(np.concatenate((SECOND, click, SECOND))) == []
    gap = np.zeros(RATE_HZ * 60 // 1000, np.int16)
    samples = np.concatenate((SECOND, sine(300, RATE_HZ, 0.5), gap, click, SECOND))
    assert found(samples) == [(Voice.HEARD, 1000), (Voice.PAUSED, 1500)]


@given(st.lists(st.floats(-100.0, 0.0), max_size=400))
def test_heard_and_paused_take_turns_whatever_comes(levels: list[float]) -> None:
    activity = VoiceActivity()
    events = [voice for level in levels if (voice := activity.feed(level)) is not None]
    assert events == [Voice.HEARD, Voice.PAUSED] * (len(events) // 2) + [Voice.HEARD] * (len(events) % 2)
