"""The session: `step(state, input, now)` gives the next state and what is to be done. Pure.

Owns the dispatch of inputs and events to their handlers and the name of the call's state. Must never do
I/O, read a clock, make an id, or raise on anything the agent says.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from voice.conversation import user_turns
from voice.conversation.state import INTERRUPTED_FLASH_S, CallState
from voice.protocol import (
    closing,
    configuring,
    delivery,
    ending,
    inputs,
    interruption,
    lifecycle,
    replying,
    restarting,
    resuming,
    speech,
    timing,
    tooling,
    typed,
    unheard,
)
from voice.protocol import server_events as events
from voice.protocol.codec import Malformed, Unknown
from voice.protocol.session_state import Phase, Session, Step, counted, new_session

__all__ = ["Session", "new_session", "step"]

# A tool turn takes up to 6 s, the slowest plain answer 4.5 s (measured on the service, 2026-09); some
# utterances get no reply at all, and then nothing must look busy for ever.
THINKING_LIMIT_S = 15.0


def step(state: Session, input_: inputs.AnyInput, now: float) -> Step:
    """The session after `input_` at `now` (seconds, never going back), and the effects to do in order.

    Returns the very same state when nothing changed.
    """
    after, effects = _ON_INPUT[type(input_)](state, input_, now)
    after, effects = delivery.followed(after, effects)
    if after.texts:
        after, asking = typed.send_next(after, now)
        effects = (*effects, *asking)
    after = timing.noted(state, after, input_, effects, now)
    if after is not state:
        name = _state_of(after)
        if name is not after.state or after.since is None:
            after = replace(after, state=name, since=now)
    if after is not state or isinstance(input_, inputs.Tick):
        after = closing.announced(after, now)
    return after, effects


def _state_of(session: Session) -> CallState:
    """The state's name. Playing counts until the last sample, whatever the agent has sent."""
    if session.phase is Phase.FAILED:
        return CallState.ERROR
    if session.phase in (Phase.ENDING, Phase.ENDED):
        return CallState.ENDED
    if session.loss is not None and session.ready_at is not None:
        return CallState.RECONNECTING
    if session.phase is not Phase.LIVE:
        return CallState.CONNECTING
    return _live_state(session)


def _live_state(session: Session) -> CallState:
    if session.playout.audible:
        return CallState.SPEAKING
    if not session.media_connected:
        return CallState.CONNECTING
    if session.user_speaking:
        return CallState.HEARING
    return CallState.LISTENING if session.thinking_since is None else CallState.THINKING


def _received(session: Session, received: inputs.Received, now: float) -> Step:
    """After the end nothing the agent says matters; after its farewell only its last words do."""
    if session.ended or not session.link_open:
        return session, ()
    event = received.event
    session = unheard.explained(session, event)
    if session.phase in (Phase.ENDING, Phase.RESTARTING) and type(event) not in _WHILE_ENDING:
        return session, ()
    return _ON_EVENT[type(event)](session, event, now)


def _unknown(session: Session, event: Unknown, _: float) -> Step:
    counters = replace(session.counters, unknown=counted(session.counters.unknown, event.type))
    return replace(session, counters=counters), ()


def _malformed(session: Session, event: Malformed, _: float) -> Step:
    table = counted(session.counters.malformed, event.type or "(no type)")
    return replace(session, counters=replace(session.counters, malformed=table)), ()


def _media_connected(session: Session, _: inputs.MediaConnected, now: float) -> Step:
    if session.media_connected:
        return session, ()
    return replace(session, media_connected=True, audio_at=now), ()


def _mute_set(session: Session, wanted: inputs.MuteSet, _: float) -> Step:
    return (session if session.muted == wanted.muted else replace(session, muted=wanted.muted)), ()


def _agent_mute_set(session: Session, wanted: inputs.AgentMuteSet, _: float) -> Step:
    same = session.agent_muted == wanted.muted
    return (session if same else replace(session, agent_muted=wanted.muted)), ()


def _tick(session: Session, _: inputs.Tick, now: float) -> Step:
    """What only time brings: flashes fade, thinking and settings are given up, lost words are settled."""
    flash = session.interrupted_at
    if flash is not None and now - flash >= INTERRUPTED_FLASH_S:
        session = replace(session, interrupted_at=None)
    if session.ended:
        return session, ()
    since = session.thinking_since
    if since is not None and now - since >= THINKING_LIMIT_S and not session.playout.queued:
        session = replace(session, thinking_since=None, asked_text=None)
    transcript = user_turns.expired(session.transcript, now)
    if transcript is not session.transcript:
        session = replace(session, transcript=transcript)
    session = unheard.told(session, now)
    session, results = tooling.send_overdue(session, now)
    config = session.config.expired(now)
    if config is not session.config:
        session, effects = configuring.send_changes(replace(session, config=config), now)
    else:
        session, effects = _deadlines(session, now)
    return session, (*results, *effects)


def _deadlines(session: Session, now: float) -> Step:
    """At most one of these waits for anything at a time."""
    for expired in (resuming.expired, restarting.expired, closing.ended_at_limit):
        after, effects = expired(session, now)
        if after is not session:
            return after, effects
    return session, ()


def _only_timed(session: Session, _: inputs.AnyInput, __: float) -> Step:
    return session, ()


_Handler = Callable[[Session, Any, float], Step]

_ON_INPUT: dict[type, _Handler] = {
    inputs.LinkOpened: lifecycle.link_opened,
    inputs.LinkFailed: lifecycle.link_failed,
    inputs.LinkClosed: lifecycle.link_closed,
    inputs.Received: _received,
    inputs.MediaConnected: _media_connected,
    inputs.VoiceHeard: _only_timed,
    inputs.VoicePaused: _only_timed,
    inputs.ReplyAudible: replying.audible,
    inputs.ReplyDrained: replying.drained,
    inputs.PlayoutFlushed: interruption.playout_flushed,
    inputs.ToolFinished: tooling.finished,
    inputs.ConfigWanted: configuring.wanted,
    inputs.MuteSet: _mute_set,
    inputs.AgentMuteSet: _agent_mute_set,
    inputs.Said: typed.said,
    inputs.LimitsSet: closing.limits_set,
    inputs.Stay: closing.stay,
    inputs.Restart: restarting.restart,
    inputs.HangUp: ending.hang_up,
    inputs.Failed: ending.failed_outside,
    inputs.Tick: _tick,
}

_ON_EVENT: dict[type, _Handler] = {
    Unknown: _unknown,
    Malformed: _malformed,
    events.SessionReady: lifecycle.ready,
    events.SessionUpdated: configuring.updated,
    events.SessionEnded: lifecycle.ended,
    events.SessionError: lifecycle.refused,
    events.BareError: lifecycle.refused,
    events.InputSpeechStarted: speech.started,
    events.InputSpeechStopped: speech.stopped,
    events.TranscriptUserDelta: speech.words_so_far,
    events.TranscriptUser: speech.final_words,
    events.ReplyStarted: replying.started,
    events.ReplyAudio: replying.audio,
    events.TranscriptAgentDelta: replying.word,
    events.TranscriptAgent: replying.text,
    events.ReplyDone: replying.done,
    events.ReplyError: replying.error,
    events.ToolCall: tooling.called,
}

_WHILE_ENDING = frozenset(
    {
        Unknown,
        Malformed,
        events.SessionEnded,
        events.TranscriptUserDelta,
        events.TranscriptUser,
        events.TranscriptAgentDelta,
        events.TranscriptAgent,
    }
)
