"""The History page as Streamlit draws it: list, search, one call, two, and forgetting."""

import io
import zipfile
from datetime import UTC
from typing import Any

import msgspec
import pytest
from streamlit.testing.v1 import AppTest

from tests.history.samples import BEGAN, ME, a_call, keep
from voice.history.entries import Changed, Marked
from voice.history.export import FORMATS
from voice.history.records import ConfigChange, HistoryProblem, Mark
from voice.history.store import Store
from voice.ui.history.exporting import made, zipped

TIMEOUT_S = 20
HOSTILE = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) :red[no] $x$"


def script() -> None:
    import streamlit as st  # noqa: PLC0415 - this function's text is a script of its own

    from voice.ui.history.page import draw_history  # noqa: PLC0415

    draw_history(st.session_state["store"], st.session_state["owner"])


def draw(store: object, owner: str = ME, **query: str) -> AppTest:
    page = AppTest.from_function(script, default_timeout=TIMEOUT_S)
    page.session_state["store"] = store
    page.session_state["owner"] = owner
    for name, value in query.items():
        page.query_params[name] = value
    return again(page)


def again(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def components(page: AppTest, name: str) -> list[dict[str, Any]]:
    """The data of every component of a name."""
    found = [element.proto for element in page.main.get("bidi_component")]
    return [msgspec.json.decode(proto.json) for proto in found if proto.component_name == f"parley_{name}"]


def button(page: AppTest, label: str) -> Any:
    return next(found for found in page.button if found.label == label)


def rows(page: AppTest) -> list[str]:
    (listed,) = components(page, "history_list")
    return [row["id"] for row in listed["rows"]]


def texts(page: AppTest) -> str:
    return "\n".join(text.value for text in page.text)


def test_an_empty_history_says_what_will_be_here(store: Store) -> None:
    page = draw(store)
    assert "Every call is kept here" in page.info[0].value
    assert rows(page) == []


def test_the_newest_call_comes_first_and_other_peoples_do_not_come(store: Store) -> None:
    keep(store, a_call("call-one1"), "hello")
    keep(store, a_call("call-two2", started_at=BEGAN + 100), "hello")
    keep(store, a_call("call-hers", owner="ann"), "hello")
    assert rows(draw(store)) == ["call-two2", "call-one1"]
    assert rows(draw(store, "ann")) == ["call-hers"]


def test_found_words_are_marked_and_the_search_can_be_cleared(store: Store) -> None:
    keep(store, a_call("call-one1"), "where is my parcel today")
    keep(store, a_call("call-two2"), "good morning")
    page = draw(store)
    page.text_input(key="history_text").set_value("parcel")
    again(page)
    (listed,) = components(page, "history_list")
    assert [part for part in listed["rows"][0]["snippet"] if part[1]] == [["parcel", True]]
    assert "1 call found" in texts(page)
    page.text_input(key="history_text").set_value("zebra")
    again(page)
    assert "No call fits" in texts(page)
    button(page, "Clear search and filters").click()
    assert len(rows(again(page))) == 2


def test_filters_leave_out_what_does_not_fit(store: Store) -> None:
    keep(store, a_call("call-one1", voice="alba"))
    keep(store, a_call("call-two2", voice="george"))
    page = draw(store)
    page.multiselect(key="history_voices").set_value(["george"])
    assert rows(again(page)) == ["call-two2"]


def test_fifty_calls_make_a_page_and_a_search_begins_on_the_first(store: Store) -> None:
    for number in range(51):
        keep(store, a_call(f"call-{number:04}", started_at=BEGAN + number), "hello")
    page = draw(store)
    assert len(rows(page)) == 50
    page.session_state["history_page_0"] = 2
    assert rows(again(page)) == ["call-0000"]
    store.delete(ME, "call-0000")
    assert len(rows(again(page))) == 50


def test_a_link_opens_a_call_with_what_happened_in_it(store: Store) -> None:
    happened = (
        Marked(1, Mark(BEGAN + 3, "interruption")),
        Changed(1, ConfigChange(BEGAN + 5, {"output.volume": 50})),
    )
    keep(store, a_call(), "hello", HOSTILE, more=happened)
    page = draw(store, call="call-0001")
    (player,) = components(page, "history_call")
    assert [turn["text"] for turn in player["turns"]] == ["hello", HOSTILE]
    assert [(turn["from"], turn["to"]) for turn in player["turns"]] == [(1.0, 1.5), (2.0, 2.5)]
    assert [(mark["kind"], mark["at"]) for mark in player["marks"]] == [
        ("interruption", 3.0),
        ("change", 5.0),
    ]
    assert player["duration"] == 60.0
    assert "audio" not in player
    assert "no recording" in player["silent"]


@pytest.mark.parametrize(
    "query", [{"call": "call-hers"}, {"call": "call-none"}, {"call": "../../etc/passwd"}]
)
def test_an_unknown_call_and_another_persons_are_told_alike(store: Store, query: dict[str, str]) -> None:
    keep(store, a_call("call-hers", owner="ann"), "secret")
    page = draw(store, **query)
    assert "somebody else's" in page.warning[0].value
    assert not components(page, "history_call")
    assert "secret" not in str(page)


def test_another_persons_call_is_not_compared_either(store: Store) -> None:
    keep(store, a_call("call-mine"), "hello")
    keep(store, a_call("call-hers", owner="ann"), "secret")
    page = draw(store, **{"call": "call-mine", "with": "call-hers"})
    assert "somebody else's" in page.warning[0].value
    assert "secret" not in str(page)


def test_title_rating_and_note_are_kept(store: Store) -> None:
    id_ = keep(store, None, "hello")
    page = draw(store, call=id_)
    page.text_input(key=f"history_title_{id_}").set_value(HOSTILE)
    page.text_area(key=f"history_note_{id_}").set_value("Call her back.")
    page.feedback(key=f"history_rating_{id_}").set_value(3)
    again(page)
    full = store.full_call(ME, id_)
    assert full is not None
    assert (full.call.title, full.call.note, full.call.rating) == (HOSTILE, "Call her back.", 4)


def test_what_anybody_said_is_never_drawn_as_markdown(store: Store) -> None:
    first = keep(store, a_call("call-one1", title=HOSTILE, voice=HOSTILE, persona=HOSTILE), HOSTILE)
    second = keep(store, a_call("call-two2", title=HOSTILE, voice=HOSTILE), HOSTILE)
    for query in ({}, {"call": first}, {"call": first, "with": second}):
        page = draw(store, **query)
        marked = [*page.markdown, *page.caption, *page.info, *page.title, *page.header, *page.subheader]
        assert not [element for element in marked if "onerror" in element.value]
        assert not [found for found in page.button if "onerror" in found.label]


def test_two_calls_stand_beside_each_other_with_their_differences(store: Store) -> None:
    keep(store, a_call("call-one1", config={"output.voice": "alba", "greeting": "Hi"}), "hello")
    keep(store, a_call("call-two2", config={"output.voice": "george", "greeting": "Hi"}), "good morning")
    page = draw(store, **{"call": "call-one1", "with": "call-two2"})
    players = components(page, "history_call")
    assert [player["turns"][0]["text"] for player in players] == ["hello", "good morning"]
    (table,) = page.dataframe
    names = list(table.value.iloc[:, 0])
    assert "output.voice" in names
    assert "greeting" not in names


def test_all_is_deleted_only_after_it_was_typed(store: Store) -> None:
    keep(store, a_call("call-one1"), "hello")
    keep(store, a_call("call-hers", owner="ann"), "hello")
    page = draw(store)
    page.session_state["history_forget"] = True
    again(page)
    assert button(page, "Delete all calls").disabled
    page.text_input(key="history_delete_all").set_value("delete all")
    again(page)
    button(page, "Delete all calls").click()
    again(page)
    assert "The call was deleted here" in texts(page)
    assert store.full_call(ME, "call-one1") is None
    assert store.full_call("ann", "call-hers") is not None


def test_a_call_is_offered_as_a_file_in_every_format_that_it_has(store: Store) -> None:
    id_ = keep(store, None, "hello")
    page = draw(store, call=id_)
    page.session_state["history_export"] = True
    again(page)
    offered = page.selectbox(key="history_format").options
    assert any("Markdown" in name for name in offered)
    assert not any("WAV" in name for name in offered)
    assert len(page.main.get("download_button")) == 1


def test_a_file_holds_the_call_and_only_its_owner_gets_it(store: Store) -> None:
    id_ = keep(store, None, "hello there")
    assert b"hello there" in made(store, ME, id_, FORMATS["markdown"], UTC)
    with pytest.raises(HistoryProblem):
        made(store, "ann", id_, FORMATS["markdown"], UTC)


def test_several_calls_come_in_one_zip_without_those_of_others(store: Store) -> None:
    ids = [keep(store, a_call("call-one1")), keep(store, a_call("call-two2"))]
    hers = keep(store, a_call("call-hers", owner="ann"))
    with zipfile.ZipFile(io.BytesIO(zipped(store, ME, [*ids, hers], FORMATS["json"], UTC))) as bundle:
        assert len(bundle.namelist()) == 2


def test_an_exported_call_is_brought_in_and_what_is_none_is_told(store: Store) -> None:
    id_ = keep(store, a_call(title="Parcel"), "hello there")
    exported = made(store, ME, id_, FORMATS["json"], UTC)
    store.delete(ME, id_)
    page = draw(store)
    page.session_state["history_import"] = True
    again(page)
    page.file_uploader(key="history_files").set_value(
        [("call.json", exported, "application/json"), ("cat.json", b"{}", "application/json")]
    )
    button(page, "Import").click()
    again(page)
    assert '"call.json" was brought in: Parcel with 1 turn.' in texts(page)
    assert '"cat.json"' in texts(page)
    assert rows(page) == [id_]


class BrokenStore:
    """A store whose database can't be had."""

    def __getattr__(self, _name: str) -> Any:
        raise HistoryProblem("The database is locked.", "Close the other program.")


@pytest.mark.parametrize("query", [{}, {"call": "call-0001"}])
def test_a_history_that_cant_be_had_says_why_and_what_to_do(query: dict[str, str]) -> None:
    page = draw(BrokenStore(), **query)
    assert "Calls still work" in page.error[0].value
    assert "The database is locked.\nClose the other program." in texts(page)
