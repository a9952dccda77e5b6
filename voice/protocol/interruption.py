"""Barge-in: what of the agent's speech is dropped, and what the transcript says was heard. Pure."""

from msgspec.structs import replace

from voice.conversation import agent_turns
from voice.protocol import echo
from voice.protocol.effects import FlushPlayout
from voice.protocol.inputs import PlayoutFlushed
from voice.protocol.playout import Reply
from voice.protocol.session_state import Session, Step


def cut_queued(session: Session, now: float) -> Step:
    """Stop everything that is queued or playing, once."""
    queued = session.playout.queued
    if not queued:
        return session, ()
    return cut(session, queued, now), (FlushPlayout(),)


def cut_by_speech(session: Session, now: float) -> Step:
    """The same because somebody was heard, which may be the agent itself."""
    cut_off = session.playout.queued
    session, effects = cut_queued(session, now)
    return echo.after_barge_in(session, cut_off, now), effects


def cut(session: Session, replies: tuple[Reply, ...], now: float) -> Session:
    """Mark the replies as cut: no more audio of them, and the transcript keeps what was heard."""
    transcript = session.transcript
    for reply in replies:
        transcript = agent_turns.interrupted(transcript, reply.id, now)
    heard_one = any(reply.audible for reply in replies)
    return replace(
        session,
        transcript=transcript,
        playout=session.playout.without_cut(replies),
        interrupted_at=now if heard_one else session.interrupted_at,
        thinking_since=None,
        counters=replace(
            session.counters, interruptions=session.counters.interruptions + (1 if heard_one else 0)
        ),
    )


def playout_flushed(session: Session, flushed: PlayoutFlushed, now: float) -> Step:
    """How much of a cut reply was heard; or, unasked, that the browser's side cut it by itself."""
    reply_id = flushed.reply_id
    if reply_id is not None and session.playout.find(reply_id):
        # A reply still open was not cut from here: whoever flushed it dropped all that was queued.
        session = cut(session, session.playout.queued, now)
    if reply_id is None or reply_id not in session.playout.cut:
        return session, ()
    transcript = agent_turns.played(session.transcript, reply_id, flushed.played_ms, now)
    return replace(session, transcript=transcript), ()
