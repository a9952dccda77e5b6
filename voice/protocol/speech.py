"""The person's side of a live session: speech and its words. Pure handlers for `voice.protocol.session`."""

from msgspec.structs import replace

from voice.conversation import user_turns
from voice.protocol.interruption import cut_by_speech
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    TranscriptUser,
    TranscriptUserDelta,
)
from voice.protocol.session_state import Session, Step, TurnEvent


def started(session: Session, _: InputSpeechStarted, now: float) -> Step:
    """The person speaks: the agent's speech stops at once, if it may be interrupted at all."""
    session, effects = (session, ()) if session.uninterruptible else cut_by_speech(session, now)
    playout = session.playout
    for reply in playout.open:
        if not reply.audible:
            playout = playout.with_reply(replace(reply, excused=True))
    return replace(
        session,
        user_speaking=True,
        thinking_since=None,
        playout=playout,
        turn_event=TurnEvent.SPEECH_STARTED,
        transcript=user_turns.started(session.transcript, now),
    ), effects


def stopped(session: Session, _: InputSpeechStopped, now: float) -> Step:
    """The turn was committed: a reply is to be expected. A second one of these changes nothing."""
    if not session.user_speaking:
        return session, ()
    transcript = user_turns.stopped(session.transcript, now)
    return replace(
        session, user_speaking=False, thinking_since=now, turn_ended_at=now, transcript=transcript
    ), ()


def words_so_far(session: Session, event: TranscriptUserDelta, now: float) -> Step:
    """The utterance so far, whole."""
    transcript = user_turns.said(session.transcript, event.item_id, event.text, now, final=False)
    return replace(session, transcript=transcript), ()


def final_words(session: Session, event: TranscriptUser, now: float) -> Step:
    """The final words; an utterance without any was a noise, which may get no reply."""
    transcript = user_turns.said(session.transcript, event.item_id, event.text, now, final=True)
    noise = not event.text.strip() and not session.playout.open
    thinking_since = None if noise else session.thinking_since
    return replace(session, transcript=transcript, thinking_since=thinking_since, turn_ended_at=now), ()
