"""What an opened call's page says of its agent's service, and what comes in from there."""

import time
from typing import Any

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from tests.history.samples import ME, a_call, keep, keep_at_service
from tests.support.fake_service import FILES, FakeService, a_service_turn, a_timeline
from tests.support.service_shapes import captured
from tests.ui.history.test_page import HOSTILE, again, button, components, draw, texts
from voice.history.store import Store
from voice.service.bringing import SETTLED_AFTER_S
from voice.service.desk import ServiceDesk
from voice.ui.history.recordings import tickets

DEADLINE_S = 20


def bring_in(
    page: AppTest, desk: ServiceDesk, owner: str = ME, label: str = "Import recording and timeline"
) -> AppTest:
    """Press the button, wait, and draw the page that comes of it."""
    button(page, label).click()
    again(page)
    job = desk.bringing(owner, "call-0001")
    assert job is not None
    assert job.wait(DEADLINE_S)
    return again(page)


def marked(page: AppTest) -> list[str]:
    elements = [*page.markdown, *page.caption, *page.subheader, *page.info, *page.warning]
    return [element.value for element in elements]


def test_an_opened_call_says_what_its_service_keeps_and_asks_for_nothing_by_itself(
    store: Store, service: FakeService
) -> None:
    keep_at_service(store)
    page = draw(store, call="call-0001")
    assert "At AssemblyAI" in [heading.value for heading in page.subheader]
    assert "keeps its own recording and timeline of this call" in texts(page)
    assert service.asked == []


def test_what_was_brought_in_is_heard_and_compared_now_and_after_a_restart(
    store: Store, service: FakeService, desk: ServiceDesk
) -> None:
    service.timelines["sess_1"] = a_timeline("sess_1", a_service_turn(agent_text=HOSTILE))
    keep_at_service(store)
    page = bring_in(draw(store, call="call-0001"), desk)
    for drawn in (page, draw(store, call="call-0001")):
        _, theirs = components(drawn, "history_call")
        assert [turn["text"] for turn in theirs["turns"]] == [HOSTILE]
        ticket = theirs["audio"].rsplit("/", 1)[1]
        assert tickets.find(ticket) == (ME, store.service_recording_path("call-0001", 1))
        (both,) = components(drawn, "history_service")
        assert both["session"] == "sess_1"
        assert HOSTILE in [text for row in both["rows"] for text, _ in row["theirs"] or ()]
        assert not [words for words in marked(drawn) if "onerror" in words]
        assert "files.example" not in str(drawn)
        assert "Imported on" in texts(drawn)
        assert button(drawn, "Import again")


def test_turns_of_the_service_s_own_clock_lie_where_they_were_said(
    store: Store, service: FakeService, desk: ServiceDesk
) -> None:
    service.answers[f"GET {FILES}/sess_1/timeline"] = lambda _: httpx.Response(
        200, content=captured("timeline")
    )
    keep_at_service(store)
    page = bring_in(draw(store, call="call-0001"), desk)
    _, theirs = components(page, "history_call")
    spans = [(turn["speaker"], turn["from"], turn["to"]) for turn in theirs["turns"]]
    assert spans[:4] == [
        ("agent", 0.374, 2.707),
        ("user", 6.72, 8.64),
        ("tool", 9.95, 10.762),
        ("agent", 10.762, 20.0),
    ]
    assert theirs["duration"] == pytest.approx(52.718)
    (both,) = components(page, "history_service")
    assert [row["at"] for row in both["rows"] if row["theirs"]][:2] == [0.374, 6.72]


def test_several_sessions_can_be_chosen(store: Store, service: FakeService, desk: ServiceDesk) -> None:
    service.timelines["sess_2"] = a_timeline("sess_2")
    keep_at_service(store, "call-0001", "sess_1", "sess_2")
    page = bring_in(draw(store, call="call-0001"), desk)
    assert [both["session"] for both in components(page, "history_service")] == ["sess_1"]
    page.session_state["history_session_call-0001"] = 2
    assert [both["session"] for both in components(again(page), "history_service")] == ["sess_2"]


def test_while_it_comes_in_the_page_says_how_far_it_is_and_can_stop_it(
    store: Store, service: FakeService, desk: ServiceDesk
) -> None:
    service.ready = False
    keep_at_service(store)
    page = draw(store, call="call-0001")
    button(page, "Import recording and timeline").click()
    again(page)
    assert button(page, "Stop")
    job = desk.bringing(ME, "call-0001")
    assert job is not None
    button(page, "Stop").click()
    again(page)
    assert job.wait(DEADLINE_S)
    assert button(again(page), "Import recording and timeline")


def test_what_could_not_be_brought_in_is_told_with_what_to_do(
    store: Store, service: FakeService, desk: ServiceDesk
) -> None:
    keep_at_service(store, started_at=time.time() - SETTLED_AFTER_S - 120)
    del service.timelines["sess_1"]
    page = bring_in(draw(store, call="call-0001"), desk)
    assert "Neither region of AssemblyAI knows session sess_1. It was deleted there" in texts(page)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"agent": "local"}, "kept this call in its memory only"),
        ({"agent": "other", "agent_url": f"wss://{HOSTILE}"}, "Set VOICE_AGENT_URL as it was then"),
        ({"imported": True}, "was imported"),
    ],
)
def test_a_call_of_another_agent_says_so_and_has_no_button(
    store: Store, fields: dict[str, Any], told: str
) -> None:
    keep_at_service(store, **fields)
    page = draw(store, call="call-0001")
    assert told in texts(page)
    assert not [found for found in page.button if found.label.startswith("Import")]
    assert not [words for words in marked(page) if "onerror" in words]


def test_a_call_that_runs_or_never_had_a_session_says_nothing_of_a_service(store: Store) -> None:
    keep(store, a_call("call-0001", agent="assemblyai"))
    keep(store, a_call("call-0002", agent="assemblyai"), over=False)
    for id_ in ("call-0001", "call-0002"):
        assert not draw(store, call=id_).subheader


def test_a_recording_without_a_timeline_stands_beside_our_own_words(
    store: Store, service: FakeService, desk: ServiceDesk
) -> None:
    keep_at_service(store)
    page = bring_in(draw(store, call="call-0001"), desk)
    with store._connection(writes=True) as connection:
        connection.exec_driver_sql("UPDATE sessions SET timeline = NULL")
    page = again(page)
    _, theirs = components(page, "history_call")
    assert [turn["text"] for turn in theirs["turns"]] == ["Hello?", "Hello."]
    assert "gave no timeline" in texts(page)
