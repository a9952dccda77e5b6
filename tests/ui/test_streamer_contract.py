"""What the streamer relies on in streamlit-webrtc; a failure here means that streamlit-webrtc changed."""

import re
import threading
import weakref
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import streamlit_webrtc.component
import streamlit_webrtc.shutdown
from streamlit.runtime.app_session import AppSessionState
from streamlit_webrtc.component import WebRtcStreamerContext, WebRtcStreamerState
from streamlit_webrtc.shutdown import SessionShutdownObserver

from voice.ui import streamer
from voice.ui.streamer import StreamlitWebrtcChangedError, install

REQUIREMENTS = Path(__file__).parents[2] / "requirements.txt"
STOCK_PAGE_HASH = streamlit_webrtc.shutdown._get_current_page_script_hash


@pytest.fixture(autouse=True)
def stock_page_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamlit_webrtc.shutdown, "_get_current_page_script_hash", STOCK_PAGE_HASH)


@pytest.mark.parametrize("package", ["streamlit", "streamlit-webrtc"])
def test_these_are_the_releases_that_were_read(package: str) -> None:
    pinned = re.search(rf"^{package}==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    assert pinned is not None
    assert version(package) == pinned[1]


class BrowsingSession:
    """As much of an `AppSession` as the observer reads: on its second poll it is on another page, on its
    fourth it is shut down.
    """

    id = "session"

    def __init__(self) -> None:
        self.polls = 0
        self._client_state = self

    @property
    def page_script_hash(self) -> str:
        return "first page" if self.polls < 2 else "second page"

    @property
    def _state(self) -> AppSessionState:
        self.polls += 1
        return AppSessionState.SHUTDOWN_REQUESTED if self.polls == 4 else AppSessionState.APP_NOT_RUNNING


class NoWait(threading.Event):
    """Polls at once in place of once a second."""

    def wait(self, _timeout: float | None = None) -> bool:
        return self.is_set()


def polls_until_the_stream_ends() -> int:
    ended_at: list[int] = []
    session = BrowsingSession()
    observer = SessionShutdownObserver(lambda: ended_at.append(session.polls))
    observer._polling_thread_stop_event = NoWait()
    observer._polling_thread_impl(weakref.ref(cast("Any", session)), "first page")
    (polls,) = ended_at
    return polls


def test_without_the_replacement_a_page_switch_ends_the_stream() -> None:
    assert polls_until_the_stream_ends() == 2


def test_installed_a_page_switch_leaves_the_stream_and_the_end_of_the_session_ends_it() -> None:
    install()
    assert polls_until_the_stream_ends() == 4


def test_installed_an_observer_made_outside_a_run_watches_no_page() -> None:
    install()
    assert SessionShutdownObserver._resolve_initial_page_script_hash(cast("Any", BrowsingSession())) == ""


def test_installing_twice_is_the_same_as_once() -> None:
    install()
    install()
    assert polls_until_the_stream_ends() == 4


def the_page_hash_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(streamlit_webrtc.shutdown, "_get_current_page_script_hash")


def the_last_run_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(WebRtcStreamerContext.__annotations__, "_last_rendered_run_count")


@pytest.mark.parametrize("gone", [the_page_hash_is_gone, the_last_run_is_gone])
def test_a_name_that_is_gone_is_refused_with_the_version_that_has_it(
    gone: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone(monkeypatch)
    with pytest.raises(StreamlitWebrtcChangedError) as refusal:
        install()
    pinned = re.search(r"^streamlit-webrtc==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    assert pinned is not None
    assert pinned[1] in str(refusal.value)


def is_reset_after(runs: list[int], monkeypatch: pytest.MonkeyPatch, *, keep: bool) -> bool:
    """Whether streamlit-webrtc resets a context that is rendered in these script runs only."""
    reset: list[object] = []
    session = SimpleNamespace(script_run_count=0)
    monkeypatch.setattr(streamlit_webrtc.component, "get_this_session_info", lambda: session)
    monkeypatch.setattr(streamlit_webrtc.component, "_reset_context", reset.append)
    for run in runs:
        session.script_run_count = run
        if keep:
            streamer._keep_context()
        streamlit_webrtc.component._get_or_create_context("streamer")
    return bool(reset)


def test_a_context_knows_the_run_that_rendered_it_last() -> None:
    made: WebRtcStreamerContext[Any, Any] = WebRtcStreamerContext(
        None, WebRtcStreamerState(playing=False, signalling=False)
    )
    assert made._last_rendered_run_count is None


@pytest.mark.usefixtures("state")
def test_a_run_that_was_cut_short_makes_streamlit_webrtc_reset_the_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert is_reset_after([1, 3], monkeypatch, keep=False)


@pytest.mark.usefixtures("state")
def test_runs_that_follow_each_other_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_reset_after([1, 2], monkeypatch, keep=False)


@pytest.mark.usefixtures("state")
def test_kept_a_stream_survives_runs_that_were_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_reset_after([1, 3, 9], monkeypatch, keep=True)


def test_a_first_run_has_no_context_to_keep(state: dict[str, Any]) -> None:
    streamer._keep_context()
    assert state == {}
