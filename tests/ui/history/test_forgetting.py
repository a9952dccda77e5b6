"""What was deleted is told with where, and what could not be is kept until somebody decides."""

import httpx
import pytest
from msgspec.structs import replace
from streamlit.testing.v1 import AppTest

from tests.history.samples import ME, a_call, keep, keep_at_service
from tests.support.fake_service import API, FakeService
from tests.ui.history.test_page import HOSTILE, again, button, draw, rows, texts
from voice.history.records import HistoryProblem
from voice.history.store import Store
from voice.service.forgetting import Forgotten
from voice.service.problems import ServiceProblem
from voice.ui.history import forgetting
from voice.ui.history.forgotten import gone_sentences, left_sentences

THERE = Forgotten(call=a_call(title="Parcel", agent="assemblyai"), is_gone=True)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, what is quick ends within the click."""
    monkeypatch.setattr(forgetting, "_QUICK_S", 20.0)


def script() -> None:
    import streamlit as st  # noqa: PLC0415 - this function's text is a script of its own

    from voice.ui.history.forgetting import draw_forgetting, draw_question  # noqa: PLC0415
    from voice.ui.history.said import draw_said  # noqa: PLC0415

    draw_forgetting(st.session_state["owner"])
    draw_said()
    draw_question(st.session_state["owner"], st.session_state["asking"])


def question(store: Store) -> AppTest:
    """The dialog's question about the call, which a test of the whole page can't open."""
    page = AppTest.from_function(script, default_timeout=20)
    page.session_state["owner"] = ME
    page.session_state["asking"] = [row.call for row in store.list_calls(ME).rows]
    return again(page)


def answered(page: AppTest) -> AppTest:
    """The page after the answer that deletes."""
    page.button(key="history_delete_yes").click()
    return again(page)


def test_a_deleted_call_is_told_with_its_session_and_that_it_is_no_longer_listed(
    store: Store, service: FakeService
) -> None:
    keep_at_service(store, title=HOSTILE)
    page = answered(question(store))
    assert "was deleted here, in Parley's database" in texts(page)
    said = "AssemblyAI accepted the request to delete session sess_1, and no longer lists it."
    assert said in texts(page)
    assert service.timelines == {}
    assert not [element for element in page.markdown if "onerror" in element.value]


def test_a_call_that_could_not_be_deleted_there_can_be_kept_or_deleted_here(
    store: Store, service: FakeService
) -> None:
    service.answers[f"DELETE {API}/sess_1"] = lambda _: httpx.Response(500)
    keep_at_service(store)
    page = answered(question(store))
    assert "The call was not deleted. AssemblyAI failed (status 500)." in texts(page)
    assert "Session sess_1 may still be at AssemblyAI." in texts(page)
    button(page, "Keep it here").click()
    assert "was not deleted" not in texts(again(page))
    assert store.list_calls(ME).total == 1
    page = answered(question(store))
    button(page, "Delete from Parley anyway").click()
    again(page)
    assert store.list_calls(ME).total == 0
    assert "Session sess_1 may still be at AssemblyAI." in texts(page)


def test_before_a_call_of_another_agent_is_deleted_it_says_that_it_stays_there(store: Store) -> None:
    keep_at_service(store, agent="other", agent_url="wss://my.example/v1/ws")
    page = question(store)
    assert "What its service keeps stays there." in texts(page)
    assert button(page, "Delete from Parley only")
    answered(page)
    assert store.list_calls(ME).total == 0
    assert "Session sess_1 may still be at the agent at wss://my.example/v1/ws." in texts(page)


def test_all_calls_go_at_the_service_too_unless_that_is_not_wanted(
    store: Store, service: FakeService
) -> None:
    keep_at_service(store)
    for there in (False, True):
        keep_at_service(store)
        page = draw(store)
        page.session_state["history_forget"] = True
        again(page)
        page.checkbox(key="history_delete_there").set_value(there)
        page.text_input(key="history_delete_all").set_value("delete all")
        again(page)
        button(page, "Delete all calls").click()
        again(page)
        assert rows(page) == []
        assert ("sess_1" in service.timelines) is not there


def test_while_it_takes_long_the_page_says_how_far_it_is(
    store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "_QUICK_S", 0.0)
    keep_at_service(store)
    with service.held:
        page = answered(question(store))
        assert "Deleting … 0 of 1" in texts(page) or "Waiting for its turn" in texts(page)
    job, _ = page.session_state["history_forgetting"]
    assert job.wait(20)
    assert "no longer lists it" in texts(again(page))


def test_a_call_that_somebody_deleted_before_is_told_so(store: Store) -> None:
    keep(store, a_call())
    page = question(store)
    store.delete(ME, "call-0001")
    assert "The call was deleted before." in texts(answered(page))


def test_many_calls_are_told_by_their_numbers() -> None:
    gone = [replace(THERE, deleted=("s1", "s2"))] * 11 + [replace(THERE, unknown=("s3",))]
    assert gone_sentences(gone) == [
        "12 calls were deleted here, with their recordings.",
        "The agent's service accepted the request to delete 22 sessions, and no longer lists them.",
        "The agent's service neither knows nor lists 1 session.",
    ]
    problem = HistoryProblem("It is closed.", "Wait.")
    here = [replace(THERE, is_gone=False, left=("s1",), problem=problem)] * 11
    assert gone_sentences(here) == []
    assert left_sentences(here) == ["11 calls were not deleted. It is closed. Wait."]


def test_what_is_left_of_a_local_agent_is_told() -> None:
    local = replace(THERE, call=replace(THERE.call, agent="local", session_id="s1"))
    assert "does not run" in gone_sentences([local])[1]


def test_what_is_known_to_be_there_still_is_told_as_that() -> None:
    still = ServiceProblem("open", "It is open.", "Wait.")
    (told,) = left_sentences([replace(THERE, is_gone=False, left=("s1",), problem=still)])
    assert told == '"Parcel" was not deleted. It is open. Wait. Session s1 is still at AssemblyAI.'


def test_what_no_place_knew_is_told_with_where_was_asked() -> None:
    there = replace(THERE, unknown=("s1",))
    told = [gone_sentences([one])[1] for one in (there, replace(there, in_regions=True))]
    assert told == [
        "AssemblyAI neither knows nor lists session s1, so there was nothing to delete.",
        "Neither region of AssemblyAI knows or lists session s1, so there was nothing to delete.",
    ]


def test_of_several_that_are_left_it_says_no_more_than_was_seen() -> None:
    still = ServiceProblem("still_there", "It is listed.", "Wait.")
    (told,) = left_sentences([replace(THERE, is_gone=False, left=("s1", "s2"), problem=still)])
    assert told.endswith("Sessions s1, s2 may still be at AssemblyAI.")
