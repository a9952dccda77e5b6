"""Notes for the latency ledger what each step of a session tells about time. Pure.

It watches the steps from outside, so that no handler has to think of it.
"""

from msgspec.structs import replace

from voice.conversation import agent_turns
from voice.conversation.latency import Latencies, latency_of
from voice.protocol import inputs
from voice.protocol.client_events import ReplyCreate, ToolResult
from voice.protocol.effects import AnyEffect, Play, Send
from voice.protocol.server_events import InputSpeechStopped, ToolCall, TranscriptUser
from voice.protocol.session_state import Session


def noted(
    before: Session, after: Session, input_: inputs.AnyInput, effects: tuple[AnyEffect, ...], now: float
) -> Session:
    """`after` with its ledger brought up to date; the very same when there is nothing to note."""
    latencies = _of_effects(_of_input(before, after, input_, now), effects, now)
    if isinstance(input_, inputs.ReplyAudible) and _became_audible(before, after, input_.reply_id):
        return _with_heard(after, latencies, input_, now)
    return after if latencies is after.latencies else replace(after, latencies=latencies)


def _of_input(before: Session, after: Session, input_: inputs.AnyInput, now: float) -> Latencies:
    latencies = after.latencies
    match input_:
        case inputs.VoiceHeard(at):
            return latencies.voice_heard(at)
        case inputs.VoicePaused(at):
            return latencies.voice_paused(at)
        case inputs.Received(InputSpeechStopped()) if before.user_speaking and not after.user_speaking:
            return latencies.committed(now)
        case inputs.Received(TranscriptUser()) if before.thinking_since and not after.thinking_since:
            return latencies.dismissed()
        case inputs.Received(ToolCall()) if after.pending_tools != before.pending_tools:
            return latencies.tool_called(now)
        case _:
            return latencies


def _of_effects(latencies: Latencies, effects: tuple[AnyEffect, ...], now: float) -> Latencies:
    for effect in effects:
        match effect:
            case Play(reply_id):
                latencies = latencies.audio_came(reply_id, now)
            case Send(ToolResult()):
                latencies = latencies.tool_answered(now)
            case Send(ReplyCreate()):
                latencies = latencies.typed(now)
            case _:
                pass
    return latencies


def _became_audible(before: Session, after: Session, reply_id: str) -> bool:
    was, is_ = before.playout.find(reply_id), after.playout.find(reply_id)
    return is_ is not None and is_.audible and not (was is not None and was.audible)


def _with_heard(session: Session, latencies: Latencies, audible: inputs.ReplyAudible, now: float) -> Session:
    turn = agent_turns.turn_of(session.transcript, audible.reply_id)
    if turn is None:
        return session
    at = now if audible.at is None else audible.at
    latencies = latencies.heard(audible.reply_id, turn.id, at, audible.lead_in_ms)
    latency_ms = latency_of(latencies.turns, turn.id)
    transcript = agent_turns.answered(session.transcript, audible.reply_id, latency_ms)
    return replace(session, latencies=latencies, transcript=transcript)
