"""The agent's side of a live session: replies, their audio and their words. Pure handlers."""

from msgspec.structs import replace

from voice.conversation import agent_turns
from voice.conversation.heard import Word
from voice.protocol import echo
from voice.protocol.effects import AnyEffect, FinishReply, Play
from voice.protocol.inputs import ReplyAudible, ReplyDrained
from voice.protocol.interruption import cut, cut_by_speech
from voice.protocol.playout import Reply
from voice.protocol.server_events import (
    ReplyAudio,
    ReplyDone,
    ReplyError,
    ReplyStarted,
    TranscriptAgent,
    TranscriptAgentDelta,
)
from voice.protocol.session_state import Phase, Session, Step, TurnEvent, with_notice
from voice.protocol.tooling import discard_results, send_results


def started(session: Session, event: ReplyStarted, now: float) -> Step:
    """A reply begins, perhaps before the person's turn was committed. A second start is no news."""
    if session.playout.find(event.reply_id) or session.playout.is_past(event.reply_id):
        return session, ()
    reply_id = event.reply_id or f"(reply {session.transcript.reserved + 1})"
    return _begin(session, reply_id, event.item_id, now)


def audio(session: Session, event: ReplyAudio, now: float) -> Step:
    """Queue audio, unless it is a late frame of a reply that is over. Runs about 100 times a second."""
    if not event.data or session.phase is not Phase.LIVE:
        return session, ()
    session, reply, effects = _reply_of_audio(session, event.reply_id, now)
    if reply is None:
        late = session.counters.late_audio + 1
        return replace(session, counters=replace(session.counters, late_audio=late)), ()
    if not reply.has_audio:
        session = replace(session, playout=session.playout.with_reply(replace(reply, has_audio=True)))
    return session, (*effects, Play(reply.id, event.data))


def word(session: Session, event: TranscriptAgentDelta, now: float) -> Step:
    """One word of a reply with its place in the audio; words come in a burst, far ahead of the sound."""
    session, reply_id, effects = _reply_of_words(session, event.reply_id, now)
    spoken = Word(event.delta, event.start_ms, event.end_ms)
    return replace(session, transcript=agent_turns.spoke(session.transcript, reply_id, spoken)), effects


def text(session: Session, event: TranscriptAgent, now: float) -> Step:
    """The reply's text: whole, or trimmed by the agent when it was interrupted."""
    session, reply_id, effects = _reply_of_words(session, event.reply_id, now)
    if event.text is None:
        return session, effects
    transcript = agent_turns.told(session.transcript, reply_id, event.text, trimmed=event.interrupted)
    return replace(session, transcript=transcript), effects


def done(session: Session, event: ReplyDone, now: float) -> Step:
    """The agent has sent the reply, or cut it. What is queued of a whole reply is still to be heard."""
    interrupted = event.status == "interrupted"
    reply = session.playout.find(event.reply_id) or (
        None if session.playout.is_past(event.reply_id) else session.playout.current
    )
    reply_id = reply.id if reply else event.reply_id
    session, effects = discard_results(session, reply_id, now) if interrupted else send_results(session, now)
    if reply is None:
        known = agent_turns.settled(session.transcript, event.reply_id)
        return replace(session, transcript=known), effects
    session, finishing = _interrupt(session, reply, now) if interrupted else _finish(session, reply, now)
    return session, (*effects, *finishing)


def error(session: Session, event: ReplyError, now: float) -> Step:
    """The model behind a reply failed; the call goes on."""
    said = f": {event.message[:200].rstrip('.')}" if event.message else ""
    next_step = "Say it again." if event.retryable else "If it stays so, look at the agent's model settings."
    current = session.playout.current
    if current is not None:
        session = replace(session, playout=session.playout.with_reply(replace(current, excused=True)))
    return with_notice(session, now, f"The agent could not answer{said}.", next_step, event.code), ()


def audible(session: Session, event: ReplyAudible, now: float) -> Step:
    """The reply is heard: only now does the agent speak."""
    reply = session.playout.find(event.reply_id)
    if reply is None or reply.audible:
        return session, ()
    return replace(
        session,
        playout=session.playout.with_reply(replace(reply, audible=True, audible_at=now, has_audio=True)),
        # By the clock of the playout: this may be told late, and a recording of the call is not.
        transcript=agent_turns.became_audible(
            session.transcript, reply.id, now if event.at is None else min(now, event.at)
        ),
        thinking_since=None,
        interrupted_at=None,
    ), ()


