import threading

import numpy as np
import pytest

from tests.audio.signals import Pcm, noise, sine
from voice.audio.levels import SILENCE_DBFS
from voice.audio.reply_buffer import FADE_MS, MAX_QUEUED_S, MAX_REPLIES, Flushed, ReplyBuffer
from voice.audio.resample import Resampler

FRAME = 960
FADE = FADE_MS * 48


class Heard:
    """Writes down what the buffer tells."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, int]] = []
        self.lead_ins_ms: list[tuple[float, float]] = []

    def on_audible(self, reply_id: str, lead_in_ms: float, in_ms: float) -> None:
        self.events.append(("audible", reply_id, 0))
        self.lead_ins_ms.append((lead_in_ms, in_ms))

    def on_drained(self, reply_id: str, played_ms: int) -> None:
        self.events.append(("drained", reply_id, played_ms))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def buffer(heard: Heard) -> ReplyBuffer:
    return ReplyBuffer(heard)


def upsampled(samples: Pcm) -> Pcm:
    resampler = Resampler(24_000, 48_000)
    return np.concatenate((resampler.process(samples), resampler.flush()))


def pull_ms(buffer: ReplyBuffer, milliseconds: int) -> Pcm:
    return np.concatenate([buffer.pull(FRAME) for _ in range(milliseconds // 20)])


def test_an_empty_buffer_is_silent_for_as_long_as_asked(buffer: ReplyBuffer) -> None:
    np.testing.assert_array_equal(buffer.pull(FRAME), np.zeros(FRAME))
    assert buffer.level_dbfs == SILENCE_DBFS


def test_a_reply_plays_whole_and_exactly(buffer: ReplyBuffer) -> None:
    speech = noise(24_000)
    buffer.push("a", speech.tobytes())
    buffer.finish("a")
    np.testing.assert_array_equal(pull_ms(buffer, 1000), upsampled(speech))
    assert buffer.played_ms("a") == 1000
    assert not pull_ms(buffer, 20).any()


@pytest.mark.parametrize("step", [1, 3, 479, 481, 48_000])
def test_bytes_may_be_cut_anywhere_even_within_a_sample(buffer: ReplyBuffer, step: int) -> None:
    data = noise(2400).tobytes()
    for start in range(0, len(data), step):
        buffer.push("a", data[start : start + step])
    buffer.finish("a")
    np.testing.assert_array_equal(pull_ms(buffer, 100), upsampled(noise(2400)))


def test_what_is_playing_is_known_until_its_last_sample_or_a_cut(buffer: ReplyBuffer) -> None:
    buffer.push("a", noise(960).tobytes())
    buffer.push("b", noise(4800).tobytes())
    seen = [buffer.playing]
    for milliseconds in (40, 40):
        pull_ms(buffer, milliseconds)
        seen.append(buffer.playing)
    buffer.flush()
    seen.append(buffer.playing)
    buffer.push("c", noise(480).tobytes())
    buffer.finish("c")
    pull_ms(buffer, 40)
    seen.append(buffer.playing)
    assert seen == [None, ("a", 40), ("b", 40), None, None]


def test_an_odd_byte_does_not_spill_into_the_next_reply(buffer: ReplyBuffer) -> None:
    buffer.push("a", noise(480).tobytes() + b"\x7f")
    buffer.finish("a")
    buffer.push("b", noise(480, seed=2).tobytes())
    buffer.finish("b")
    out = pull_ms(buffer, 40)
    np.testing.assert_array_equal(out[FRAME:], upsampled(noise(480, seed=2)))


def test_the_next_reply_follows_without_a_gap(buffer: ReplyBuffer) -> None:
    buffer.push("a", noise(500).tobytes())
    buffer.push("b", noise(460, seed=2).tobytes())
    buffer.finish("a")
    buffer.finish("b")
    expected = np.concatenate((upsampled(noise(500)), upsampled(noise(460, seed=2))))
    np.testing.assert_array_equal(pull_ms(buffer, 40), expected)


def test_played_counts_what_was_pulled_and_not_what_was_queued(buffer: ReplyBuffer) -> None:
    buffer.push("a", noise(24_000).tobytes())
    pull_ms(buffer, 60)
    assert buffer.played_ms("a") == 60
    assert buffer.played_ms("never heard of") == 0
    assert buffer.queued_ms == 1000 - 60 - 2


def test_a_flush_says_what_was_cut_and_fades_instead_of_clicking(buffer: ReplyBuffer) -> None:
    buffer.push("a", np.full(24_000, 10_000, np.int16).tobytes())
    pull_ms(buffer, 100)
    assert buffer.flush() == Flushed("a", 100 + FADE_MS)
    out = buffer.pull(FRAME).astype(np.int32)
    assert out[0] == 10_000
    assert np.all(np.diff(out[:FADE]) <= 0)
    assert np.abs(np.diff(out)).max() < 100
    assert not out[FADE:].any()
    assert buffer.played_ms("a") == 100 + FADE_MS
    assert buffer.queued_ms == 0


def test_a_fade_spans_as_many_chunks_as_it_needs(buffer: ReplyBuffer) -> None:
    for sample in np.full(24_000, 10_000, np.int16).reshape(-1, 24)[:40]:
        buffer.push("a", sample.tobytes())
    buffer.pull(FRAME)
    buffer.flush()
    assert np.count_nonzero(buffer.pull(FRAME)) == FADE - 1


def test_late_audio_of_a_cut_reply_is_dropped_and_counted(buffer: ReplyBuffer, heard: Heard) -> None:
    buffer.push("a", noise(24_000).tobytes())
    buffer.pull(FRAME)
    buffer.flush()
    buffer.pull(FRAME)
    for _ in range(3):
        buffer.push("a", noise(480).tobytes())
    buffer.finish("a")
    assert not pull_ms(buffer, 40).any()
    assert buffer.dropped_late == 3
    assert [name for name, _, _ in heard.events] == ["audible"]


def test_a_reply_that_waited_in_the_queue_is_cut_with_the_one_playing(buffer: ReplyBuffer) -> None:
    buffer.push("a", noise(2400).tobytes())
    buffer.push("b", noise(2400).tobytes())
    buffer.pull(FRAME)
    assert buffer.flush().reply_id == "a"
    buffer.push("b", noise(480).tobytes())
    assert not pull_ms(buffer, 40)[FADE:].any()
    assert buffer.played_ms("b") == 0


def test_a_reply_that_ran_dry_in_the_middle_is_cut_too(buffer: ReplyBuffer) -> None:
    buffer.push("a", noise(480).tobytes())
    pull_ms(buffer, 100)
    assert buffer.flush() == Flushed("a", 18)
    buffer.push("a", noise(480).tobytes())
    assert not buffer.pull(FRAME).any()


def test_a_new_reply_plays_from_its_first_sample_right_after_the_fade(buffer: ReplyBuffer) -> None:
    buffer.push("a", noise(24_000).tobytes())
    buffer.pull(FRAME)
    buffer.flush()
    buffer.push("b", noise(2400, seed=2).tobytes())
    out = pull_ms(buffer, 60)
    np.testing.assert_array_equal(out[FADE : FADE + 2000], upsampled(noise(2400, seed=2))[:2000])


def test_a_flush_of_nothing_and_of_what_was_played_out_cuts_nothing(buffer: ReplyBuffer) -> None:
    assert buffer.flush() == Flushed(None, 0)
    buffer.push("a", noise(480).tobytes())
    buffer.finish("a")
    pull_ms(buffer, 40)
    assert buffer.flush() == Flushed(None, 0)
    assert buffer.played_ms("a") == 20


def test_a_flush_before_the_first_sample_played_makes_no_sound(buffer: ReplyBuffer) -> None:
    buffer.push("a", noise(2400).tobytes())
    assert buffer.flush() == Flushed("a", 0)
    assert not buffer.pull(FRAME).any()


def test_audible_is_told_once_and_only_when_sound_follows_the_silent_lead(
    buffer: ReplyBuffer, heard: Heard
) -> None:
    buffer.push("a", np.zeros(24_000 // 4, np.int16).tobytes() + sine(300, 24_000, 0.5).tobytes())
    pull_ms(buffer, 240)
    assert heard.events == []
    pull_ms(buffer, 200)
    assert heard.events == [("audible", "a", 0)]
    assert heard.lead_ins_ms == [(250, 10)]


def test_the_silent_lead_is_of_the_reply_and_not_of_the_frame(buffer: ReplyBuffer, heard: Heard) -> None:
    silent = np.zeros(24_000 * 35 // 1000, np.int16).tobytes()
    buffer.push("a", sine(300, 24_000, 0.03).tobytes())
    buffer.finish("a")
    buffer.push("b", silent + sine(300, 24_000, 0.5).tobytes())
    pull_ms(buffer, 100)
    assert [name for name, *_ in heard.events] == ["audible", "drained", "audible"]
    # The first window that is loud in part begins before the sound does, by less than its 10 ms.
    first, (lead_in_ms, in_ms) = heard.lead_ins_ms
    assert first == (0.0, 0.0)
    assert (30 + lead_in_ms) % 20 == in_ms
    assert 25 <= lead_in_ms <= 35


def test_a_soft_click_shorter_than_the_window_is_not_audible(buffer: ReplyBuffer, heard: Heard) -> None:
    silent = np.zeros(4800, np.int16)
    silent[2400] = 500
    buffer.push("a", silent.tobytes())
    pull_ms(buffer, 200)
    assert heard.events == []


def test_drained_is_told_when_the_last_sample_of_a_finished_reply_is_pulled(
    buffer: ReplyBuffer, heard: Heard
) -> None:
    buffer.push("a", np.zeros(960, np.int16).tobytes())
    buffer.finish("a")
    buffer.pull(FRAME)
    assert heard.events == []
    buffer.pull(FRAME)
    assert heard.events == [("drained", "a", 40)]
    buffer.pull(FRAME)
    buffer.finish("a")
    assert len(heard.events) == 1


def test_drained_is_told_by_finish_when_all_but_the_tail_was_played(
    buffer: ReplyBuffer, heard: Heard
) -> None:
    buffer.push("a", np.zeros(960, np.int16).tobytes())
    pull_ms(buffer, 100)
    buffer.finish("a")
    buffer.pull(FRAME)
    assert heard.events == [("drained", "a", 40)]


def test_a_reply_without_audio_drains_at_once(buffer: ReplyBuffer, heard: Heard) -> None:
    buffer.finish("a")
    assert heard.events == [("drained", "a", 0)]


def test_audio_after_finish_is_dropped_and_counted(buffer: ReplyBuffer) -> None:
    buffer.push("a", noise(480).tobytes())
    buffer.finish("a")
    buffer.push("a", noise(480).tobytes())
    assert buffer.dropped_late == 1
    assert buffer.queued_ms == 20


def test_the_listener_may_call_back_into_the_buffer() -> None:
    class Calls(Heard):
        def on_audible(self, reply_id: str, lead_in_ms: float, in_ms: float) -> None:
            self.events.append(("audible", reply_id, cut_at_once.flush().played_ms))

    heard = Calls()
    cut_at_once = ReplyBuffer(heard)
    cut_at_once.push("a", noise(4800).tobytes())
    cut_at_once.pull(FRAME)
    assert heard.events == [("audible", "a", 20 + FADE_MS)]


def test_the_level_is_that_of_the_last_frame(buffer: ReplyBuffer) -> None:
    buffer.push("a", sine(1000, 24_000, 0.1, peak=32767).tobytes())
    buffer.pull(FRAME)
    assert buffer.level_dbfs == pytest.approx(-3.0, abs=0.1)
    pull_ms(buffer, 100)
    assert buffer.level_dbfs == SILENCE_DBFS


def test_a_burst_of_a_whole_reply_fits(buffer: ReplyBuffer) -> None:
    for _ in range(1118):
        buffer.push("a", bytes(480))
    buffer.finish("a")
    assert buffer.dropped_full == 0
    assert buffer.queued_ms == 11_180


def test_a_full_buffer_drops_the_newest_and_counts(buffer: ReplyBuffer) -> None:
    second = np.full(24_000, 7, np.int16).tobytes()
    for _ in range(MAX_QUEUED_S):
        buffer.push("a", second)
    buffer.push("a", noise(24_000).tobytes())
    assert buffer.dropped_full == 1
    assert buffer.queued_ms <= MAX_QUEUED_S * 1000
    assert pull_ms(buffer, 1000).max() == 7


def test_the_memory_of_replies_is_bounded(buffer: ReplyBuffer) -> None:
    for number in range(3 * MAX_REPLIES):
        buffer.push(f"reply-{number}", bytes(96))
        buffer.finish(f"reply-{number}")
        buffer.pull(FRAME)
    assert len(buffer._replies) == MAX_REPLIES


def test_threads_that_push_flush_and_pull_never_mix_replies(buffer: ReplyBuffer) -> None:
    # Reply n is a constant n + 1, so each sample tells where it is from; silence is 0.
    replies = 40

    def push() -> None:
        for number in range(replies):
            for _ in range(10):
                buffer.push(str(number), np.full(480, 100 * (number + 1), np.int16).tobytes())
            buffer.finish(str(number))

    def flush() -> None:
        for _ in range(200):
            buffer.flush()

    threads = [threading.Thread(target=push), threading.Thread(target=flush)]
    for thread in threads:
        thread.start()
    pulled = 0
    while any(thread.is_alive() for thread in threads) or buffer.queued_ms:
        buffer.pull(FRAME)
        pulled += FRAME
    played = sum(buffer.played_ms(str(number)) for number in range(replies))
    assert played <= pulled / 48
    assert buffer._queued == 0
    assert all(not reply.queued for reply in buffer._replies.values())
