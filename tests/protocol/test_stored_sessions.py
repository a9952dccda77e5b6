"""What the service sends over HTTP is understood in full, and what it leaves out in any way is left out."""

import json
from typing import Any

import msgspec
import pytest

from tests.support.service_shapes import assert_fits, captured
from voice.protocol.stored_sessions import FullSession, Metadata, SessionPage, Timeline, TimelineTurn, decoded


def assert_tells(told: Any, captured_: Any) -> None:
    """Fail unless everything that was captured is told."""
    if isinstance(captured_, dict):
        for name, value in captured_.items():
            assert_tells(told[name], value)
    elif isinstance(captured_, list):
        for one, other in zip(told, captured_, strict=True):
            assert_tells(one, other)
    else:
        assert told == captured_


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("timeline", Timeline),
        ("session_completed", FullSession),
        ("session_created", FullSession),
        ("session_list", SessionPage),
        ("session_list_last", SessionPage),
        ("metadata", Metadata),
    ],
)
def test_no_field_of_a_captured_answer_is_lost(name: str, shape: type[Any]) -> None:
    assert_tells(msgspec.to_builtins(decoded(captured(name), shape)), json.loads(captured(name)))


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("timeline", "timeline"),
        ("session_completed", "session"),
        ("session_created", "session"),
        ("session_list", "session_list"),
        ("session_list_last", "session_list"),
        ("metadata", "metadata"),
    ],
)
def test_every_captured_answer_fits_its_schema(name: str, schema: str) -> None:
    assert_fits(json.loads(captured(name)), schema)


def test_the_schema_tells_moments_from_a_session_s_start_from_the_service_s() -> None:
    timeline = json.loads(captured("timeline"))
    timeline["turns"][0]["agent_reply_started_at_ms"] = 374
    with pytest.raises(AssertionError, match="agent_reply_started_at_ms"):
        assert_fits(timeline, "timeline")


def test_a_null_is_a_field_left_out_at_any_depth() -> None:
    every = dict.fromkeys(TimelineTurn.__struct_fields__)
    content = json.dumps({"session_id": None, "turns": [every, None], "ended": {"reason": None}})
    timeline = decoded(content.encode(), Timeline)
    assert (timeline.session_id, timeline.turns) == ("", [TimelineTurn()])
    assert timeline.ended is not None
    assert timeline.ended.reason == ""
    assert decoded(b'{"turns": null, "ended": null}', Timeline) == Timeline()


def test_nulls_in_what_a_tool_was_given_and_gave_stay() -> None:
    content = b'{"turns": [{"tool_calls": [{"arguments": {"a": null}, "result": [null]}]}]}'
    (call,) = decoded(content, Timeline).turns[0].tool_calls
    assert (call.arguments, call.result) == ({"a": None}, [None])


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b'{"turns": 7}', b'{"session_id": "\xff"}', "{}".encode("utf-16"), b"[" * 100_000],
)
def test_anything_else_is_refused_in_one_way(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"^no JSON of a Timeline$"):
        decoded(content, Timeline)
    assert decoded(b"\xef\xbb\xbf{}", Timeline) == Timeline()
