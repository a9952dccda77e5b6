"""What the browser is handed to stream, and when it may start a call."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
import streamlit as st
import streamlit_webrtc.component
from aiortc import RTCPeerConnection
from pydantic import SecretStr
from streamlit_webrtc.component import (
    WebRtcStreamerContext,
    WebRtcStreamerState,
    generate_frontend_component_key,
)

from tests.support.fake_call import FakeSwitchboard
from voice.call.call import Call
from voice.call.line import Line
from voice.settings import Settings
from voice.settings_values import IceServer
from voice.ui import streamer
from voice.ui.streamer import draw_streamer

STUN = IceServer(urls="stun:stun.example.com")
TURN = IceServer(urls=["turn:turn.example.com"], username="parley", credential=SecretStr("canary-secret"))
MOUNTED = generate_frontend_component_key("streamer")

pytestmark = pytest.mark.usefixtures("state")


def context(*, playing: bool = False, signalling: bool = False) -> WebRtcStreamerContext[Any, Any]:
    return WebRtcStreamerContext(None, WebRtcStreamerState(playing=playing, signalling=signalling))


class Frontend:
    """Stands in for the browser's part; keeps what each run hands it."""

    def __init__(self) -> None:
        self.drawn: list[dict[str, Any]] = []

    def __call__(self, **arguments: Any) -> None:
        self.drawn.append(arguments)


class Worker:
    """As much of a worker as is looked at."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        self.pc = connection


@pytest.fixture
def frontend(monkeypatch: pytest.MonkeyPatch) -> Frontend:
    stand_in = Frontend()
    monkeypatch.setattr(streamlit_webrtc.component, "_component_func", stand_in)
    return stand_in


@pytest.fixture
def line() -> Line:
    return Line(FakeSwitchboard())


def draw(line: Line, *servers: IceServer) -> None:
    settings = Settings(voice_ice_servers=list(servers))
    draw_streamer(line, settings, noise_suppression=True, auto_gain=False)


def test_the_browsers_part_is_mounted_under_the_key_that_is_looked_up(frontend: Frontend, line: Line) -> None:
    draw(line)
    assert [drawn["key"] for drawn in frontend.drawn] == [MOUNTED]


def test_without_a_call_nothing_plays_and_audio_only_is_asked_for(frontend: Frontend, line: Line) -> None:
    draw(line)
    (drawn,) = frontend.drawn
    assert drawn["desired_playing_state"] is False
    assert drawn["sendback_video"] is False
    assert drawn["media_stream_constraints"] == {
        "audio": {"echoCancellation": True, "noiseSuppression": True, "autoGainControl": False},
        "video": False,
    }


def test_a_sample_call_asks_the_browser_for_no_microphone_and_the_next_call_does(
    frontend: Frontend,
) -> None:
    for sample in (True, False):
        placed = SimpleNamespace(track=None, sink=None, sample=sample)
        draw(cast("Line", SimpleNamespace(call=placed)))
    without, with_one = (drawn["media_stream_constraints"] for drawn in frontend.drawn)
    assert without == {"audio": False, "video": False}
    assert with_one["audio"]
    assert {drawn["mode"] for drawn in frontend.drawn} == {"SENDRECV"}


def test_no_server_is_asked_for_addresses_unless_one_is_set(frontend: Frontend, line: Line) -> None:
    draw(line)
    assert frontend.drawn[0]["rtc_configuration"] == {"iceServers": []}


def test_credentials_of_turn_servers_do_not_reach_the_browser(frontend: Frontend, line: Line) -> None:
    draw(line, STUN, TURN)
    assert frontend.drawn[0]["rtc_configuration"] == {"iceServers": [{"urls": "stun:stun.example.com"}]}
    assert "canary" not in repr(frontend.drawn)


def test_the_server_gets_them_whole(monkeypatch: pytest.MonkeyPatch, line: Line) -> None:
    given: list[dict[str, Any]] = []

    def record(**arguments: Any) -> WebRtcStreamerContext[Any, Any]:
        given.append(arguments)
        return context()

    monkeypatch.setattr(streamer, "webrtc_streamer", record)
    draw(line, STUN, TURN)
    assert given[0]["server_rtc_configuration"] == {
        "iceServers": [
            {"urls": "stun:stun.example.com"},
            {"urls": ["turn:turn.example.com"], "username": "parley", "credential": "canary-secret"},
        ]
    }


class Clock:
    """A clock that a sleep moves."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept_s: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stand_in = Clock()
    monkeypatch.setattr(streamer, "time", stand_in)
    return stand_in


@pytest.fixture
def call() -> Call:
    return cast("Call", object())


def test_a_browser_whose_part_is_not_mounted_may_not_start(state: dict[str, Any], call: Call) -> None:
    state["streamer"] = context()
    assert not streamer._may_play(call)
    state[MOUNTED] = {"playing": False}
    assert streamer._may_play(call)


