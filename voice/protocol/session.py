"""The session: `step(state, input, now)` gives the next state and what is to be done. Pure.

Owns the dispatch of inputs and events to their handlers and the name of the call's state. Must never do
I/O, read a clock, make an id, or raise on anything the agent says.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from voice.conversation import user_turns
from voice.conversation.state import INTERRUPTED_FLASH_S, CallState
from voice.protocol import inputs, interruption, lifecycle, replying, speech, timing, tooling
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
    after = timing.noted(state, after, input_, effects, now)
    if after is state:
        return state, effects
    name = _state_of(after)
    if name is not after.state or after.since is None:
        after = replace(after, state=name, since=now)
    return after, effects


def _state_of(session: Session) -> CallState:
    """The state's name. Playing counts until the last sample, whatever the agent has sent."""
    if session.phase is Phase.FAILED:
        return CallState.ERROR
    if session.phase in (Phase.ENDING, Phase.ENDED):
        return CallState.ENDED
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
    """After the end nothing the agent says matters; after hanging up only its last words do."""
    if session.ended or session.phase is Phase.NEW:
        return session, ()
    event = received.event
    if session.phase is Phase.ENDING and type(event) not in _WHILE_ENDING:
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


def _config_wanted(session: Session, wanted: inputs.ConfigWanted, now: float) -> Step:
    if session.ended:
        return session, ()
    config = session.config.want(wanted.patch)
    return lifecycle.send_changes(replace(session, config=config), now)


def _tick(session: Session, _: inputs.Tick, now: float) -> Step:
    """What only time brings: flashes fade, thinking and settings are given up, lost words are settled."""
    flash = session.interrupted_at
    if flash is not None and now - flash >= INTERRUPTED_FLASH_S:
        session = replace(session, interrupted_at=None)
    if session.ended:
        return session, ()
    since = session.thinking_since
    if since is not None and now - since >= THINKING_LIMIT_S and not session.playout.queued:
        session = replace(session, thinking_since=None)
    transcript = user_turns.expired(session.transcript, now)
    if transcript is not session.transcript:
        session = replace(session, transcript=transcript)
    config = session.config.expired(now)
    if config is session.config:
        return session, ()
    return lifecycle.send_changes(replace(session, config=config), now)


def _only_timed(session: Session, _: inputs.AnyInput, __: float) -> Step:
    return session, ()


_Handler = Callable[[Session, Any, float], Step]

_ON_INPUT: dict[type, _Handler] = {
    inputs.LinkOpened: lifecycle.link_opened,
    inputs.LinkClosed: lifecycle.link_closed,
    inputs.Received: _received,
    inputs.MediaConnected: _media_connected,
    inputs.VoiceHeard: _only_timed,
    inputs.VoicePaused: _only_timed,
    inputs.ReplyAudible: replying.audible,
    inputs.ReplyDrained: replying.drained,
    inputs.PlayoutFlushed: interruption.playout_flushed,
    inputs.ConfigWanted: _config_wanted,
    inputs.MuteSet: _mute_set,
    inputs.AgentMuteSet: _agent_mute_set,
    inputs.HangUp: lifecycle.hang_up,
    inputs.Failed: lifecycle.failed_outside,
    inputs.Tick: _tick,
}

_ON_EVENT: dict[type, _Handler] = {
    Unknown: _unknown,
    Malformed: _malformed,
    events.SessionReady: lifecycle.ready,
    events.SessionUpdated: lifecycle.updated,
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
