"""A call moves from one installation to another by its exported file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.history.export.calls import PLAIN, hostile_call
from tests.history.samples import BEGAN
from voice.history.export import FORMATS, export
from voice.history.importing import from_json
from voice.history.records import FullCall, HistoryProblem, SessionRecord
from voice.history.store import Store
from voice.protocol.stored_sessions import Timeline, TimelineTurn


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Store]:
    store = Store("", tmp_path / "elsewhere")
    store.open()
    yield store
    store.close()


def moved(full: FullCall) -> FullCall:
    return from_json(export(full, FORMATS["json"]))


def test_a_moved_call_is_the_same_call_of_somebody_else(store: Store, elsewhere: Store) -> None:
    there = store.full_call("me", store.add_imported("me", moved(PLAIN)))
    assert there is not None
    here = elsewhere.full_call("you", elsewhere.add_imported("you", moved(there)))
    assert here is not None
    assert here == replace(there, call=replace(there.call, owner="you"))
    assert [turn.text for turn in here.turns] == [turn.text for turn in PLAIN.turns]


def test_timelines_that_were_brought_in_move_along_and_their_sound_does_not(store: Store) -> None:
    timeline = Timeline(session_id="sess_1", turns=[TimelineTurn(agent_text="Hello \u0000 there")])
    sessions = (
        SessionRecord(
            number=1, id="sess_1", began_at=BEGAN, brought_at=BEGAN, timeline=timeline, has_sound=True
        ),
        SessionRecord(number=2, id="sess_2", began_at=BEGAN + 9),
    )
    there = store.full_call("me", store.add_imported("me", moved(replace(PLAIN, sessions=sessions))))
    assert there is not None
    first, second = there.sessions
    assert first.timeline is not None
    assert first.timeline.turns[0].agent_text == "Hello  there"
    assert replace(first, timeline=timeline) == replace(sessions[0], has_sound=False)
    assert second == sessions[1]


def test_an_earlier_export_knows_its_last_session_only(store: Store) -> None:
    named = replace(PLAIN, call=replace(PLAIN.call, session_id="sess_7"))
    there = store.full_call("me", store.add_imported("me", moved(named)))
    assert there is not None
    assert [session.id for session in there.sessions] == ["sess_7"]


def test_a_call_of_hostile_words_can_be_kept_and_found(store: Store) -> None:
    id_ = store.add_imported("me", moved(hostile_call()))
    assert store.full_call("me", id_) is not None
    found = store.list_calls("me", text="forged")
    assert [row.call.id for row in found.rows] == [id_]


def test_the_same_call_is_not_kept_twice(store: Store) -> None:
    store.add_imported("me", moved(PLAIN))
    with pytest.raises(HistoryProblem, match="already"):
        store.add_imported("me", moved(PLAIN))
