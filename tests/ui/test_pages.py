"""The frame and its pages: what each draws, and that the streamer is in all of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.support.fake_call import FakeSwitchboard
from voice.call.line import Line
from voice.history.store import Store
from voice.settings import Settings
from voice.ui import audio_process, lifespan, streamer
from voice.ui.checks.route import SETUP_PATH
from voice.ui.history.news import NEWS_PATH
from voice.ui.history.recordings import RECORDING_PATH, WAVEFORM_PATH
from voice.ui.live_route import LIVE_PATH

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 20
DASHBOARD = ROOT / "voice" / "ui" / "dashboard.py"
HISTORY = str(ROOT / "pages" / "history.py")


class Drawn:
    """What was handed to the streamer, run by run."""

    def __init__(self) -> None:
        self.streamers: list[tuple[Line, dict[str, bool]]] = []
        self.prepared = 0

    def draw_streamer(self, line: Line, _settings: Settings, **microphone: bool) -> None:
        self.streamers.append((line, microphone))

    def prepare(self) -> None:
        self.prepared += 1


@pytest.fixture
def switchboard(monkeypatch: pytest.MonkeyPatch) -> FakeSwitchboard:
    placed = FakeSwitchboard()
    monkeypatch.setattr(lifespan, "_switchboard", placed)
    return placed


@pytest.fixture(autouse=True)
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    store = Store("", tmp_path)
    store.open()
    monkeypatch.setattr(lifespan, "_store", store)
    yield store
    store.close()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    stand_in = Drawn()
    monkeypatch.setattr(streamer, "draw_streamer", stand_in.draw_streamer)
    monkeypatch.setattr(audio_process, "prepare_for_audio", stand_in.prepare)
    return stand_in


@pytest.fixture
def line(switchboard: FakeSwitchboard) -> Line:
    return Line(switchboard)


@pytest.fixture
def dashboard(drawn: Drawn, line: Line) -> AppTest:
    return run(AppTest.from_file(DASHBOARD, default_timeout=START_TIMEOUT_S), line)


def run(test: AppTest, line: Line) -> AppTest:
    test.session_state["line"] = line
    return rerun(test)


def rerun(test: AppTest) -> AppTest:
    test.run()
    assert not test.exception
    return test


def panel_of(test: AppTest) -> dict[str, Any]:
    (panel,) = [
        element.proto
        for element in test.main.get("bidi_component")
        if element.proto.component_name == "parley_panel"
    ]
    return dict(msgspec.json.decode(panel.json))


def test_talk_comes_first_and_shows_the_whole_call(dashboard: AppTest, line: Line) -> None:
    assert [title.value for title in dashboard.title] == ["Talk"]
    assert panel_of(dashboard) == {
        "path": LIVE_PATH,
        "token": line.token,
        "compact": False,
        "in_call": False,
    }


def test_history_shows_the_call_without_its_transcript(dashboard: AppTest, line: Line) -> None:
    rerun(dashboard.switch_page(HISTORY))
    assert [title.value for title in dashboard.title] == ["History"]
    panel = panel_of(dashboard)
    assert panel["compact"] is True
    assert panel["token"] == line.token


def test_a_panel_knows_whether_a_call_runs(dashboard: AppTest, line: Line) -> None:
    line.connect()
    rerun(dashboard)
    assert panel_of(dashboard)["in_call"] is True


def test_the_streamer_is_drawn_in_every_run_of_every_page_with_the_same_line(
    dashboard: AppTest, drawn: Drawn, line: Line
) -> None:
    rerun(dashboard.switch_page(HISTORY))
    rerun(dashboard)
    raw = {"noise_suppression": False, "auto_gain": False}
    assert drawn.streamers == [(line, raw)] * 3


def test_the_streamer_gets_what_the_microphones_toggles_say(dashboard: AppTest, drawn: Drawn) -> None:
    dashboard.toggle(key="noise_suppression").set_value(True)
    rerun(dashboard)
    assert drawn.streamers[-1][1] == {"noise_suppression": True, "auto_gain": False}


def test_the_process_is_prepared_before_the_first_page(dashboard: AppTest, drawn: Drawn) -> None:
    assert dashboard.title
    assert drawn.prepared == 1


def test_the_controls_are_beside_every_page(dashboard: AppTest) -> None:
    for _ in range(2):
        assert dashboard.sidebar.selectbox(key="voice").label == "Voice"
        rerun(dashboard.switch_page(HISTORY))


@pytest.mark.parametrize("local", [True, False])
def test_people_are_told_when_calls_go_to_the_local_agent(
    local: bool, switchboard: FakeSwitchboard, drawn: Drawn, line: Line
) -> None:
    switchboard.uses_local_agent = local
    dashboard = run(AppTest.from_file(DASHBOARD, default_timeout=START_TIMEOUT_S), line)
    said = [caption.value for caption in dashboard.caption]
    assert any("ASSEMBLYAI_API_KEY" in text for text in said) is local


class Stranger:
    """`st.user` where login is set up and nobody has logged in."""

    def to_dict(self) -> dict[str, Any]:
        return {"is_logged_in": False}


@pytest.mark.parametrize(
    ("section", "buttons"),
    [
        ({"client_id": "x"}, ["Log in"]),
        (
            {"google": {"client_id": "x"}, "okta": {"client_id": "y"}},
            ["Log in with google", "Log in with okta"],
        ),
    ],
)
@pytest.mark.usefixtures("switchboard")
def test_where_login_is_set_up_nothing_but_its_buttons_is_drawn_before_it(
    drawn: Drawn, monkeypatch: pytest.MonkeyPatch, section: dict[str, Any], buttons: list[str]
) -> None:
    monkeypatch.setattr(st, "user", Stranger())
    test = AppTest.from_file(DASHBOARD, default_timeout=START_TIMEOUT_S)
    test.secrets["auth"] = {
        "redirect_uri": "http://localhost/oauth2callback",
        "cookie_secret": "x",
        **section,
    }
    rerun(test)
    assert [button.label for button in test.button] == buttons
    assert not drawn.streamers
    assert not test.sidebar.selectbox


def test_the_server_has_the_live_route_beside_the_dashboard() -> None:
    from app import app  # noqa: PLC0415 - importing it makes an app

    assert isinstance(app, st.App)
    assert [getattr(route, "path", None) for route in app._user_routes] == [
        LIVE_PATH,
        SETUP_PATH,
        RECORDING_PATH,
        WAVEFORM_PATH,
        NEWS_PATH,
    ]
