"""What the service was seen to send over HTTP: captured shapes, and schemas to hold others against.

The files in `tests/data/service/` are written by hand, apart from the code that they check.
"""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it ships no types

from tests.support.service_schema import SERVICE_DATA


def captured(name: str) -> bytes:
    """The bytes of a captured answer, such as `timeline`."""
    return (SERVICE_DATA / f"{name}.json").read_bytes()


def assert_fits(plain: Any, schema: str) -> None:
    """Fail, and say where, unless the service would send this; `schema` names one beside the answers."""
    faults = [f"{fault.json_path}: {fault.message}" for fault in _validator(schema).iter_errors(plain)]
    assert not faults, "\n".join(faults)


@cache
def _validator(schema: str) -> Any:
    return Draft202012Validator(json.loads(captured(f"{schema}.schema")))
