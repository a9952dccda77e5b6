"""Arbitrary inputs of a session: any order, few ids so that they meet."""

from hypothesis import strategies as st

from voice.protocol import inputs
from voice.protocol import server_events as ev
from voice.protocol.codec import Malformed, Unknown
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

in_call = st.one_of(
    st.just(ev.InputSpeechStarted()),
    st.just(ev.InputSpeechStopped()),
    st.builds(ev.TranscriptUserDelta, item_id=item_ids, text=texts),
    st.builds(ev.TranscriptUser, item_id=item_ids, text=texts),
    st.builds(ev.ReplyStarted, reply_id=reply_ids),
    st.builds(ev.ReplyAudio, reply_id=reply_ids, data=st.sampled_from([b"", b"\0\0"])),
    st.builds(ev.TranscriptAgentDelta, reply_id=reply_ids, delta=texts, start_ms=times_ms),
    st.builds(ev.TranscriptAgent, reply_id=reply_ids, text=texts, interrupted=st.booleans()),
    st.builds(ev.ReplyDone, reply_id=reply_ids, status=st.sampled_from(["completed", "interrupted", "odd"])),
    st.builds(ev.ReplyError, reply_id=reply_ids),
    st.builds(ev.ToolCall, call_id=call_ids, name=item_ids, arguments=st.sampled_from([None, {}, [1], "x"])),
    st.builds(ev.SessionUpdated, config=echoes),
    st.builds(Unknown, st.just("x.y")),
    st.builds(Malformed, st.just("bad"), st.sampled_from([None, "reply.done"])),
)
at_the_edges = st.one_of(
    st.builds(ev.SessionReady, session_id=st.just("s"), config=echoes),
    st.just(ev.SessionEnded()),
    st.builds(ev.SessionError, code=codes, message=texts, param=params),
    st.builds(ev.BareError, code=codes),
)
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
    st.builds(inputs.LinkClosed, st.sampled_from([None, 1000, 1006, 1008]), texts),
    st.builds(inputs.LinkFailed, st.sampled_from([AgentUnreachable("none"), AuthRefused("no")])),
    st.just(inputs.Restart()),
    st.just(inputs.HangUp()),
    st.just(inputs.Failed(MediaFailed("gone"))),
)
talk = st.builds(inputs.Received, in_call)
anything = st.one_of(talk, talk, talk, st.builds(inputs.Received, at_the_edges), harmless, harmless, ending)
interrupted_line = st.one_of(
    st.builds(inputs.LinkClosed, st.sampled_from([None, 1006]), texts),
    st.just(inputs.LinkOpened()),
    st.builds(inputs.Received, st.builds(ev.SessionReady, session_id=st.just("s"), config=echoes)),
    st.just(inputs.Restart()),
    st.just(inputs.Received(ev.SessionEnded())),
)
talking = st.one_of(talk, talk, harmless)
losing_it = st.one_of(talk, talk, harmless, interrupted_line)
OPENED: list[inputs.AnyInput] = [
    inputs.LinkOpened(),
    inputs.MediaConnected(),
    inputs.Received(ev.SessionReady(session_id="s")),
]
# Whole calls: either any order from the very start, or talk in a call that is already open.
calls = (
    st.lists(anything, max_size=60)
    | st.lists(talking, max_size=80).map(lambda said: OPENED + said)
    | st.lists(losing_it, max_size=80).map(lambda said: OPENED + said)
)
gaps_s = st.sampled_from([0.0, 0.01, 0.5, 2.5, 20.0])
