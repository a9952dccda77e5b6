"""The person's turns: from the first sound to the settled words. Pure."""

from msgspec.structs import replace

from voice.conversation.heard import continues
from voice.conversation.transcript import Transcript, Turn

# The service sends the final words 2 ms after the end of a turn was committed; what is still open after
# this long was a cough, or its final words got lost.
SETTLE_AFTER_S = 2.0


def _open(turn: Turn) -> bool:
    return turn.speaker == "user" and not turn.settled


def _speaking(turn: Turn) -> bool:
    return _open(turn) and turn.ended_at is None


def started(transcript: Transcript, now: float) -> Transcript:
    """The person began to speak: a slot is reserved, unless one is still being spoken."""
    if transcript.last(_speaking):
        return transcript
    return expired(transcript, now).reserve("user", now)


def stopped(transcript: Transcript, now: float) -> Transcript:
    """The end of the turn was committed. May be told twice."""
    turn = transcript.last(_speaking)
    return transcript.put(replace(turn, ended_at=now)) if turn else transcript


def said(transcript: Transcript, item_id: str, text: str, now: float, *, final: bool) -> Transcript:
    """The utterance so far, whole, or its final words. Empty final words leave nothing to show."""
    text = text.strip()
    slot = _slot_of(transcript, item_id)
    if slot is None and not text:
        return transcript
    if slot is None:
        transcript = transcript.reserve("user", now, index=_place_of_answered(transcript), item_id=item_id)
        slot = _slot_of(transcript, item_id)
    if slot is None or (slot.settled and not final and not continues(slot.text, text)):
        return transcript
    ended_at = (slot.ended_at or now) if final else slot.ended_at
    known_as = slot.item_id or item_id
    turn = replace(slot, text=text, generated=text, settled=final, ended_at=ended_at, item_id=known_as)
    transcript = _without_empty_later(transcript.put(turn), turn)
    return _without_premature(transcript, turn) if final else transcript


def typed(transcript: Transcript, text: str, now: float) -> Transcript:
    """The person typed this instead of saying it."""
    return transcript.reserve("user", now, text=text, generated=text, settled=True, ended_at=now, typed=True)


def expired(transcript: Transcript, now: float) -> Transcript:
    """Turns whose end was committed a while ago are settled with the words that came, or hidden."""
    for turn in transcript.slots[-8:]:
        if _open(turn) and turn.ended_at is not None and now - turn.ended_at >= SETTLE_AFTER_S:
            transcript = transcript.put(replace(turn, settled=True))
    return transcript


def closed(transcript: Transcript, now: float) -> Transcript:
    """The call is over: what was said so far stays, empty placeholders go."""
    for turn in transcript.slots:
        if _open(turn):
            transcript = transcript.put(replace(turn, settled=True, ended_at=turn.ended_at or now))
    return transcript


def _slot_of(transcript: Transcript, item_id: str) -> Turn | None:
    """The slot these words belong to: by item id, else the oldest one that still waits for words."""
    if item_id:
        known = transcript.last(lambda turn: turn.speaker == "user" and turn.item_id == item_id)
        if known:
            return known
        return transcript.first(lambda turn: _open(turn) and not turn.item_id)
    return transcript.first(_open)


def _place_of_answered(transcript: Transcript) -> int:
    """Where words go whose start was never told: before the reply that answers them, if still unheard.

    Tools that such a reply called stay behind it.
    """
    place = len(transcript.slots)
    for index in range(place - 1, -1, -1):
        slot = transcript.slots[index]
        if slot.speaker == "user" or slot.audible:
            break
        if slot.speaker == "agent":
            place = index
    return place


def _without_empty_later(transcript: Transcript, turn: Turn) -> Transcript:
    """After a premature end of turn the service goes on with the earlier item: a newer slot is in vain."""
    for later in transcript.slots[transcript.place(turn) + 1 :]:
        if _open(later) and not later.text and not later.item_id and turn.item_id:
            transcript = transcript.put(
                replace(later, settled=True, ended_at=later.ended_at or turn.ended_at)
            )
    return transcript


def _without_premature(transcript: Transcript, turn: Turn) -> Transcript:
    """A turn that the service committed too early and then repeated with more words is shown once."""
    for earlier in reversed(transcript.slots[: transcript.place(turn)]):
        spoken = earlier.speaker == "user" and earlier.settled and not earlier.typed
        if spoken and continues(earlier.text, turn.text):
            merged = replace(turn, started_at=earlier.started_at)
            return transcript.put(replace(earlier, text="")).put(merged)
        if earlier.speaker != "tool" and (earlier.visible or earlier.audible):
            break
    return transcript
