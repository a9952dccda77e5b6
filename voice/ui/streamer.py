"""The browser's microphone and speaker, through streamlit-webrtc. The only module that touches its private
names, each guarded by `install` and by a contract test.
"""

import secrets
import time
from typing import Any

import streamlit as st
import streamlit_webrtc.shutdown
from aiortc import RTCPeerConnection
from streamlit_webrtc import WebRtcMode, webrtc_streamer
from streamlit_webrtc.component import WebRtcStreamerContext, generate_frontend_component_key

from voice.call.call import Call
from voice.call.ice_servers import for_browser, for_server
from voice.call.line import Line
from voice.settings import Settings

_KEY = "streamer"
_PAGE_HASH = "_get_current_page_script_hash"
_STREAMED = "streamed_call"
# The name of the last start. No other session that the page may have had gave a call the same.
_START = "streamer_start"
_WAS_ACTIVE = "streamer_was_active"
_STOPPED_AT = "streamer_stopped_at"
# streamlit-webrtc's page closes a peer connection 500 ms after it says that it has stopped.
_CLOSING_S = 0.7
_STARTED_AT = "streamer_started_at"
# A start loads a script before it shows; a run that was already waiting and reached the page 20 ms behind it
# started it again, once in 195 connects. A start that has shown itself (signalling) needs no such care.
_STARTING_S = 0.5
_GET_WORKER = "_get_worker"
_LAST_RUN = "_last_rendered_run_count"


class StreamlitWebrtcChangedError(RuntimeError):
    """A private name that Parley relies on is gone; the message names the version that has it."""


def install() -> None:
    """Keep calls alive across page switches. Call once per process, before the first page.

    streamlit-webrtc 0.79 ends a stream within a second of a page switch, while the browser still shows it
    live, because its observer watches the page's hash. The streamer lives in the frame around all pages,
    so no switch ever unmounts it.
    """
    known = (
        hasattr(streamlit_webrtc.shutdown, _PAGE_HASH)
        and _LAST_RUN in WebRtcStreamerContext.__annotations__
        and hasattr(WebRtcStreamerContext, _GET_WORKER)
    )
    if not known:
        raise StreamlitWebrtcChangedError(
            "Parley needs streamlit-webrtc 0.79.0, as requirements.txt pins it."
        )
    setattr(streamlit_webrtc.shutdown, _PAGE_HASH, lambda _session: "")


def draw_streamer(line: Line, settings: Settings, *, noise_suppression: bool, auto_gain: bool) -> None:
    """Mount the streamer; it plays while the line has a call. To be drawn in every run of every page."""
    _keep_context()
    _note_stop()
    call = line.call
    plays = call is not None and _may_play(call)
    microphone = {
        "echoCancellation": True,
        "noiseSuppression": noise_suppression,
        # Automatic gain lifts room noise until it interrupts the agent.
        "autoGainControl": auto_gain,
    }
    context = webrtc_streamer(
        key=_KEY,
        mode=WebRtcMode.SENDRECV,
        desired_playing_state=plays,
        frontend_rtc_configuration={"iceServers": for_browser(settings.voice_ice_servers)},
        server_rtc_configuration={"iceServers": for_server(settings.voice_ice_servers)},
        media_stream_constraints={
            # With neither sound nor picture wanted, the browser is asked for nothing and only receives.
            "audio": False if call is not None and call.sample else microphone,
            "video": False,
        },
        source_audio_track=call.track if call else None,
        sink_audio_track=call.sink if call else None,
        # A video line in the offer would be answered by nobody.
        sendback_video=False,
        media_toggle_controls=False,
        audio_html_attrs=_sound(),
    )
    if call is not None and context.state.playing and _is_streamed(call):
        call.media_playing()
        connection = _connection_of(context)
        if connection is not None:
            call.media.watch(connection)


def _sound() -> Any:
    # Visible on purpose: Safari refuses to autoplay audio that is not. The name of the start is for
    # `start_gate.js`; streamlit-webrtc hands it on and ignores it.
    return {"autoPlay": True, "controls": True, "start": st.session_state.get(_START)}


def _connection_of(context: WebRtcStreamerContext[Any, Any]) -> RTCPeerConnection | None:
    worker = getattr(context, _GET_WORKER)()
    connection = getattr(worker, "pc", None)
    return connection if isinstance(connection, RTCPeerConnection) else None


def _keep_context() -> None:
    # Start causes four to six reruns, some cut short before they reach the streamer. streamlit-webrtc
    # then takes it for orphaned and stops its worker: 12 to 18 % of connects were silently dead.
    context = st.session_state.get(_KEY)
    if hasattr(context, _LAST_RUN):
        setattr(context, _LAST_RUN, None)


def _may_play(call: Call) -> bool:
    """Whether the browser may start playing `call` in this run; if not, it will cause another run itself."""
    if _is_streamed(call):
        if not _is_active():
            _wait_until(st.session_state[_STARTED_AT] + _STARTING_S)
        return True
    # Two starts at once make two peer connections, of which the wrong one is answered: the call is dead and
    # a microphone stays open. The browser's part starts twice when a run reaches it just after the start, so
    # it must be mounted (it says so once), idle, and done with closing the peer connection before.
    if st.session_state.get(generate_frontend_component_key(_KEY)) is None or _is_active():
        return False
    _wait_until(st.session_state.get(_STOPPED_AT, 0.0) + _CLOSING_S)
    st.session_state[_START] = secrets.token_hex(8)
    st.session_state[_STARTED_AT] = time.monotonic()
    # Last: Streamlit may break the run off at each of these, and a start is either whole or made anew.
    st.session_state[_STREAMED] = call
    return True


def _wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def _is_streamed(call: Call) -> bool:
    return st.session_state.get(_STREAMED) is call


def _note_stop() -> None:
    active = _is_active()
    if st.session_state.get(_WAS_ACTIVE, False) and not active:
        st.session_state[_STOPPED_AT] = time.monotonic()
    st.session_state[_WAS_ACTIVE] = active


def _is_active() -> bool:
    context = st.session_state.get(_KEY)
    return context is not None and (context.state.playing or context.state.signalling)
