"""Arbitrary inputs of a session: any order, few ids so that they meet."""

import json
from typing import Any

from hypothesis import strategies as st

from voice.protocol import inputs
from voice.protocol import server_events as ev
from voice.protocol.codec import Malformed, Unknown, decode_server
from voice.protocol.config import FunctionTool, InputPatch, OutputPatch, SessionPatch, TurnDetection
from voice.protocol.errors import AgentUnreachable, AuthRefused, MediaFailed, MessageRefused
from voice.protocol.limits import Limits

reply_ids = st.sampled_from(["", "r1", "r2", "r3"])
item_ids = st.sampled_from(["", "m1", "m2"])
call_ids = st.sampled_from(["", "c1", "c2", "c3", "c4"])
texts = st.sampled_from(["", " ", "I want", "I want to book", "Stop.", "Yes"])
times_ms = st.sampled_from([None, 0.0, 100.0, 200.0, 300.0])
limits_s = st.sampled_from([0.0, 40.0, 300.0])
played_ms = st.sampled_from([0.0, 90.0, 150.0, 250.0, 900.0])
codes = st.sampled_from(
    [
        "unauthorized",
        "invalid_value",
        "immutable_field",
        "invalid_format",
        "server_error",
        "session_expired",
        "session_not_found",
        "at_capacity",
        "internal_error",
        "new",
    ]
)
params = st.sampled_from([None, "system_prompt", "input.turn_detection.min_silence", "output.voice", "what"])
echoes = st.sampled_from(
    [
        None,
        {},
        {"system_prompt": "a"},
        {"input": {"turn_detection": None}, "tools": [{"name": "x", "http": {}}]},
        {"input": 7},
    ]
)
patches = st.builds(
    SessionPatch,
    system_prompt=st.sampled_from(["a", "b"]),
    tools=st.sampled_from([(), (FunctionTool(name="m1"),)]),
    input=st.builds(
        InputPatch,
        turn_detection=st.builds(
            TurnDetection,
            vad_threshold=st.sampled_from([0.2, 0.8, 7.0]),
            interrupt_response=st.sampled_from([None, True, False]),
        ),
    ),
    output=st.builds(OutputPatch, voice=st.sampled_from(["alba", "eve"])),
) | st.just(SessionPatch())

# Values that no field should have; most fields are as they should be, some are null.
odd: st.SearchStrategy[Any] = st.sampled_from([None, {}, [], 7, -0.5, True, "odd"])


