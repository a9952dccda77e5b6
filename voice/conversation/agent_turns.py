"""The agent's turns: words as they come, and after an interruption only what was heard. Pure."""

from msgspec.structs import replace

from voice.conversation.heard import Word, append_word, heard_and_rest, rest_of
from voice.conversation.transcript import Transcript, Turn

# About 25 minutes of speech in one reply: beyond it words are still in the final text, without times.
MAX_WORDS = 4_000


def reserved(transcript: Transcript, reply_id: str, item_id: str, now: float) -> Transcript:
    """A reply begins: it gets its slot, which shows nothing yet."""
    return transcript.reserve("agent", now, reply_id=reply_id, item_id=item_id)


def spoke(transcript: Transcript, reply_id: str, word: Word) -> Transcript:
    """One more word of a reply; words of a cut reply count as generated only."""
    turn = turn_of(transcript, reply_id)
    if turn is None or len(turn.words) >= MAX_WORDS or not word.text.strip():
        return transcript
    spoken = append_word(turn.spoken, word.text)
    return transcript.put(_shown(replace(turn, words=(*turn.words, word), spoken=spoken)))


def told(transcript: Transcript, reply_id: str, text: str, *, trimmed: bool) -> Transcript:
    """The text of the whole reply, or what the agent itself thinks was heard of a cut one."""
    turn = turn_of(transcript, reply_id)
    if turn is None:
        return transcript
    text = text.strip()
    known = replace(turn, trimmed=text) if trimmed else replace(turn, full=text)
    return transcript.put(_shown(replace(known, settled=True, interrupted=turn.interrupted or trimmed)))


def became_audible(transcript: Transcript, reply_id: str, now: float) -> Transcript:
    """The first sound of a reply was played: from here it is spoken.

    Somebody may have begun to speak since the slot was reserved; the reply then comes after them.
    """
    turn = turn_of(transcript, reply_id)
    if turn is None or turn.audible:
        return transcript
    heard = replace(turn, audible=True, started_at=now)
    overtaken = any(later.speaker == "user" for later in transcript.slots[transcript.place(turn) + 1 :])
    return transcript.put_last(heard) if overtaken else transcript.put(heard)


def answered(transcript: Transcript, reply_id: str, latency_ms: int | None) -> Transcript:
    """The reply was heard so long after the person had ended; None when nobody can say."""
    turn = turn_of(transcript, reply_id)
    return transcript.put(replace(turn, latency_ms=latency_ms)) if turn else transcript


def settled(transcript: Transcript, reply_id: str) -> Transcript:
    """All words of the reply have come."""
    turn = turn_of(transcript, reply_id)
    return transcript.put(replace(turn, settled=True)) if turn else transcript


def interrupted(transcript: Transcript, reply_id: str, now: float) -> Transcript:
    """The reply was cut; how much was heard is told by `played` or by the agent's trimmed text.

    A reply that was never audible was not heard at all.
    """
    turn = turn_of(transcript, reply_id)
    if turn is None:
        return transcript
    played_ms = turn.played_ms if turn.audible else 0.0
    cut = replace(turn, interrupted=True, settled=True, ended_at=turn.ended_at or now, played_ms=played_ms)
    return transcript.put(_shown(cut))


def played(transcript: Transcript, reply_id: str, played_ms: float, now: float) -> Transcript:
    """So much of the reply's audio was played in the end."""
    turn = turn_of(transcript, reply_id)
    if turn is None:
        return transcript
    return transcript.put(_shown(replace(turn, played_ms=played_ms, ended_at=turn.ended_at or now)))


def closed(transcript: Transcript) -> Transcript:
    """The call is over: no more words will come."""
    for turn in transcript.slots:
        if turn.speaker == "agent" and not turn.settled:
            transcript = transcript.put(replace(turn, settled=True))
    return transcript


def turn_of(transcript: Transcript, reply_id: str) -> Turn | None:
    """The turn that shows a reply."""
    return transcript.last(lambda turn: turn.speaker == "agent" and turn.reply_id == reply_id)


def _shown(turn: Turn) -> Turn:
    generated = turn.full or turn.spoken or turn.trimmed or ""
    text, rest = _heard(turn, generated) if turn.interrupted else (generated, "")
    return replace(turn, generated=generated, text=text, rest=rest)


def _heard(turn: Turn, generated: str) -> tuple[str, str]:
    """Text and rest of an interrupted reply, from the best witness there is."""
    if turn.played_ms is not None and turn.played_ms <= 0:
        return "", generated
    by_time = None if turn.played_ms is None else heard_and_rest(turn.words, turn.played_ms)
    if by_time is not None:
        return by_time
    if not turn.audible:
        return "", generated
    if turn.trimmed is not None:
        return turn.trimmed, rest_of(generated, turn.trimmed)
    # Nobody can say how much was heard: better all the words than none of them.
    return generated, ""