@pytest.mark.parametrize("busy", [{"playing": True}, {"signalling": True}])
def test_a_browser_that_is_busy_with_another_call_may_not_start_the_next(
    busy: dict[str, bool], state: dict[str, Any], call: Call
) -> None:
    state.update({"streamer": context(**busy), MOUNTED: {}, "streamed_call": object()})
    assert not streamer._may_play(call)
    state["streamer"] = context()
    assert streamer._may_play(call)


def test_a_call_that_was_started_goes_on(state: dict[str, Any], call: Call) -> None:
    state[MOUNTED] = {}
    assert streamer._may_play(call)
    state["streamer"] = context(playing=True)
    assert streamer._may_play(call)


class BrokenOff(Exception):
    """As Streamlit breaks a run off."""


class BreakingState(dict[str, Any]):
    """The session state of a run that is broken off at one of its writes."""

    def __init__(self, kept: dict[str, Any], break_at: int) -> None:
        super().__init__(kept)
        self.writes_left = break_at

    def __setitem__(self, key: str, value: object) -> None:
        if not self.writes_left:
            raise BrokenOff
        self.writes_left -= 1
        super().__setitem__(key, value)


@pytest.mark.parametrize("break_at", [0, 1, 2])
def test_a_start_that_is_broken_off_is_made_anew(
    break_at: int, monkeypatch: pytest.MonkeyPatch, call: Call, clock: Clock
) -> None:
    last = {"streamer": context(), MOUNTED: {}, "streamer_start": "last", "streamed_call": object()}
    broken_off = BreakingState(last, break_at)
    monkeypatch.setattr(st, "session_state", broken_off)
    with pytest.raises(BrokenOff):
        streamer._may_play(call)
    broken_off.writes_left = 9
    assert streamer._may_play(call)
    assert broken_off["streamer_start"] != "last"
    assert clock.slept_s
    assert streamer._may_play(call)


def test_a_call_has_a_start_of_its_own_for_as_long_as_it_lasts(state: dict[str, Any], call: Call) -> None:
    state.update({"streamer": context(), MOUNTED: {}})
    starts = []
    for of in (call, call, cast("Call", object())):
        assert streamer._may_play(of)
        starts.append(state["streamer_start"])
    assert starts[0] == starts[1] != starts[2]


def test_after_a_stop_the_start_waits_until_the_browser_has_closed(
    state: dict[str, Any], call: Call, clock: Clock
) -> None:
    state.update({"streamer": context(playing=True), MOUNTED: {}})
    streamer._note_stop()
    state["streamer"] = context()
    streamer._note_stop()
    clock.now += 0.2
    streamer._note_stop()
    assert streamer._may_play(call)
    assert clock.slept_s == [pytest.approx(0.5)]


def test_a_run_just_behind_the_start_waits_until_the_start_has_shown_itself(
    state: dict[str, Any], call: Call, clock: Clock
) -> None:
    state.update({"streamer": context(), MOUNTED: {}})
    assert streamer._may_play(call)
    clock.now += 0.1
    assert streamer._may_play(call)
    assert clock.slept_s == [0.0, pytest.approx(0.4)]
    state["streamer"] = context(signalling=True)
    assert streamer._may_play(call)
    assert len(clock.slept_s) == 2


def test_long_after_a_stop_the_start_does_not_wait(state: dict[str, Any], call: Call, clock: Clock) -> None:
    state.update({MOUNTED: {}, "streamer_was_active": True})
    streamer._note_stop()
    clock.now += 60
    assert streamer._may_play(call)
    assert clock.slept_s == [0.0]


def test_a_call_is_told_that_it_plays_only_when_the_browser_plays_this_call(
    monkeypatch: pytest.MonkeyPatch, state: dict[str, Any]
) -> None:
    told: list[str] = []
    watched: list[RTCPeerConnection] = []
    connection = RTCPeerConnection()
    worker: Any = Worker(connection)
    placed = SimpleNamespace(
        track="track",
        sink="sink",
        sample=False,
        media_playing=lambda: told.append("playing"),
        media=SimpleNamespace(watch=watched.append),
    )
    given: list[dict[str, Any]] = []

    def record(**arguments: Any) -> WebRtcStreamerContext[Any, Any]:
        given.append(arguments)
        kept: WebRtcStreamerContext[Any, Any] = state["streamer"]
        return kept

    monkeypatch.setattr(streamer, "webrtc_streamer", record)
    in_call = cast("Line", SimpleNamespace(call=placed))
    # The call before is still closing: its media is not this call's.
    state.update({"streamer": context(playing=True), MOUNTED: {}, "streamed_call": object()})
    draw(in_call)
    assert told == []
    state["streamer"] = context()
    monkeypatch.setattr(streamer, "_CLOSING_S", 0.0)
    draw(in_call)
    state["streamer"] = context(playing=True)
    state["streamer"]._set_worker(worker)
    draw(in_call)
    assert told == ["playing"]
    assert watched == [connection]
    assert [drawn["desired_playing_state"] for drawn in given] == [False, True, True]
    assert {(drawn["source_audio_track"], drawn["sink_audio_track"]) for drawn in given} == {
        ("track", "sink")
    }
