"""The strict schema takes what the service sends and nothing else."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it ships no types

from tests.support.service_schema import EVENT_TYPES, SERVICE_DATA, check_event, problems_of
from voice.protocol.server_events import AnyServerEvent, BareError

HEX = "0123456789abcdef" * 2
DONE = {"type": "reply.done", "reply_id": f"resp_{HEX}", "status": "completed", "timestamp": 1790210425.65}


def test_the_schema_is_a_schema_and_names_every_event() -> None:
    Draft202012Validator.check_schema(json.loads((SERVICE_DATA / "events.schema.json").read_text()))
    decoded = {
        str(event.__struct_config__.tag) for event in AnyServerEvent.__args__ if event is not BareError
    }
    assert decoded == EVENT_TYPES


def test_an_event_of_the_service_has_no_problems() -> None:
    check_event(DONE)
    check_event(json.dumps(DONE))


@pytest.mark.parametrize(
    "change",
    [
        {"status": None},
        {"status": "done"},
        {"reply_id": "resp_1"},
        {"reply_id": f"msg_{HEX}"},
        {"timestamp": "2026-09-24T10:00:00Z"},
        {"timestamp": None},
        {"timestamp": 1790210425650},
        {"type": "reply.finished"},
        {"extra": 1},
    ],
    ids=str,
)
def test_anything_else_is_a_problem(change: dict[str, Any]) -> None:
    assert problems_of(DONE | change)
    with pytest.raises(AssertionError):
        check_event(DONE | change)


@pytest.mark.parametrize("missing", DONE)
def test_a_missing_field_is_a_problem(missing: str) -> None:
    assert problems_of({name: value for name, value in DONE.items() if name != missing})


@pytest.mark.parametrize("message", ["[]", "null", '"x"', b"{}"])
def test_what_is_no_event_is_a_problem(message: str | bytes) -> None:
    assert problems_of(message)
