"""What a person is told of what is kept, and that the switch decides about the next call."""

from pathlib import Path

import pytest
from pydantic import AnyUrl, SecretStr
from streamlit.testing.v1 import AppTest

from tests.support.fake_call import FakeSwitchboard
from voice.call.line import Line
from voice.settings import Settings, load_settings
from voice.ui.consent import consent

SCRIPT = """
from voice.settings import load_settings
from voice.ui.consent import draw_consent, draw_recording_switch
from voice.ui.my_line import my_line

draw_recording_switch(my_line(), load_settings())
draw_consent(my_line(), load_settings())
"""


@pytest.fixture
def switchboard() -> FakeSwitchboard:
    return FakeSwitchboard()


@pytest.fixture
def page(switchboard: FakeSwitchboard) -> AppTest:
    test = AppTest.from_string(SCRIPT)
    test.session_state["line"] = Line(switchboard)
    return rerun(test)


def rerun(test: AppTest) -> AppTest:
    test.run()
    assert not test.exception
    return test


def settings(**values: object) -> Settings:
    return Settings(assemblyai_api_key=SecretStr("canary"), **values)  # type: ignore[arg-type]


def test_a_recorded_call_says_what_is_kept_where_and_how_long() -> None:
    words = consent(settings(voice_data_dir=Path("/srv/parley"), voice_retention_days=7), recorded=True)
    assert words.startswith("This call is recorded: both voices go to /srv/parley/recordings")
    assert "for 7 days" in words


def test_without_an_end_it_is_kept_until_it_is_deleted() -> None:
    assert "until deleted" in consent(settings(voice_retention_days=0), recorded=True)
    assert "for one day" in consent(settings(voice_retention_days=1), recorded=False)


@pytest.mark.parametrize("recorded", [True, False])
def test_what_the_agent_keeps_is_told_whatever_is_kept_here(recorded: bool) -> None:
    assert "AssemblyAI keeps its own recording" in consent(settings(), recorded=recorded)
    local = Settings(assemblyai_api_key=None)
    assert "The local agent keeps a copy in memory" in consent(local, recorded=recorded)
    other = settings(voice_agent_url=AnyUrl("wss://my.example/v1/ws"))
    assert "up to whoever runs it" in consent(other, recorded=recorded)


def test_the_name_of_the_folder_is_shown_as_it_is() -> None:
    words = consent(settings(voice_data_dir=Path("/a_b_*c*/`x`/:red[d]/$e$")), recorded=True)
    assert r"/a\_b\_\*c\*/\`x\`/\:red\[d\]/\$e\$/recordings" in words


def test_calls_are_recorded_unless_switched_off(page: AppTest, switchboard: FakeSwitchboard) -> None:
    page.session_state["line"].connect()
    assert switchboard.calls[-1].record is True
    assert "This call is recorded" in page.caption[0].value


def test_switched_off_the_next_call_is_not_recorded_and_the_page_says_so(
    page: AppTest, switchboard: FakeSwitchboard
) -> None:
    page.toggle[0].set_value(False)
    rerun(page)
    assert page.caption[0].value.startswith("This call is not recorded.")
    page.session_state["line"].connect()
    assert switchboard.calls[-1].record is False


def test_it_cannot_be_changed_while_a_call_runs(page: AppTest) -> None:
    assert page.toggle[0].disabled is False
    page.session_state["line"].connect()
    rerun(page)
    assert page.toggle[0].disabled is True


def test_an_installation_that_records_nothing_offers_no_switch(
    page: AppTest, switchboard: FakeSwitchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_RECORD", "false")
    load_settings.cache_clear()
    rerun(page)
    assert not page.toggle
    assert "This call is not recorded" in page.caption[0].value
    page.session_state["line"].connect()
    assert switchboard.calls[-1].record is False