def drained(session: Session, event: ReplyDrained, now: float) -> Step:
    """The last sample was played; for a reply cut meanwhile this tells how much was heard."""
    reply = session.playout.find(event.reply_id)
    if reply is None and event.reply_id not in session.playout.cut:
        return session, ()
    transcript = agent_turns.played(session.transcript, event.reply_id, event.played_ms, now)
    session = replace(session, transcript=transcript)
    if reply is None:
        return session, ()
    return (_gone(session, reply, now) if reply.finished else session), ()


def _begin(session: Session, reply_id: str, item_id: str, now: float) -> Step:
    """A new reply; an older one that was never declared done gets no more audio."""
    effects: tuple[AnyEffect, ...] = ()
    older = session.playout.current
    if older is not None:
        session, effects = _finish(session, older, now, superseded=True)
    # The agent still waits for a tool's result, so this reply can't be the answer to it.
    playout = session.playout.began(reply_id, called_tool=bool(session.pending_tools))
    return replace(
        session,
        playout=playout,
        transcript=agent_turns.reserved(session.transcript, reply_id, item_id, now),
        thinking_since=session.thinking_since if playout.audible else now,
        turn_event=TurnEvent.REPLY_STARTED,
        unanswered=(),
        asked_text=None,
        unheard_at=None,
    ), effects


def _finish(session: Session, reply: Reply, now: float, *, superseded: bool = False) -> Step:
    """No more audio of the reply will come. One without any audio is over here and now."""
    if reply.finished:
        return session, ()
    ended = replace(reply, finished=True, excused=reply.excused or superseded)
    session = replace(session, transcript=agent_turns.settled(session.transcript, reply.id))
    if reply.has_audio:
        return replace(session, playout=session.playout.with_reply(ended)), (FinishReply(reply.id),)
    transcript = agent_turns.played(session.transcript, reply.id, 0.0, now)
    return _gone(replace(session, transcript=transcript), ended, now), ()


def _interrupt(session: Session, reply: Reply, now: float) -> Step:
    """The agent cut the reply. If the next one is queued behind it already, that one must be heard whole."""
    newer = session.playout.queued[-1:]
    if reply.has_audio and newer and newer[0].id != reply.id:
        return _finish(session, reply, now)
    if reply.has_audio:
        return cut_by_speech(session, now)
    return cut(session, (reply,), now), ()


def _gone(session: Session, reply: Reply, now: float) -> Session:
    """The reply is over. If nothing of it was heard, the reason may still come."""
    session = replace(session, playout=session.playout.without(reply))
    if reply.audible:
        session = echo.after_whole_reply(session)
    if not reply.audible and reply.excused:
        session = replace(session, transcript=agent_turns.interrupted(session.transcript, reply.id, now))
    elif not reply.audible and not reply.called_tool:
        session = replace(session, unheard_at=now)
    # A turn that ended while the agent still spoke waits for its own reply.
    asked_meanwhile = reply.audible and session.thinking_since is not None
    unheard = any(not other.audible for other in session.playout.open)
    waiting = reply.called_tool or asked_meanwhile or unheard
    return replace(session, thinking_since=now if waiting and not session.ended else None)


def _reply_of_audio(
    session: Session, reply_id: str, now: float
) -> tuple[Session, Reply | None, tuple[AnyEffect, ...]]:
    """The reply this audio is for; None for a late frame. Audio may come without a start or without an id."""
    playout = session.playout
    known = playout.find(reply_id)
    if known is not None:
        return session, None if known.finished else known, ()
    current = playout.current
    if playout.is_past(reply_id) or (current is None and not reply_id):
        return session, None, ()
    if current is not None:
        aliased = playout.with_alias(current, reply_id)
        return replace(session, playout=aliased), aliased.find(current.id), ()
    session, effects = _begin(session, reply_id, "", now)
    return session, session.playout.find(reply_id), effects


def _reply_of_words(
    session: Session, reply_id: str, now: float
) -> tuple[Session, str, tuple[AnyEffect, ...]]:
    """Id of the reply these words are of: their own, else the current one, else the newest."""
    playout = session.playout
    if playout.find(reply_id) or reply_id in playout.cut or reply_id in playout.over:
        return session, reply_id, ()
    current = playout.current
    if current is not None or not reply_id or session.phase is not Phase.LIVE:
        return session, current.id if current else playout.latest, ()
    session, effects = _begin(session, reply_id, "", now)
    return session, reply_id, effects
