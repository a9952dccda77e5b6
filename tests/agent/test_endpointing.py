"""Turns begin, end and interrupt when the settings say so, in frames of 32 ms."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from voice.agent.endpointing import FRAME_MS, MAX_TURN_MS, ONSET_MS, Decision, Endpointer
from voice.agent.listener_config import ListenerConfig, TranscriptionMode

STARTED, STOPPED, BARGE_IN = Decision.SPEECH_STARTED, Decision.SPEECH_STOPPED, Decision.BARGE_IN
SPEECH, SILENCE = 0.95, 0.02
COMPLETE, HANGING = "Go forward ten meters.", "Go forward and"


def run(
    endpointer: Endpointer,
    probability: float,
    duration_ms: int,
    *,
    agent_speaking: bool = False,
    text: str | None = COMPLETE,
) -> list[tuple[Decision, int]]:
    """Feed a level for a while; return the decisions, each with the ms fed until then."""
    decided: list[tuple[Decision, int]] = []
    for elapsed_ms in range(FRAME_MS, duration_ms + 1, FRAME_MS):
        decisions = endpointer.step(probability, agent_speaking=agent_speaking, text=text)
        decided.extend((decision, elapsed_ms) for decision in decisions)
    return decided


def kinds(decided: Iterable[tuple[Decision, int]]) -> list[Decision]:
    return [decision for decision, _ in decided]


def open_turn(config: ListenerConfig) -> Endpointer:
    endpointer = Endpointer(config)
    assert kinds(run(endpointer, SPEECH, 480)) == [STARTED]
    return endpointer


def silence_until_stop(endpointer: Endpointer, text: str | None, limit_ms: int = 12_000) -> int:
    (decision, elapsed_ms), *rest = run(endpointer, SILENCE, limit_ms, text=text)
    assert decision is STOPPED
    assert rest == []
    return elapsed_ms


def whole_frames(duration_ms: int) -> int:
    return -(-duration_ms // FRAME_MS) * FRAME_MS


def manual(min_silence_ms: int, max_silence_ms: int) -> ListenerConfig:
    return ListenerConfig(adaptive=False, min_silence_ms=min_silence_ms, max_silence_ms=max_silence_ms)


class TestOnset:
    def test_speech_starts_a_turn_after_the_debounce(self) -> None:
        assert run(Endpointer(ListenerConfig()), SPEECH, 480) == [(STARTED, ONSET_MS)]

    def test_clicks_start_nothing(self) -> None:
        endpointer = Endpointer(ListenerConfig())
        for _ in range(20):
            assert run(endpointer, SPEECH, 2 * FRAME_MS) == []
            assert run(endpointer, SILENCE, 5 * FRAME_MS) == []

    def test_a_stop_consonant_does_not_undo_the_onset(self) -> None:
        endpointer = Endpointer(ListenerConfig())
        assert run(endpointer, SPEECH, 3 * FRAME_MS) == []
        assert run(endpointer, SILENCE, 2 * FRAME_MS) == []
        assert kinds(run(endpointer, SPEECH, FRAME_MS)) == [STARTED]

    @pytest.mark.parametrize(("threshold", "starts"), [(0.3, True), (0.5, True), (0.7, False)])
    def test_the_threshold_decides_what_is_speech(self, threshold: float, starts: bool) -> None:
        endpointer = Endpointer(ListenerConfig(vad_threshold=threshold))
        assert bool(run(endpointer, 0.6, 480)) is starts

    @pytest.mark.parametrize("threshold", [0.0, 1.0])
    def test_the_ends_of_the_threshold_still_tell_speech_from_silence(self, threshold: float) -> None:
        endpointer = Endpointer(ListenerConfig(vad_threshold=threshold))
        assert kinds(run(endpointer, 0.999, 480)) == [STARTED]
        assert kinds(run(endpointer, 0.001, 3000)) == [STOPPED]


class TestAdaptiveEnd:
    @pytest.mark.parametrize(
        ("mode", "complete_ms", "unclear_ms", "unfinished_ms"),
        [("min_latency", 400, 600, 1200), ("balanced", 600, 900, 1800), ("max_accuracy", 900, 1400, 2600)],
    )
    def test_patience_follows_the_mode_and_the_words(
        self, mode: TranscriptionMode, complete_ms: int, unclear_ms: int, unfinished_ms: int
    ) -> None:
        config = ListenerConfig(transcription_mode=mode)
        assert silence_until_stop(open_turn(config), COMPLETE) == whole_frames(complete_ms)
        assert silence_until_stop(open_turn(config), "go forward") == whole_frames(unclear_ms)
        assert silence_until_stop(open_turn(config), HANGING) == whole_frames(unfinished_ms)

    def test_unknown_words_get_the_longest_patience(self) -> None:
        assert silence_until_stop(open_turn(ListenerConfig()), None) == whole_frames(1800)

    def test_silence_settings_of_manual_mode_do_not_act(self) -> None:
        config = ListenerConfig(adaptive=True, min_silence_ms=5000, max_silence_ms=6000)
        assert silence_until_stop(open_turn(config), COMPLETE) == whole_frames(600)

    def test_a_pause_shorter_than_the_patience_keeps_the_turn(self) -> None:
        endpointer = open_turn(ListenerConfig())
        assert run(endpointer, SILENCE, 560) == []
        assert run(endpointer, SPEECH, 480) == []
        assert silence_until_stop(endpointer, COMPLETE) == whole_frames(600)

    def test_a_fading_voice_between_the_thresholds_is_not_a_pause(self) -> None:
        endpointer = open_turn(ListenerConfig(vad_threshold=0.5))
        assert run(endpointer, 0.4, 3200) == []


class TestManualEnd:
    def test_minimum_silence_ends_complete_words(self) -> None:
        assert silence_until_stop(open_turn(manual(320, 1600)), COMPLETE) == 320

    @pytest.mark.parametrize("text", [HANGING, None])
    def test_maximum_silence_forces_all_others(self, text: str | None) -> None:
        assert silence_until_stop(open_turn(manual(320, 1600)), text) == 1600

    def test_silences_changed_during_the_silence_act_at_once(self) -> None:
        endpointer = open_turn(manual(3200, 6400))
        assert run(endpointer, SILENCE, 960) == []
        endpointer.config = manual(640, 6400)
        assert run(endpointer, SILENCE, FRAME_MS) == [(STOPPED, FRAME_MS)]

    def test_a_longer_silence_set_during_the_silence_saves_the_turn(self) -> None:
        endpointer = open_turn(manual(640, 1280))
        run(endpointer, SILENCE, 320)
        endpointer.config = manual(3200, 6400)
        assert silence_until_stop(endpointer, COMPLETE) == 3200 - 320

    def test_a_threshold_raised_in_mid_turn_turns_murmur_into_silence(self) -> None:
        endpointer = open_turn(manual(320, 1600))
        assert run(endpointer, 0.6, 640) == []
        endpointer.config = replace(endpointer.config, vad_threshold=0.9)
        assert kinds(run(endpointer, 0.6, 320)) == [STOPPED]

    def test_words_are_asked_for_one_frame_before_they_can_decide(self) -> None:
        endpointer = open_turn(manual(320, 1600))
        run(endpointer, SILENCE, 320 - 2 * FRAME_MS)
        assert not endpointer.text_would_decide
        run(endpointer, SILENCE, FRAME_MS)
        assert endpointer.text_would_decide


class TestBargeIn:
    @pytest.mark.parametrize("delay_ms", [0, 320, 960])
    def test_speech_over_the_agent_interrupts_after_debounce_and_delay(self, delay_ms: int) -> None:
        endpointer = Endpointer(ListenerConfig(interruption_delay_ms=delay_ms))
        due_ms = ONSET_MS + delay_ms
        assert run(endpointer, SPEECH, 2000, agent_speaking=True) == [(STARTED, due_ms), (BARGE_IN, due_ms)]

    def test_a_back_channel_does_not_interrupt(self) -> None:
        endpointer = Endpointer(ListenerConfig(transcription_mode="balanced"))
        for _ in range(5):
            assert run(endpointer, SPEECH, 416, agent_speaking=True) == []
            assert run(endpointer, SILENCE, 960, agent_speaking=True) == []

    def test_words_with_ordinary_gaps_add_up(self) -> None:
        endpointer = Endpointer(ListenerConfig(interruption_delay_ms=512))
        assert run(endpointer, SPEECH, 416, agent_speaking=True) == []
        assert run(endpointer, SILENCE, 192, agent_speaking=True) == []
        assert kinds(run(endpointer, SPEECH, 416, agent_speaking=True)) == [STARTED, BARGE_IN]

    def test_a_delay_lowered_during_the_speech_acts_at_once(self) -> None:
        endpointer = Endpointer(ListenerConfig(interruption_delay_ms=1000))
        assert run(endpointer, SPEECH, 480, agent_speaking=True) == []
        endpointer.config = ListenerConfig(interruption_delay_ms=0)
        assert kinds(run(endpointer, SPEECH, FRAME_MS, agent_speaking=True)) == [STARTED, BARGE_IN]

    def test_speech_as_the_agent_finishes_is_an_ordinary_turn(self) -> None:
        endpointer = Endpointer(ListenerConfig())
        assert run(endpointer, SPEECH, 320, agent_speaking=True) == []
        assert kinds(run(endpointer, SPEECH, 320, agent_speaking=False)) == [STARTED]

    def test_an_agent_that_starts_in_mid_turn_is_interrupted_once(self) -> None:
        endpointer = open_turn(ListenerConfig(interruption_delay_ms=320))
        assert run(endpointer, SPEECH, 2000, agent_speaking=True) == [(BARGE_IN, ONSET_MS + 320)]

    def test_the_interrupting_turn_ends_like_any_other(self) -> None:
        endpointer = Endpointer(ListenerConfig())
        run(endpointer, SPEECH, 960, agent_speaking=True)
        assert silence_until_stop(endpointer, COMPLETE) == whole_frames(600)


class TestNoInterruption:
    CONFIG = ListenerConfig(interrupt_response=False)

    def test_speech_over_the_agent_becomes_a_turn_when_it_is_done(self) -> None:
        endpointer = Endpointer(self.CONFIG)
        assert run(endpointer, SPEECH, 2000, agent_speaking=True) == []
        assert run(endpointer, SILENCE, 2000, agent_speaking=True) == []
        assert kinds(run(endpointer, SILENCE, 320)) == [STARTED, STOPPED]

    def test_speech_that_outlasts_the_agent_goes_on_as_the_same_turn(self) -> None:
        endpointer = Endpointer(self.CONFIG)
        assert run(endpointer, SPEECH, 960, agent_speaking=True) == []
        assert run(endpointer, SPEECH, 960) == [(STARTED, FRAME_MS)]
        assert silence_until_stop(endpointer, COMPLETE) == whole_frames(600)

    def test_interruption_allowed_in_mid_speech_announces_the_turn_and_interrupts(self) -> None:
        endpointer = Endpointer(self.CONFIG)
        assert run(endpointer, SPEECH, 960, agent_speaking=True) == []
        endpointer.config = ListenerConfig(interrupt_response=True, interruption_delay_ms=0)
        assert kinds(run(endpointer, SPEECH, 480, agent_speaking=True)) == [STARTED, BARGE_IN]

    def test_an_open_turn_never_interrupts_an_agent_that_starts(self) -> None:
        assert run(open_turn(self.CONFIG), SPEECH, 3200, agent_speaking=True) == []


def test_a_turn_without_end_is_cut_and_the_speech_starts_another() -> None:
    endpointer = Endpointer(ListenerConfig())
    decided = run(endpointer, SPEECH, MAX_TURN_MS + 2 * ONSET_MS)
    assert kinds(decided) == [STARTED, STOPPED, STARTED]
    assert decided[1][1] - decided[0][1] == MAX_TURN_MS
