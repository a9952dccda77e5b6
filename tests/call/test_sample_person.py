"""When the recorded person of a sample call speaks, and what its clips say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.support.speech import recognise, word_error_rate
from voice.call.sample_person import (
    CLIPS,
    FRAME_MS,
    FRAME_SAMPLES,
    GREETING_PATIENCE_S,
    INTERRUPT_AFTER_S,
    MAX_CALL_S,
    PATIENCE_S,
    PAUSE_S,
    Line,
    SamplePerson,
    ScriptLine,
    as_frame,
    read_clip,
    read_script,
)
from voice.conversation.state import CallState

CLIP = np.full(FRAME_SAMPLES + FRAME_SAMPLES // 2, 7, np.int16)
OTHER = np.full(FRAME_SAMPLES, 9, np.int16)


def frames_in(seconds: float) -> int:
    return round(seconds * 1000 / FRAME_MS)


def hear(person: SamplePerson, state: CallState, seconds: float) -> NDArray[np.int16]:
    """All that the person says while the agent is in one state."""
    frames = [person.frame(state) for _ in range(frames_in(seconds))]
    return np.concatenate(frames) if frames else np.empty(0, np.int16)


def greet(person: SamplePerson) -> NDArray[np.int16]:
    """The agent greets, and listens until just before the person would speak."""
    heard = hear(person, CallState.SPEAKING, 2.0)
    return np.concatenate([heard, hear(person, CallState.LISTENING, PAUSE_S - FRAME_MS / 1000)])


def test_the_first_line_waits_for_the_end_of_the_greeting_and_a_pause() -> None:
    person = SamplePerson([Line(CLIP)])
    assert not greet(person).any()
    said = hear(person, CallState.LISTENING, 0.06)
    assert said[: len(CLIP)].tolist() == CLIP.tolist()
    assert not said[len(CLIP) :].any()


def test_an_agent_that_does_not_greet_is_spoken_to_all_the_same() -> None:
    person = SamplePerson([Line(CLIP)])
    assert not hear(person, CallState.LISTENING, GREETING_PATIENCE_S - 0.04).any()
    assert hear(person, CallState.LISTENING, 0.1).any()


def test_the_next_line_waits_for_the_answer() -> None:
    person = SamplePerson([Line(CLIP), Line(OTHER)])
    greet(person)
    hear(person, CallState.LISTENING, 0.04)
    assert not hear(person, CallState.HEARING, 0.5).any()
    assert not hear(person, CallState.THINKING, 1.0).any()
    assert not hear(person, CallState.LISTENING, PAUSE_S + 0.1).any()
    assert not hear(person, CallState.SPEAKING, 3.0).any()
    assert 9 in hear(person, CallState.LISTENING, PAUSE_S + 0.02)


def test_an_interruption_comes_well_into_the_reply() -> None:
    person = SamplePerson([Line(CLIP), Line(OTHER, interrupts=True)])
    greet(person)
    hear(person, CallState.LISTENING, 0.04)
    assert not hear(person, CallState.SPEAKING, INTERRUPT_AFTER_S - 0.02).any()
    assert 9 in hear(person, CallState.SPEAKING, 0.02)


def test_a_reply_too_short_to_interrupt_is_answered_after_a_pause() -> None:
    person = SamplePerson([Line(CLIP), Line(OTHER, interrupts=True)])
    greet(person)
    hear(person, CallState.LISTENING, 0.04)
    assert not hear(person, CallState.SPEAKING, INTERRUPT_AFTER_S / 2).any()
    assert 9 in hear(person, CallState.LISTENING, PAUSE_S + 0.02)


def test_an_agent_that_stays_silent_is_asked_the_next_thing_in_the_end() -> None:
    person = SamplePerson([Line(CLIP), Line(OTHER)])
    greet(person)
    hear(person, CallState.LISTENING, 0.04)
    assert not hear(person, CallState.LISTENING, PATIENCE_S - 0.04).any()
    assert 9 in hear(person, CallState.LISTENING, 0.1)


def test_after_the_last_answer_the_person_hangs_up() -> None:
    person = SamplePerson([Line(CLIP)])
    greet(person)
    hear(person, CallState.LISTENING, 0.04)
    hear(person, CallState.SPEAKING, 1.0)
    assert not person.hung_up
    hear(person, CallState.LISTENING, PAUSE_S)
    assert person.hung_up


@given(st.lists(st.sampled_from(CallState), min_size=1, max_size=8))
def test_whatever_the_agent_does_the_call_ends(states: list[CallState]) -> None:
    person = SamplePerson([Line(CLIP), Line(OTHER, interrupts=True)])
    for number in range(frames_in(MAX_CALL_S)):
        frame = person.frame(states[number // 50 % len(states)])
        assert frame.shape == (FRAME_SAMPLES,)
        if person.hung_up:
            return
    assert person.hung_up


def test_a_frame_is_what_a_browser_would_send() -> None:
    frame = as_frame(OTHER)
    assert (frame.sample_rate, frame.samples, frame.layout.name) == (48_000, 960, "mono")
    assert frame.to_ndarray().reshape(-1).tolist() == OTHER.tolist()


@pytest.mark.parametrize("line", read_script(), ids=lambda line: line.clip)
def test_every_clip_is_understood_as_its_words(line: ScriptLine) -> None:
    assert word_error_rate(line.text, recognise(read_clip(line.clip))) <= 0.2


def test_the_script_has_several_turns_one_interruption_and_a_goodbye() -> None:
    script = read_script()
    assert len(script) >= 4
    assert sum(line.interrupts for line in script) == 1
    assert "goodbye" in script[-1].text.lower()
    assert {path.stem for path in CLIPS.glob("*.ogg")} == {line.clip for line in script}
