"""An exported call can be brought in again whole, and what is not ours gets a sentence."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.history.export.calls import PLAIN, hostile_call
from tests.history.samples import BEGAN
from voice.history.export.json_file import to_json
from voice.history.importing import MAX_IMPORT_BYTES, from_json
from voice.history.records import HistoryProblem


def changed(**parts: Any) -> bytes:
    """The plain call's file with these parts put in; `call__rating=9` reaches one level down."""
    plain = msgspec.json.decode(to_json(PLAIN))
    for path, value in parts.items():
        *way, last = path.split("__")
        place = plain
        for name in way:
            place = place[int(name)] if name.isdigit() else place[name]
        place[last] = value
    return msgspec.json.encode(plain)


def sentence_of(content: bytes) -> str:
    with pytest.raises(HistoryProblem) as refused:
        from_json(content)
    assert refused.value.next_step
    return refused.value.sentence


def test_everything_but_owner_and_sound_comes_back() -> None:
    back = from_json(to_json(replace(PLAIN, call=replace(PLAIN.call, has_recording=True))))
    own = replace(PLAIN.call, owner="", has_recording=False)
    turns = tuple(replace(turn, number=number) for number, turn in enumerate(PLAIN.turns, 1))
    assert back == replace(PLAIN, call=own, turns=turns)


def test_a_file_tells_nothing_of_its_owner() -> None:
    full = replace(PLAIN, call=replace(PLAIN.call, owner="auth0|canary"))
    assert b"canary" not in to_json(full)


def test_hostile_words_come_back_as_words_without_control_characters() -> None:
    back = from_json(to_json(hostile_call()))
    assert back.turns[8].text == "<script>alert(1)</script>"
    assert back.turns[19].text == "nul bell escape[31m back C1"
    assert "\n" not in back.call.title
    assert len(back.call.title) <= 200


def test_a_nul_is_left_out_wherever_it_stands() -> None:
    call = replace(PLAIN.call, config={"a\0b": "\0\0c", "d": r"\u0000", "e": "\\\0"})
    back = from_json(to_json(replace(PLAIN, call=call)))
    assert back.call.config == {"ab": "c", "d": r"\u0000", "e": "\\"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_that_an_editor_saved_again_is_taken(encoding: str, newline: str) -> None:
    saved = to_json(PLAIN).decode().replace("\n", newline).encode(encoding)
    assert from_json(saved) == from_json(to_json(PLAIN))


def test_a_call_that_ended_before_it_began_took_no_time() -> None:
    back = from_json(changed(call__ended_at=BEGAN - 3600))
    assert back.call.ended_at == BEGAN
    assert from_json(to_json(back)) == back


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"format":"\xff"}',
        to_json(PLAIN).replace(b"Thanks", b"Th\xe4nks"),
        to_json(PLAIN).decode().encode("utf-16")[:-1],
        to_json(PLAIN).replace(b"Thanks", b"\\ud800"),
        to_json(PLAIN).replace(b"0.7", b"NaN"),
        to_json(PLAIN).replace(b"0.7", b"-Infinity"),
        b"\xff\xfe",
        b"not json",
        b"[]",
        b"{}",
        b'{"format": "something-else", "version": 1}',
        b'{"format": 7, "version": 1}',
        b"[" * 100_000,
        b"PK\x03\x04",
    ],
)
def test_what_is_not_ours_is_told_so(content: bytes) -> None:
    assert sentence_of(content) == "This file is no call that Parley exported."


@pytest.mark.parametrize(
    "session",
    [
        {"number": 1, "id": "s", "began_at": -1.0},
        {"number": 1, "id": "s", "began_at": 1.0, "brought_at": 1e300},
        {"number": 1, "id": 7, "began_at": 1.0},
        {"number": 1, "id": "s", "began_at": 1.0, "timeline": {"turns": [{"turn_id": 7}]}},
        {"number": 1, "id": "s", "began_at": 1.0, "timeline": {"turns": [{}] * 20_001}},
    ],
)
def test_a_damaged_session_is_told_by_its_place(session: dict[str, Any]) -> None:
    assert "damaged at sessions" in sentence_of(changed(sessions=[session]))


def test_more_sessions_than_a_call_has_are_told() -> None:
    session = {"number": 1, "id": "s", "began_at": 1.0}
    assert "too many" in sentence_of(changed(sessions=[session] * 101))


def test_a_newer_file_asks_for_a_newer_parley() -> None:
    assert "newer Parley" in sentence_of(changed(version=2, call="of another shape"))


def test_a_file_that_is_too_large_is_not_read() -> None:
    assert sentence_of(b" " * (MAX_IMPORT_BYTES + 1)).startswith("This file is larger than 25 MB")


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"call": None}, "call"),
        ({"call__started_at": "noon"}, "call.started_at"),
        ({"call__started_at": 1e300}, "call.started_at"),
        ({"call__started_at": -1}, "call.started_at"),
        ({"call__how_ended": "<b>exploded</b>"}, "call.how_ended"),
        ({"call__rating": 6}, "call.rating"),
        ({"call__turn_count": -1}, "call.turn_count"),
        ({"call__cost_usd": 1e308}, "call.cost_usd"),
        ({"turns__1__speaker": "nobody"}, "turns[1].speaker"),
        ({"turns__0__started_at": 1e18}, "turns[0].started_at"),
        ({"turns__1__tool": {"name": 7}}, "turns[1]"),
        ({"turns__2__latency": {"total_ms": "long"}}, "turns[2]"),
        ({"marks__0__kind": "none"}, "marks[0].kind"),
        ({"changes__0__at": 1e18}, "changes"),
        ({"turns": [{}] * 3}, "turns[0]"),
        ({"version": 0}, "version"),
    ],
)
def test_a_damaged_file_says_where_and_quotes_nothing(parts: dict[str, Any], place: str) -> None:
    assert sentence_of(changed(**parts)) == f"This exported call is damaged at {place}."


def test_a_number_beyond_all_bounds_is_told_by_its_place() -> None:
    assert "damaged at changes[0].fields" in sentence_of(to_json(PLAIN).replace(b"0.7", b"1e999"))


def test_a_file_with_too_many_turns_is_refused() -> None:
    turn = msgspec.to_builtins(PLAIN.turns[3])
    assert "too many" in sentence_of(changed(turns=[turn] * 20_001))


def test_a_deep_configuration_is_refused_and_not_followed() -> None:
    deep = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
    content = to_json(PLAIN).replace(b'"output.voice": "alba"', b'"deep": ' + deep)
    sentence_of(content)


def test_fields_of_a_later_version_that_still_reads_are_passed_over() -> None:
    assert from_json(changed(call__mood="good", extra=[1])).call.title == "Six times seven"
