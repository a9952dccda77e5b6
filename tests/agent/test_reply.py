"""One reply on the timeline, in virtual time: synthesis that is late makes it late, never hollow."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from voice.agent.line_format import FORMATS
from voice.agent.reply import DONE_AFTER_TRANSCRIPT_S, Reply, Spoken, Stage
from voice.agent.synthesizer import Word
from voice.protocol.server_events import (
    ReplyAudio,
    ReplyDone,
    ServerEvent,
    TranscriptAgent,
    TranscriptAgentDelta,
)

pytestmark = pytest.mark.virtual_time

PCM = FORMATS["audio/pcm"]
LEAD_IN_MS = 60
# The second is no whole number of frames, so that one frame holds its end and the start of the third.
LENGTH_MS = {"One two.": 500, "Three four.": 705, "Five six.": 400}
TEXT = " ".join(LENGTH_MS)
LOUD = {sentence: 1000 * n for n, sentence in enumerate(LENGTH_MS, start=1)}


@dataclass
class Heard:
    """What a client was sent, and when, in ms from the start of the reply."""

    began: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    audio: list[tuple[float, float, bytes]] = field(default_factory=list)
    events: list[tuple[float, ServerEvent]] = field(default_factory=list)

    def ms(self, at: float) -> float:
        return (at - self.began) * 1000

    def send(self, event: ServerEvent) -> None:
        self.events.append((self.ms(asyncio.get_running_loop().time()), event))

    async def send_audio(self, event: ReplyAudio, due_at: float) -> None:
        now = asyncio.get_running_loop().time()
        self.audio.append((self.ms(now), self.ms(due_at), event.data))

    @property
    def samples(self) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        return np.frombuffer(b"".join(data for _, _, data in self.audio), "<i2")

    def words(self) -> dict[str, int | float | None]:
        deltas = (event for _, event in self.events if isinstance(event, TranscriptAgentDelta))
        return {delta.delta.strip(): delta.start_ms for delta in deltas}

    def at(self, kind: type[ServerEvent]) -> float:
        (found,) = (at for at, event in self.events if isinstance(event, kind))
        return found


def reply(
    heard: Heard, late_s: Mapping[str, float] | None = None, *, text: str = TEXT, burst: bool = False
) -> Reply:
    """A reply whose sentences take so long to synthesize; without a time they take none."""

    async def speak(sentence: str) -> Spoken:
        await asyncio.sleep((late_s or {}).get(sentence, 0))
        length_ms = LENGTH_MS[sentence]
        first, second = sentence.split()
        words = Word(first, 0, length_ms // 2), Word(second, length_ms // 2, length_ms)
        return Spoken(np.full(length_ms * 24, LOUD[sentence], np.int16), words)

    async def lines(_reply_id: str) -> AsyncGenerator[str, None]:
        if text:
            yield text

    stage = Stage("sess_1", heard.send, heard.send_audio, speak, lambda: 100.0, PCM, LEAD_IN_MS, burst)
    made = Reply("turn", stage, lines)
    made.begin()
    return made


async def spoken(
    late_s: Mapping[str, float] | None = None, *, text: str = TEXT, burst: bool = False
) -> Heard:
    heard = Heard()
    made = reply(heard, late_s, text=text, burst=burst)
    await made.run()
    await made.conclude()
    return heard


SLOW = [
    {},
    {"One two.": 0.02},
    {"One two.": 1.2},
    {"Three four.": 3.0},
    {"One two.": 0.3, "Three four.": 1.1, "Five six.": 2.5},
]


@pytest.mark.parametrize("burst", [False, True])
@pytest.mark.parametrize("late_s", SLOW)
async def test_a_reply_holds_its_lead_in_and_its_speech_and_nothing_else(
    late_s: dict[str, float], burst: bool
) -> None:
    samples = (await spoken(late_s, burst=burst)).samples
    # What synthesis took is no more to be waited for.
    lead_in_ms = max(0, LEAD_IN_MS - round(late_s.get("One two.", 0) * 1000))
    expected = [np.zeros(lead_in_ms * 24, np.int16)]
    expected += [np.full(ms * 24, LOUD[sentence], np.int16) for sentence, ms in LENGTH_MS.items()]
    whole = np.concatenate(expected)
    assert (samples[: len(whole)] == whole).all()
    assert len(samples) - len(whole) < PCM.frame_samples
    assert not samples[len(whole) :].any()


@pytest.mark.parametrize("late_s", SLOW)
async def test_words_lie_where_they_sound_in_the_audio(late_s: dict[str, float]) -> None:
    heard = await spoken(late_s)
    for (sentence, length_ms), (first, second) in zip(
        LENGTH_MS.items(), (("One", "two."), ("Three", "four."), ("Five", "six.")), strict=True
    ):
        start_ms = int(np.flatnonzero(heard.samples == LOUD[sentence])[0]) / 24
        assert heard.words()[first] == start_ms
        assert heard.words()[second] == start_ms + length_ms // 2


async def test_frames_go_out_at_the_pace_of_speech() -> None:
    heard = await spoken()
    sent = [at for at, _, _ in heard.audio]
    due = [at for _, at, _ in heard.audio]
    assert due == pytest.approx([n * 10 for n in range(len(due))])
    assert sent == pytest.approx(due, abs=1)


async def test_what_comes_behind_a_late_sentence_is_due_that_much_later() -> None:
    heard = await spoken({"One two.": 0.2, "Three four.": 1.0})
    # The first sentence is there at 200 and lasts 500 ms; the second is there at 1200 ms.
    speech = [(at, due) for at, due, data in heard.audio if any(data)]
    first, second = speech[:50], speech[50:]
    assert [due for _, due in first] == pytest.approx([200 + n * 10 for n in range(len(first))])
    assert [due for _, due in second] == pytest.approx([1200 + n * 10 for n in range(len(second))])
    assert all(at == pytest.approx(due, abs=1) for at, due in speech)


async def test_a_sentence_that_is_ready_in_time_follows_without_a_gap() -> None:
    heard = await spoken({"One two.": 0.2, "Three four.": 0.45, "Five six.": 0.65})
    due = [due for _, due, data in heard.audio if any(data)]
    assert np.diff(due) == pytest.approx(10)


async def test_the_transcript_comes_with_the_end_of_the_sound_and_done_a_little_later() -> None:
    heard = await spoken({"One two.": 0.2, "Three four.": 1.0})
    end_ms = 1200 + 705 + 400
    assert heard.at(TranscriptAgent) == pytest.approx(end_ms, abs=10)
    later_ms = heard.at(ReplyDone) - heard.at(TranscriptAgent)
    assert later_ms == pytest.approx(DONE_AFTER_TRANSCRIPT_S * 1000)


async def test_a_burst_ends_when_its_sound_does_too() -> None:
    heard = await spoken({"Three four.": 1.0}, burst=True)
    # The second sentence comes at 1000 ms, when the first has ended at 560 ms.
    assert heard.at(TranscriptAgent) == pytest.approx(1000 + 705 + 400, abs=10)
    assert max(at for at, _, _ in heard.audio) == pytest.approx(1000, abs=10.1)


async def test_a_reply_without_words_is_done_at_once() -> None:
    heard = await spoken(text="")
    assert heard.at(ReplyDone) == 0
    assert not any(isinstance(event, TranscriptAgent) for _, event in heard.events)
    assert heard.audio == []


@pytest.mark.parametrize("burst", [False, True])
@pytest.mark.parametrize(
    ("cut_ms", "words"),
    [
        (100, ""),
        (240, "One"),
        (640, "One two."),
        (1_190, "One two."),  # waiting for the second sentence
        (1_300, "One two. Three"),
        (1_700, "One two. Three four."),
        (2_295, "One two. Three four. Five six."),
    ],
)
async def test_a_cut_reply_tells_the_words_that_had_begun(cut_ms: int, words: str, burst: bool) -> None:
    heard = Heard()
    made = reply(heard, {"One two.": 0.2, "Three four.": 1.0}, burst=burst)
    task = asyncio.create_task(made.run())
    await asyncio.sleep(cut_ms / 1000 + 0.005)
    task.cancel()
    assert made.cut() == words
    *_, (_, transcript), (_, done) = heard.events
    assert isinstance(transcript, TranscriptAgent)
    assert (transcript.text, transcript.interrupted) == (words, True)
    assert isinstance(done, ReplyDone)
    assert done.status == "interrupted"
    sent = len(heard.audio)
    await asyncio.sleep(5)
    assert len(heard.audio) == sent


async def test_a_reply_that_is_spoken_to_the_end_counts_as_completed() -> None:
    heard = Heard()
    made = reply(heard)
    await made.run()
    assert made.spoken
    assert made.cut() == TEXT
    (transcript,) = (event for _, event in heard.events if isinstance(event, TranscriptAgent))
    assert not transcript.interrupted
    (done,) = (event for _, event in heard.events if isinstance(event, ReplyDone))
    assert done.status == "completed"


@pytest.mark.parametrize("late_s", SLOW)
async def test_words_are_told_behind_the_first_sound_of_their_sentence(late_s: dict[str, float]) -> None:
    heard = await spoken(late_s)
    first_sound_at = {
        sentence: next(at for at, _, data in heard.audio if LOUD[sentence] in np.frombuffer(data, "<i2"))
        for sentence in LENGTH_MS
    }
    told_at = {
        event.delta.strip(): at for at, event in heard.events if isinstance(event, TranscriptAgentDelta)
    }
    assert heard.audio[0][0] <= min(told_at.values())
    for sentence, at in first_sound_at.items():
        if late_s.get(sentence, 0) > 0.5:
            assert [told_at[word] for word in sentence.split()] == pytest.approx([at, at])
