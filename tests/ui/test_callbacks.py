"""A widget's callback runs to its end, whatever else is asked of the page meanwhile."""

from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.state import SafeSessionState
from streamlit.testing.v1 import AppTest

from voice.ui import callbacks

STOCK = ScriptRunner._maybe_handle_execution_control_request
STOCK_TAKE_OVER = SafeSessionState.on_script_will_rerun
# The callback asks for the next run itself: a page that does so at that moment can't be made to.
SCRIPT = """
import streamlit as st
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

def keep():
    ctx = get_script_run_ctx()
    ctx.script_requests.request_rerun(RerunData("asked=again"))
    st.session_state["kept"] = st.session_state["title"]

st.text_input("Title", key="title", on_change=keep)
st.text(st.query_params.get("asked"))
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(ScriptRunner, "_maybe_handle_execution_control_request", STOCK)
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", STOCK_TAKE_OVER)
    callbacks.install()
    script = tmp_path / "page.py"
    script.write_text(SCRIPT)
    return AppTest.from_file(script).run()


def test_a_callback_is_not_broken_off_by_the_next_run(page: AppTest) -> None:
    page.text_input(key="title").set_value("Six times seven").run()
    assert page.session_state["kept"] == "Six times seven"


def test_the_next_run_comes_all_the_same(page: AppTest) -> None:
    page.text_input(key="title").set_value("Six times seven").run()
    assert page.text[0].value == "again"
