"""The browser's microphone and speaker, through streamlit-webrtc. The only module that touches its private
names, each guarded by `install` and by a contract test.
"""

import streamlit as st
import streamlit_webrtc.shutdown
from streamlit_webrtc import WebRtcMode, webrtc_streamer

from voice.call.call import Call
from voice.call.line import Line
from voice.settings import IceServer, Settings

_KEY = "streamer"
_PAGE_HASH = "_get_current_page_script_hash"
_STREAMED = "streamed_call"
_LAST_RUN = "_last_rendered_run_count"


class StreamlitWebrtcChangedError(RuntimeError):
    """A private name that Parley relies on is gone; the message names the version that has it."""


def install() -> None:
    """Keep calls alive across page switches. Call once per process, before the first page.

    streamlit-webrtc 0.79 ends a stream within a second of a page switch, while the browser still shows it
    live, because its observer watches the page's hash. The streamer lives in the frame around all pages,
    so no switch ever unmounts it.
    """
    if not hasattr(streamlit_webrtc.shutdown, _PAGE_HASH):
        raise StreamlitWebrtcChangedError(
            "Parley needs streamlit-webrtc 0.79.0, as requirements.txt pins it."
        )
    setattr(streamlit_webrtc.shutdown, _PAGE_HASH, lambda _session: "")


def draw_streamer(line: Line, settings: Settings, *, noise_suppression: bool, auto_gain: bool) -> None:
    """Mount the streamer; it plays while the line has a call. To be drawn in every run of every page."""
    _keep_context()
    call = line.call
    context = webrtc_streamer(
        key=_KEY,
        mode=WebRtcMode.SENDRECV,
        desired_playing_state=call is not None and _is_free_for(call),
        frontend_rtc_configuration={"iceServers": _for_browser(settings.voice_ice_servers)},
        server_rtc_configuration={"iceServers": _for_server(settings.voice_ice_servers)},
        media_stream_constraints={
            "audio": {
                "echoCancellation": True,
                "noiseSuppression": noise_suppression,
                # Automatic gain lifts room noise until it interrupts the agent.
                "autoGainControl": auto_gain,
            },
            "video": False,
        },
        source_audio_track=call.track if call else None,
        sink_audio_track=call.sink if call else None,
        # A video line in the offer would be answered by nobody.
        sendback_video=False,
        media_toggle_controls=False,
        # Visible on purpose: Safari refuses to autoplay audio that is not.
        audio_html_attrs={"autoPlay": True, "controls": True},
    )
    if call is not None and context.state.playing:
        call.media_playing()


def _keep_context() -> None:
    # Start causes four to six reruns, some cut short before they reach the streamer. streamlit-webrtc
    # then takes it for orphaned and stops its worker: 12 to 18 % of connects were silently dead.
    context = st.session_state.get(_KEY)
    if hasattr(context, _LAST_RUN):
        setattr(context, _LAST_RUN, None)


def _is_free_for(call: Call) -> bool:
    # A peer connection keeps the tracks it was made with: one that still serves the call before must stop
    # first. Its stop causes the rerun in which the next one starts.
    context = st.session_state.get(_KEY)
    busy = context is not None and (context.state.playing or context.state.signalling)
    if busy and st.session_state.get(_STREAMED) is not call:
        return False
    st.session_state[_STREAMED] = call
    return True


def _for_browser(servers: list[IceServer]) -> list[dict[str, object]]:
    # Credentials of TURN servers stay here: the server's own relay candidate is enough for both ends.
    return [{"urls": server.urls} for server in servers if server.credential is None]


def _for_server(servers: list[IceServer]) -> list[dict[str, object]]:
    return [
        {"urls": server.urls, "username": server.username, "credential": server.credential.get_secret_value()}
        if server.credential is not None
        else {"urls": server.urls}
        for server in servers
    ]