def said(kind: str | None, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An event off the wire, decoded: fields may be null, missing or odd, and the type may be missing."""
    kinds = {} if kind is None else {"type": st.just(kind)}
    values = {name: values | values | values | odd for name, values in fields.items()}
    return st.fixed_dictionaries(kinds, optional=values).map(lambda event: decode_server(json.dumps(event)))


errors = {"code": codes, "message": texts, "param": params, "session_id": st.just("s")}
in_call = st.one_of(
    said("input.speech.started", timestamp=st.just(1.0)),
    said("input.speech.stopped", timestamp=st.just("2026-09-24T10:00:00Z")),
    said("transcript.user.delta", item_id=item_ids, text=texts, delta=texts),
    said("transcript.user", item_id=item_ids, text=texts),
    said("reply.started", reply_id=reply_ids, item_id=item_ids),
    st.builds(ev.ReplyStarted, reply_id=reply_ids),
    said("reply.audio", reply_id=reply_ids, data=st.just("AAA=")),
    st.builds(ev.ReplyAudio, reply_id=reply_ids, data=st.sampled_from([b"", b"\0\0"])),
    said("transcript.agent.delta", reply_id=reply_ids, delta=texts, text=texts, start_ms=times_ms),
    said("transcript.agent", reply_id=reply_ids, text=texts, interrupted=st.booleans()),
    said("reply.done", reply_id=reply_ids, status=st.sampled_from(["completed", "INTERRUPTED", "odd"])),
    st.builds(ev.ReplyDone, reply_id=reply_ids, status=st.sampled_from(["completed", "interrupted"])),
    said("reply.error", reply_id=reply_ids, code=codes, message=texts, retryable=st.booleans()),
    said(
        "tool.call", call_id=call_ids, name=item_ids, arguments=st.sampled_from([{}, [1], "x"]), args=echoes
    ),
    st.builds(ev.ToolCall, call_id=call_ids, name=item_ids),
    said("session.updated", config=echoes),
    st.builds(Unknown, st.just("x.y")),
    st.builds(Malformed, st.just("bad"), st.sampled_from([None, "reply.done"])),
)
session_ready = said("session.ready", session_id=st.just("s"), config=echoes, resume_token=st.just("token"))
at_the_edges = st.one_of(
    session_ready,
    said("session.ended", session_duration_seconds=times_ms, audio_duration_seconds=times_ms),
    said("session.error", **errors),
    said("error", **errors),
    said(None, **errors),
)
close_reasons = st.sampled_from(["", "gone", "Authentication failed", "session_expired"])
moments = st.floats(0.0, 1e9)
harmless = st.one_of(
    st.just(inputs.Tick()),
    st.just(inputs.MediaConnected()),
    st.builds(inputs.MuteSet, st.booleans()),
    st.builds(inputs.AgentMuteSet, st.booleans()),
    st.builds(inputs.ConfigWanted, patches),
    st.builds(inputs.ReplyAudible, reply_ids, played_ms, st.none() | moments),
    st.builds(inputs.VoiceHeard, moments),
    st.builds(inputs.VoicePaused, moments),
    st.builds(inputs.ReplyDrained, reply_ids, played_ms),
    st.builds(inputs.PlayoutFlushed, st.none() | reply_ids, played_ms),
    st.builds(inputs.ToolFinished, call_ids, st.just("{}"), st.booleans()),
    st.just(inputs.Failed(MessageRefused("odd"))),
    st.builds(inputs.Said, texts),
    st.builds(inputs.LimitsSet, st.builds(Limits, idle_s=limits_s, cap_s=limits_s)),
    st.just(inputs.Stay()),
)
ending = st.one_of(
    st.just(inputs.LinkOpened()),
    st.builds(inputs.LinkClosed, st.sampled_from([None, 1000, 1006, 1008]), close_reasons),
    st.builds(inputs.LinkFailed, st.sampled_from([AgentUnreachable("none"), AuthRefused("no")])),
    st.just(inputs.Restart()),
    st.just(inputs.HangUp()),
    st.just(inputs.Failed(MediaFailed("gone"))),
)
talk = st.builds(inputs.Received, in_call)
anything = st.one_of(talk, talk, talk, st.builds(inputs.Received, at_the_edges), harmless, harmless, ending)
interrupted_line = st.one_of(
    st.builds(inputs.LinkClosed, st.sampled_from([None, 1000, 1006, 1008]), close_reasons, st.just(9.0)),
    st.just(inputs.LinkOpened()),
    st.just(inputs.LinkFailed(AgentUnreachable("none"))),
    st.builds(inputs.Received, session_ready),
    st.builds(inputs.Received, said("session.error", **errors)),
    st.just(inputs.Restart()),
    st.just(inputs.Received(ev.SessionEnded())),
)
talking = st.one_of(talk, talk, harmless)
losing_it = st.one_of(talk, talk, harmless, interrupted_line)
OPENED: list[inputs.AnyInput] = [
    inputs.LinkOpened(),
    inputs.MediaConnected(),
    inputs.Received(ev.SessionReady(session_id="s", resume_token="token")),  # noqa: S106  (no secret)
]
# Whole calls: either any order from the very start, or talk in a call that is already open.
calls = (
    st.lists(anything, max_size=60)
    | st.lists(talking, max_size=80).map(lambda said: OPENED + said)
    | st.lists(losing_it, max_size=80).map(lambda said: OPENED + said)
)
gaps_s = st.sampled_from([0.0, 0.01, 0.5, 2.5, 20.0])
